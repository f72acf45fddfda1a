"""Ten million calls stored: start, memory, pages of every filter, and what a new call costs."""

import json
import random
import statistics
import subprocess
import time
from urllib.parse import urlencode

from machine import ACCOUNT, OUT
from rest import BASE, Folder, RUNS, SECONDS, Server, Watch, creations, wrk

ROWS, DEPTH, SIZE, PAGES = 10_000_000, 500_000, 50, 100
READERS = 4


def filters(values):
    """Each single filter, and the two pairs, as queries. The values are those of hot rows."""
    day, end_day = values["start_time"], values["end_time"]
    return {
        "none": {},
        "To": {"To": values["to"]},
        "From": {"From": values["from"]},
        "ParentCallSid": {"ParentCallSid": values["parent"]},
        "Status": {"Status": values["status"]},
        "StartTime": {"StartTime": day},
        "StartTime<": {"StartTime<": day},
        "StartTime>": {"StartTime>": values["start_after"]},
        "EndTime": {"EndTime": end_day},
        "EndTime<": {"EndTime<": end_day},
        "EndTime>": {"EndTime>": values["end_after"]},
        "To+Status": {"To": values["to"], "Status": values["status"]},
        "From+StartTime": {"From": values["from"], "StartTime>": values["start_after"]},
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
    """The link to the page half a million rows deep, or halfway to the end of a shorter list."""
    rows = DEPTH
    while rows >= SIZE:
        status, page, _ = client.ask(f"{path(query)}&Page={rows // SIZE - 1}")
        if status == 200 and page["next_page_uri"]:
            return rows, page["next_page_uri"]
        rows //= 2
    raise SystemExit(f"bench: no second page of {query}")


def p99(values):
    return round(sorted(values)[max(0, -(-len(values) * 99 // 100) - 1)], 2)


def pages_of(server, values):
    """The pages of each filter, then all of them mixed, from several readers at once."""
    client, rows, links = server.client(), {}, []
    for name, query in filters(values).items():
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
    """How long a call takes to create, by turns on an empty and on a full store."""
    lines, pairs = list(creations()), []
    for server in (empty, full):
        wrk(server.port, lines, seconds=2)
    for _ in range(RUNS):
        pairs.append([wrk(server.port, lines, SECONDS) for server in (empty, full)])
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


def ten_million():
    """All of it."""
    with Folder() as place:
        begun = time.monotonic()
        words = [OUT / "examples/fill", place / "full", ROWS, ACCOUNT]
        values = json.loads(subprocess.check_output([str(word) for word in words], text=True))
        filled = round(time.monotonic() - begun)
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
            pages, mixed = pages_of(full, values)
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
