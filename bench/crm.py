"""Figures of the reference CRM: `bench/run crm` runs this with the Python of the end-to-end tests.

Each line of output is one figure as JSON. Ringback, the CRM, the page in a real Chromium and the
phones share all cores. The programs are those of the release build.
"""

import json
import os
import socket
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
os.environ["RINGBACK"] = str(OUT / "ringback")
os.environ["RINGBACK_CRM"] = str(OUT / "ringback-crm")
sys.path.insert(0, str(ROOT / "e2e"))

from harness.browser import Browser  # noqa: E402
from harness.config import serve  # noqa: E402
from harness.crm import Crm  # noqa: E402
from harness.house import House  # noqa: E402
from harness.sipp import Sipp  # noqa: E402
from harness.wait import free_ports, until  # noqa: E402

# Clicks and callbacks that are measured.
SAMPLES = 200
# One person may call so often in a row; then others do.
BURST = 10
CALLS = 500
# How long both talk, so that all the calls are there at once.
TALK_SECONDS = 40
OURS, AGENT = "+12025550190", "+12025550144"


def percentiles(name, milliseconds):
    cuts = statistics.quantiles(milliseconds, n=100, method="inclusive")
    return {
        f"{name}_p50_ms": round(cuts[49], 1),
        f"{name}_p95_ms": round(cuts[94], 1),
        f"{name}_worst_ms": round(max(milliseconds), 1),
    }


class RefusingPhone:
    """Rings, and declines: keeps the moment at which each INVITE came."""

    def __init__(self):
        (self.port,) = free_ports(1, kinds=("udp",))
        self.rang = []
        self.heard = threading.Condition()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", self.port))
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        asked = set()
        while True:
            try:
                packet, source = self.socket.recvfrom(65_536)
            except OSError:
                return
            now = time.time()
            head = packet.decode(errors="replace").split("\r\n\r\n")[0].split("\r\n")
            if not head[0].startswith("INVITE"):
                continue
            fields = [
                line
                for line in head[1:]
                if line.partition(":")[0].lower() in ("via", "from", "call-id", "cseq", "to")
            ]
            tagged = [
                line + ";tag=b" if line.lower().startswith("to:") else line for line in fields
            ]
            for status in ("180 Ringing", "603 Decline"):
                answer = [f"SIP/2.0 {status}", *tagged, "Content-Length: 0", "", ""]
                self.socket.sendto("\r\n".join(answer).encode(), source)
            call = next(line for line in fields if line.lower().startswith("call-id"))
            with self.heard:
                if call not in asked:
                    asked.add(call)
                    self.rang.append(now)
                self.heard.notify_all()

    def wait(self, count):
        with self.heard:
            assert self.heard.wait_for(lambda: len(self.rang) >= count, 10), "it never rang"
            return self.rang[count - 1]


