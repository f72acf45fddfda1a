"""Figures of the reference CRM: `bench/run crm` runs this with the Python of the end-to-end tests.

Each line of output is one figure as JSON. Ringback, the CRM, the page in a real Chromium and the
phones share all cores. The programs are those of the release build.
"""

import json
import os
import queue
import socket
import statistics
import sys
import threading
import time
import urllib.parse
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parents[1]
OUT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
os.environ["RINGBACK"] = str(OUT / "ringback")
os.environ["RINGBACK_CRM"] = str(OUT / "ringback-crm")
sys.path.insert(0, str(ROOT / "e2e"))

from harness.config import serve  # noqa: E402
from harness.crm import PASSWORD, Crm  # noqa: E402
from harness.house import ACCOUNT, TOKEN, House  # noqa: E402
from harness.page import Browser  # noqa: E402
from harness.sipp import Sipp  # noqa: E402
from harness.wait import free_ports  # noqa: E402
from twilio.request_validator import RequestValidator  # noqa: E402

# Clicks and callbacks that are measured.
SAMPLES = 200
# One person may call so often in a row; then others do.
BURST = 10
CALLS = 500
# How long both talk, so that all the calls are there at once.
TALK_SECONDS = 40
# A call as its callbacks tell it, and what the page shows then.
STEPS = [
    ("agent", "ringing", "agent-ringing"),
    ("agent", "in-progress", "agent-connected"),
    ("contact", "ringing", "contact-ringing"),
    ("contact", "in-progress", "live"),
    ("contact", "completed", None),
    ("agent", "completed", "ended"),
]
CLICKED = """() => addEventListener("click", event => {
  window.clicked = performance.timeOrigin + event.timeStamp
}, true)"""
# The moment of the first frame in which the page shows a stage.
SHOWN = """() => {
  window.shown = {}
  const look = () => {
    const stage = document.querySelector("[data-testid=dock]")?.dataset.stage
    if (stage && !window.shown[stage])
      window.shown[stage] = performance.timeOrigin + performance.now()
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}"""
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


class Platform(BaseHTTPRequestHandler):
    """Accepts calls and forgets them; the callbacks are the measurement's own."""

    asked = queue.Queue()
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = dict(urllib.parse.parse_qsl(form))
        sid = "CA" + uuid.uuid4().hex
        body = {"sid": sid, "status": "queued", "to": form["To"], "from": form["From"]}
        body |= {"account_sid": ACCOUNT, "direction": "outbound-api"}
        text = json.dumps(body).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        Platform.asked.put((sid, form["StatusCallback"]))

    def do_GET(self):
        self.send_error(404)

    def log_message(self, *_):
        pass


def signed_in(browser, crm, email):
    page = browser.window().new_page()
    page.goto(crm.base)
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_test_id("click-to-call").first.wait_for()
    return page


def people(crm, count):
    """An organization with an owner, a contact, and so many people who call."""
    names = [f"agent{n}" for n in range(count)]
    crm.add_user("boss@acme.example", "Boss", "Acme", "owner")
    for name in names:
        crm.add_user(f"{name}@acme.example", name, "Acme")
    crm.start()
    boss = crm.sign_in("boss@acme.example")
    boss.integrate(AGENT)
    boss.contact("Ana Souza", "+5511999990001")
    return boss, [f"{name}@acme.example" for name in names]


def click_to_ringing():
    """From the click in the page to the INVITE at the agent's phone."""
    phone = RefusingPhone()
    trunk = {"name": "carrier", "host": f"127.0.0.1:{phone.port}", "options": False}
    house = House(config=serve(trunks=[trunk])).start()
    crm = Crm(house)
    browser = Browser()
    try:
        _, callers = people(crm, SAMPLES // BURST)
        took = []
        for email in callers:
            page = signed_in(browser, crm, email)
            page.evaluate(CLICKED)
            for _ in range(BURST):
                page.get_by_test_id("click-to-call").first.click()
                rang = phone.wait(len(took) + 1)
                took.append(1000 * rang - page.evaluate("window.clicked"))
                # The call's end has arrived, and its line is free again.
                page.locator("[data-testid=dock][data-stage=ended]").wait_for()
                page.get_by_test_id("dismiss").click()
            page.context.close()
        return {"clicks": len(took), **percentiles("ringing", took)}
    finally:
        browser.close()
        crm.close()
        house.close()


def callback_to_screen():
    """From a callback's being sent to the frame in which the page shows its stage."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    platform = SimpleNamespace(base=f"http://127.0.0.1:{server.server_port}")
    crm = Crm(platform)
    browser = Browser()
    sign = RequestValidator(TOKEN).compute_signature
    try:
        _, callers = people(crm, SAMPLES // len(STEPS) // BURST + 1)
        took = []
        while len(took) < SAMPLES:
            page = signed_in(browser, crm, callers.pop())
            page.evaluate(SHOWN)
            for _ in range(BURST):
                page.get_by_test_id("click-to-call").first.click()
                sid, address = Platform.asked.get(timeout=10)
                page.locator("[data-testid=dock][data-stage=agent-calling]").wait_for()
                child = "CA" + uuid.uuid4().hex
                for number, (leg, status, stage) in enumerate(STEPS):
                    form = {
                        "AccountSid": ACCOUNT,
                        "CallSid": sid if leg == "agent" else child,
                        "CallStatus": status,
                        "From": OURS,
                        "To": AGENT if leg == "agent" else "+5511999990001",
                        "Direction": "outbound-api" if leg == "agent" else "outbound-dial",
                        "SequenceNumber": str(number),
                    }
                    if leg == "contact":
                        form["ParentCallSid"] = sid
                    request = urllib.request.Request(
                        address, data=urllib.parse.urlencode(form).encode()
                    )
                    request.add_header("X-Twilio-Signature", sign(address, form))
                    sent = time.time()
                    urllib.request.urlopen(request, timeout=10).read()
                    if stage is None:
                        continue
                    shown = page.wait_for_function("stage => window.shown[stage]", arg=stage)
                    took.append(shown.json_value() - 1000 * sent)
                page.evaluate("window.shown = {}")
                page.get_by_test_id("dismiss").click()
            page.context.close()
        return {"callbacks": len(took), **percentiles("shown", took)}
    finally:
        browser.close()
        crm.close()
        server.shutdown()


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
            **percentiles("asked", took),
        }
    finally:
        crm.close()
        house.close()
        sipp.close()


FIGURES = {"ringing": click_to_ringing, "shown": callback_to_screen, "many": many_at_once}


def main():
    for name in sys.argv[1:] or FIGURES:
        print(json.dumps(FIGURES[name]()), flush=True)


if __name__ == "__main__":
    main()
