"""Ten million calls stored: start, memory, pages of every filter, and what a new call costs."""

import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlencode

from machine import OUT
from rest import ACCOUNT, BASE, Folder, Server, Watch, creations, wrk

ROWS, DEPTH, SIZE, PAGES = 10_000_000, 500_000, 50, 200
# The number most of the calls have that the filler makes.
HOT = "+14155550000"
READERS, TURNS = 4, 4


def filters(parent):
    """Each single filter, and the two pairs, for the numbers and times that most rows have: the
    calls are those of a year up to the last midnight, three of ten from and to HOT."""
    today = datetime.now(timezone.utc).date()
    day, early = str(today - timedelta(180)), str(today - timedelta(360))
    return {
        "none": {},
        "To": {"To": HOT},
        "From": {"From": HOT},
        "ParentCallSid": {"ParentCallSid": parent},
        "Status": {"Status": "completed"},
        "StartTime": {"StartTime": day},
        "StartTime<": {"StartTime<": day},
        "StartTime>": {"StartTime>": early},
        "EndTime": {"EndTime": day},
        "EndTime<": {"EndTime<": day},
        "EndTime>": {"EndTime>": early},
        "To+Status": {"To": HOT, "Status": "completed"},
        "From+StartTime": {"From": HOT, "StartTime>": early},
    }


def path(query):
    return f"{BASE}/Calls.json?{urlencode({**query, 'PageSize': SIZE})}"


def walk(client, first):
    """Follows the links from here; milliseconds of each page, and the pages themselves."""
    took, pages, link = [], [], first
    while link and len(took) < PAGES:
        status, page, ms = client.ask(link)
        if status != 200:
            raise SystemExit(f"bench: {link}: {page}")
        took.append(ms)
        pages.append(link)
        link = page["next_page_uri"]
    return took, pages


def depth(client, query):
    """The link to the page half a million rows deep, or less deep in a shorter list."""
    rows = DEPTH
    while rows >= SIZE:
        status, page, _ = client.ask(f"{path(query)}&Page={rows // SIZE - 1}")
        if status == 200 and page["next_page_uri"]:
            return rows, page["next_page_uri"]
        rows //= 2
    return 0, path(query)


def p99(values):
    return round(sorted(values)[max(0, -(-len(values) * 99 // 100) - 1)], 2)


def pages_of(server, parent):
    """The pages of each filter, then all of them mixed, from several readers at once."""
    client, rows, links = server.client(), {}, []
    for name, query in filters(parent).items():
        front, seen = walk(client, path(query))
        deep_rows, link = depth(client, query)
        deep, seen_deep = walk(client, link)
        links += seen + seen_deep
        rows[name] = {
            "front_p50": round(statistics.median(front), 2),
            "front_p99": p99(front),
            "rows_deep": deep_rows,
            "deep_p50": round(statistics.median(deep), 2),
            "deep_p99": p99(deep),
        }
    random.Random(1).shuffle(links)
    mixed = wrk(server.port, [f"GET {link}" for link in links], connections=READERS)
    return rows, mixed


def created(empty, full):
    """How long a call takes to create, by turns on an empty and on a full store, so that a busy
    disk is the same for both. The first turn isn't counted. Short ones, as the queue has a bound."""
    lines, pairs = list(creations()), []
    for turn in range(1 + TURNS):
        order = (empty, full) if turn % 2 else (full, empty)
        runs = {server.port: wrk(server.port, lines, seconds=1) for server in order}
        pairs.append((runs[empty.port], runs[full.port]))
    del pairs[0]
    ratios = [one["per_second"] / ten["per_second"] for one, ten in pairs]
    wrong = sum(run["refused"] + run["broken"] for pair in pairs for run in pair)
    return {
        "empty_per_second": statistics.median(one["per_second"] for one, _ in pairs),
        "full_per_second": statistics.median(ten["per_second"] for _, ten in pairs),
        "full_p50_ms": statistics.median(ten["p50_ms"] for _, ten in pairs),
        "full_p99_ms": statistics.median(ten["p99_ms"] for _, ten in pairs),
        "ratio": round(statistics.median(ratios), 2),
        "refused": wrong,
    }


def fill(data):
    """Lets the store's own example make the calls, or copies what it has made in BENCH_FILLED.
    The disk has ended with it before anything is measured."""
    made = os.environ.get("BENCH_FILLED")
    if made:
        data.mkdir(parents=True)
        for name in ("ringback.db", "secret.key"):
            shutil.copy(Path(made) / name, data / name)
    else:
        words = [OUT / "examples/ten_million", ROWS, data, "fill"]
        subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL)
    os.sync()


def a_parent(data):
    """A call that others were dialled by."""
    ask = "SELECT parent, account FROM call WHERE parent IS NOT NULL ORDER BY date_created DESC"
    with sqlite3.connect(f"file:{data}/ringback.db?mode=ro", uri=True) as store:
        rows = store.execute(f"{ask} LIMIT 100").fetchall()
    return next(parent for parent, account in rows if account == ACCOUNT)


def ten_million():
    """All of it."""
    with Folder() as place:
        begun = time.monotonic()
        fill(place / "full")
        filled = round(time.monotonic() - begun)
        parent = a_parent(place / "full")
        # The first start makes account and number; the ones after it are what is measured.
        Server(place / "full").stop()
        starts = []
        for _ in range(3):
            full = Server(place / "full")
            starts.append(full.start_ms)
            full.stop()
        full, empty = Server(place / "full"), Server(place / "empty", number=1)
        watch = Watch(full)
        try:
            pages, mixed = pages_of(full, parent)
            costs = created(empty, full)
        finally:
            memory = watch.end()
            full.stop()
            empty.stop()
        size = (place / "full/ringback.db").stat().st_size
    each = [row[key] for row in pages.values() for key in ("front_p99", "deep_p99")]
    return {
        "rows": ROWS,
        "worst_page_p99_ms": max(each),
        "create_ratio": costs.pop("ratio"),
        "anonymous_mb": memory,
        "start_ms": statistics.median(starts),
        **costs,
        "readers": READERS,
        "mixed_pages_per_second": mixed["per_second"],
        "mixed_p99_ms": mixed["p99_ms"],
        "filled_in_secs": filled,
        "database_gb": round(size / 1e9, 1),
        "pages_ms": pages,
    }