def click_to_ringing():
    """From the click in the page to the INVITE at the agent's phone."""
    phone = RefusingPhone()
    trunk = {"name": "carrier", "host": f"127.0.0.1:{phone.port}", "options": False}
    house = House(config=serve(trunks=[trunk])).start()
    crm = Crm(house)
    browser = Browser()
    try:
        people = [f"agent{n}@acme.example" for n in range(SAMPLES // BURST)]
        crm.add_user("boss@acme.example", "Boss", "Acme", "owner")
        for email in people:
            crm.add_user(email, email.split("@")[0], "Acme")
        crm.start()
        boss = crm.sign_in("boss@acme.example")
        boss.integrate(AGENT)
        boss.contact("Ana Souza", "+5511999990001")
        took = []
        for email in people:
            page = browser.signed_in(crm, email)
            page.evaluate(
                "addEventListener('click', e => window.clicked ="
                " performance.timeOrigin + e.timeStamp, true)"
            )
            for _ in range(BURST):
                button = page.get_by_role("button", name="Ana Souza").first
                button.click()
                rang = phone.wait(len(took) + 1)
                took.append(1000 * rang - page.evaluate("window.clicked"))
                # The call's end has arrived, and the button is ready again.
                until(lambda: not boss.fetch("/api/calls?live=true")["calls"], 10, "the end")
                page.locator("click-to-call, button").first.wait_for()
            page.context.close()
        return {"samples": len(took), **percentiles("ringing", took)}
    finally:
        browser.close()
        crm.close()
        house.close()


def right(log, calls, recordings):
    """Whether a log says what the platform's rows say."""
    agent, other = calls.get(log["agent"]["callSid"]), calls.get(log["other"]["callSid"])
    recording = recordings.get((log["recording"] or {}).get("sid"))
    return bool(
        agent
        and other
        and recording
        and log["callSid"] == agent.sid
        and other.parent_call_sid == agent.sid
        and other.to == log["toNumber"]
        and recording.call_sid == agent.sid
        and recording.source == "DialVerb"
        and (log["stage"], log["outcome"]) == ("ended", "talked")
        and log["status"] == agent.status
        and log["durationSeconds"] == int(agent.duration)
        and abs(at(log["endedAt"]) - agent.end_time.timestamp()) < 2
    )


def at(text):
    return datetime.fromisoformat(text).timestamp()


def many_at_once():
    """Calls that all talk at once, each log compared with the platform's own rows."""
    sipp = Sipp(
        "carrier_hangs_up", calls=2 * CALLS, more=("-d", str(1000 * TALK_SECONDS)), seconds=180
    )
    trunk = {"name": "carrier", "host": f"127.0.0.1:{sipp.port}", "options": False}
    house = House(config=serve(trunks=[trunk])).start()
    crm = Crm(house)
    try:
        crm.add_user("boss@acme.example", "Boss", "Acme", "owner")
        people = [f"agent{n}@acme.example" for n in range(CALLS)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda email: crm.add_user(email, email.split("@")[0], "Acme"), people))
            crm.start()
            boss = crm.sign_in("boss@acme.example")
            boss.integrate(AGENT)
            people = list(pool.map(crm.sign_in, people))
        boss.listen()

        def click(n):
            begun = time.monotonic()
            status, answer = people[n].click(f"+55119{n:08d}")
            assert status == 200, (status, answer)
            return 1000 * (time.monotonic() - begun)

        with ThreadPoolExecutor(16) as pool:
            took = list(pool.map(click, range(CALLS)))
        live, most = set(), 0

        def follow(items):
            nonlocal most
            live.clear()
            ended = set()
            for one in items:
                log = one.get("data") or {}
                if log.get("stage") == "live":
                    live.add(log["id"])
                    most = max(most, len(live))
                elif log.get("stage") == "ended":
                    live.discard(log["id"])
                    if log["recording"]:
                        ended.add(log["id"])
            return len(ended) >= CALLS

        boss.events.wait_for(follow, 180, f"the end and the recording of {CALLS} calls")
        client = house.client()
        calls = {call.sid: call for call in client.calls.list(page_size=1000)}
        recordings = {one.sid: one for one in client.recordings.list(page_size=1000)}
        logs, cursor = [], ""
        while cursor is not None:
            page = boss.fetch(f"/api/calls?limit=200&cursor={cursor}")
            logs, cursor = logs + page["calls"], page["next"]
        wrong = [log for log in logs if not right(log, calls, recordings)]
        for log in wrong[:3]:
            print(f"wrong: {json.dumps(log)}", file=sys.stderr)
        return {
            "calls": len(logs),
            "at_once": most,
            "wrong": len(wrong),
            **percentiles("click", took),
        }
    finally:
        crm.close()
        house.close()
        sipp.close()


FIGURES = {"ringing": click_to_ringing, "many": many_at_once}


def main():
    for name in sys.argv[1:] or FIGURES:
        print(json.dumps({"figure": name, **FIGURES[name]()}), flush=True)


if __name__ == "__main__":
    main()
