"""Rows of calls that began years ago: a real call's row, copied with other dates. No interface
writes such rows, so they are put into the database itself, as the samples of the documentation ask
for calls of 2009 and 2016."""

import sqlite3
import uuid
from datetime import datetime

from .wait import until

IN_PROGRESS = 3


def plant(case, rows):
    """Puts rows into a running house; returns {name: sid}. Nothing else is listed afterwards."""
    models = {}
    for status, number in (("completed", "+12025550107"), ("busy", "+12025550102")):
        call = case.client.calls.create(
            to=number, from_="+12025550190", twiml="<Response><Hangup/></Response>"
        )
        until(
            lambda sid=call.sid, status=status: case.client.calls(sid).fetch().status == status,
            15, f"a call that is {status}",
        )
        models[status] = call.sid
    sids = {}
    database = case.house.data / "ringback.db"
    store = sqlite3.connect(database, timeout=20)
    store.row_factory = sqlite3.Row
    with store:
        for place, row in enumerate(rows):
            model = models["busy" if row["status"] == "busy" else "completed"]
            found = dict(
                store.execute("SELECT * FROM call_row WHERE sid = ?", (raw(model),)).fetchone()
            )
            begun = int(datetime.fromisoformat(row["start"]).timestamp()) * 1_000_000
            shift = begun - (found["id"] >> 10)
            sids[row["name"]] = "CA" + uuid.uuid4().hex
            found.update(
                id=begun << 10 | place,
                sid=raw(sids[row["name"]]),
                called=party(row.get("to", "+12025550101")),
                caller=party(row.get("from", "+12025550190")),
            )
            for column in ("date_updated", "answer_time", "end_time"):
                if found[column] is not None:
                    found[column] += shift
            found["start_time"] = begun
            if row["status"] == "in-progress":
                found["status"] = IN_PROGRESS
                found["end_time"] = found["duration_secs"] = None
            store.execute(
                f"INSERT INTO call_row ({', '.join(found)}) VALUES ({', '.join('?' * len(found))})",
                list(found.values()),
            )
    store.close()
    for sid in models.values():
        case.client.calls(sid).delete()
    return sids


def raw(sid):
    """An identifier as the table has it."""
    return bytes.fromhex(sid[2:])


def party(text):
    """A number is kept as an integer."""
    return int(text[1:]) if text.startswith("+") else text
