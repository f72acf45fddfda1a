"""The CRM's page in a real browser, with a server of the test's own in the CRM's place.

`FakeCrm` serves `crm/page/dist` (and `crm/button`) and answers what `crm/docs/api.md` says; a test
moves its calls itself. `Browser` is Debian's Chromium. What tests hold on to in the page:

sign-in       labels E-mail, Password; button Sign in; `sign-in-fault`
frame         `organization` (a select if there are several), `on-the-line`, `live-count`,
              `connection` (data-line: connecting, open, broken), `sign-out`
contacts      `contact-search`, `contact-row`, `click-to-call` (data-state: idle, calling, error),
              `add-contact`
current call  `dock` (data-stage, data-outcome), `stage` (its words), `clock`, `hang-up`,
              `dock-open`, `dismiss`; `stage-spoken` is what a screen reader hears
calls         `filter-search`, `filter-direction`, `filter-outcome`, `filter-person`,
              `filter-from`, `filter-to`, `filter-clear`; `rows` (what scrolls), `call-row`
              (data-call), `loaded`
one call      `detail` (data-call, data-stage), `detail-stage`, `platform-error`, `player`
              (data-playing), `lane-agent` and `lane-other` (data-peak), `play`, `speed`,
              `download`, `notes`, `notes-state`, `back`
settings      `save`, `test`, `test-result` (data-ok), `agent-phone`
everywhere    `loading`, `error`, `empty`
"""

import copy
import json
import mimetypes
import queue
import random
import shutil
import subprocess
import threading
import urllib.parse
import uuid
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy
from playwright.sync_api import sync_playwright

from .wait import Board, deadline_for

ROOT = Path(__file__).resolve().parents[2]
CRM = ROOT / "crm"
DIST = CRM / "page/dist"
# The moment at which all of it happens: a Friday, 12:40 in São Paulo.
NOW = datetime(2026, 11, 27, 15, 40, tzinfo=UTC)
TOKEN = "a-token-of-the-test"
ENDS = {"completed", "busy", "no-answer", "failed", "canceled"}


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def ident(*words):
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(map(str, words))))


USERS = {
    "ana@acme.example": {"id": ident("user", "ana"), "name": "Ana Ribeiro", "locale": "en"},
    "bruno@acme.example": {"id": ident("user", "bruno"), "name": "Bruno Teixeira", "locale": "pt-BR"},
}
ACME = {"id": ident("organization", "acme"), "name": "Acme Distribuidora", "role": "owner"}
BOREALIS = {"id": ident("organization", "borealis"), "name": "Borealis Energia", "role": "agent"}

PEOPLE = [
    ("Beatriz Nogueira", "Padaria Real", "+5511987654321", ["Fornos para a nova loja"]),
    ("Caio Fontes", "Fontes & Filhos", "+552133334444", []),
    ("Daniela Prado", "Clínica Vida", "+5531998877665", ["Contrato anual", "Ramal extra"]),
    ("Edward Hughes", "Hughes Shipping", "+442079460958", ["Freight lanes Q1"]),
    ("Fernanda Lima", "Livraria Cedro", "+5541991234567", []),
    ("Grace Miller", "Northwind Labs", "+12025550101", ["Pilot, 20 seats"]),
    ("Hugo Sampaio", "Sampaio Engenharia", "+5571988123456", ["Obra Barra"]),
    ("Inês Carvalho", "Quinta do Vale", "+351912345678", []),
    ("João Batista Menezes", "Cooperativa Serra Azul", "+5551999112233", ["Safra 2027"]),
    ("Katrin Vogel", "Vogel Medizintechnik", "+4930901820", []),
    ("Luiza Andrade", "Andrade Móveis", "+5585997765544", ["Showroom Fortaleza"]),
    ("Marcos Vinícius Rocha", "Transportes Rocha", "+5562996655443", []),
    ("Nadia Benali", "Atlas Import", "+33142685300", ["Olive oil, 2 containers"]),
    ("Otávio Guerra", "Guerra Advocacia", "+5548991122334", []),
]


def contact(name, company, phone, opportunities):
    return {
        "id": ident("contact", name),
        "name": name,
        "company": company,
        "phone": phone,
        "email": f"{name.split()[0].lower()}@{(company or name).split()[0].lower()}.example",
        "opportunities": [
            {"id": ident("opportunity", title), "title": title, "stage": "Proposal"}
            for title in opportunities
        ],
        "lastCallAt": None,
    }


def voices(seconds=14, rate=16_000):
    """An MP3 of two channels: agent and contact speak in turns, with a pause between them."""
    chance = numpy.random.default_rng(7)
    at = numpy.arange(seconds * rate) / rate
    syllables = 0.35 + 0.65 * numpy.abs(numpy.sin(2 * numpy.pi * 2.3 * at + numpy.sin(at * 1.9)))
    channels = []
    for pitch, turns in ((150, [(0.4, 3.2), (6.4, 8.2), (11.2, 13.4)]), (230, [(3.6, 6.1), (8.5, 10.9)])):
        voice = sum(numpy.sin(2 * numpy.pi * pitch * n * at) / n for n in (1, 2, 3, 5))
        voice = voice * syllables * (0.3 + 0.1 * chance.standard_normal(len(at)))
        speaks = sum(((at > a) & (at < b)).astype(float) for a, b in turns)
        channels.append(voice * numpy.clip(speaks, 0, 1) * 0.55)
    sound = numpy.clip(numpy.stack(channels, axis=1), -1, 1)
    raw = (sound * 32_000).astype("<i2").tobytes()
    words = ["lame", "--quiet", "-r", "-s", str(rate / 1000), "--bitwidth", "16", "-m", "s"]
    done = subprocess.run([*words, "-b", "48", "-", "-"], input=raw, capture_output=True, check=True)
    return done.stdout


class FakeCrm:
    """A server that answers as `crm/docs/api.md` says, and does what the test tells it."""

    recording = None

    def __init__(self):
        self.contacts = [contact(*person) for person in PEOPLE]
        self.calls = {}
        self.organizations = [ACME, BOREALIS]
        self.integration = {
            "configured": True,
            "accountSid": "AC" + "0123456789abcdef" * 2,
            "authTokenSet": True,
            "phoneNumber": "+551140028922",
            "agentPhoneNumber": "+5511912345678",
            "baseUrl": None,
            "webhooks": {
                "voice": "https://crm.acme.example/twilio-webhook/voice?key=k3Jx…",
                "status": "https://crm.acme.example/twilio-webhook/status?key=k3Jx…",
            },
        }
        self.test_answer = {
            "ok": True,
            "account": {"name": "Acme Voice", "status": "active"},
            "numberOwned": True,
            "problem": None,
        }
        self.token_good = True
        self.expires = NOW + timedelta(hours=8)
        self.now = NOW
        # What a path answers instead: (method, path) to (status, body, headers), or "hold" for an
        # answer that doesn't come before `release`.
        self.instead = {}
        self.released = threading.Event()
        self.seen = Board()
        self.streams = []
        self.events = []
        self.keys = {}
        self.lock = threading.RLock()
        crm = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do(self):
                crm.answer(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_OPTIONS = do

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """A browser that went away in the middle of an answer."""

        self.server = Server(("127.0.0.1", 0), Door)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.released.set()
        self.cut()
        self.server.shutdown()
        self.server.server_close()

    # What the test does

    def call_log(self, person=0, minutes=0, user="ana@acme.example", **fields):
        """Writes a call down, as if the server had known it all along."""
        who = self.contacts[person] if person is not None else None
        at = fields.pop("at", self.now - timedelta(minutes=minutes))
        log = {
            "id": fields.pop("id", None) or ident("call", len(self.calls), person, minutes),
            "direction": "outbound",
            "status": "queued",
            "stage": "asking",
            "outcome": None,
            "callSid": "CA" + uuid.uuid5(uuid.NAMESPACE_OID, f"{len(self.calls)}").hex,
            "parentCallSid": None,
            "fromNumber": self.integration["phoneNumber"],
            "toNumber": who["phone"] if who else "+5511955554444",
            "contact": who and {key: who[key] for key in ("id", "name", "company")},
            "opportunity": None,
            "user": {key: USERS[user][key] for key in ("id", "name")},
            "agent": None,
            "other": None,
            "startedAt": stamp(at),
            "answeredAt": None,
            "connectedAt": None,
            "endedAt": None,
            "durationSeconds": None,
            "talkSeconds": None,
            "recording": None,
            "error": None,
            "notes": "",
            "createdAt": stamp(at),
            "updatedAt": stamp(at),
            "revision": 1,
        }
        log.update(fields)
        with self.lock:
            self.calls[log["id"]] = log
            if who and log["createdAt"] > (who["lastCallAt"] or ""):
                who["lastCallAt"] = log["createdAt"]
        return log

    def ended_call(self, person, minutes, outcome="talked", seconds=185, recorded=True, **fields):
        at = fields.get("at", self.now - timedelta(minutes=minutes))
        talked = outcome == "talked"
        agent_up = talked or outcome.startswith("contact")
        log = self.call_log(
            person,
            minutes,
            stage="ended",
            outcome=outcome,
            status="completed" if agent_up else "no-answer",
            answeredAt=stamp(at + timedelta(seconds=4)) if agent_up else None,
            connectedAt=stamp(at + timedelta(seconds=11)) if talked else None,
            endedAt=stamp(at + timedelta(seconds=11 + (seconds if talked else 19))),
            durationSeconds=(seconds + 7 if talked else 15) if agent_up else None,
            talkSeconds=seconds if talked else None,
            **fields,
        )
        if talked and recorded:
            log["recording"] = {
                "sid": "RE" + uuid.uuid5(uuid.NAMESPACE_OID, log["id"]).hex,
                "durationSeconds": seconds,
                "url": f"/api/calls/{log['id']}/recording",
            }
        return log

    def a_few_calls(self):
        """An ordinary morning."""
        return [
            self.ended_call(2, 12, seconds=14, notes="Wants the annual contract; send it on Monday."),
            self.ended_call(0, 34, "contact-no-answer"),
            self.ended_call(5, 58, seconds=421, user="bruno@acme.example"),
            self.ended_call(3, 75, "contact-busy"),
            self.ended_call(8, 96, seconds=62, direction="inbound", fromNumber="+5551999112233"),
            self.ended_call(10, 130, "agent-no-answer", user="bruno@acme.example"),
            self.ended_call(
                6,
                171,
                "failed",
                error={"code": 21211, "message": "The 'To' number is not a valid phone number."},
            ),
            self.ended_call(12, 60 * 21, seconds=1260),
            self.ended_call(1, 60 * 22, "canceled"),
            self.ended_call(4, 60 * 23, "contact-failed", user="bruno@acme.example"),
            self.ended_call(7, 60 * 47, seconds=301),
            self.ended_call(13, 60 * 49, "agent-busy"),
        ]

    def many_calls(self, count):
        chance = random.Random(7)
        outcomes = ["talked"] * 6 + ["contact-no-answer"] * 3 + ["contact-busy", "canceled", "agent-no-answer"]
        at = self.now
        for number in range(count):
            at -= timedelta(seconds=chance.randrange(40, 900))
            inbound = chance.random() < 0.25
            person = chance.randrange(len(PEOPLE))
            self.ended_call(
                person,
                0,
                chance.choice(outcomes) if not inbound else "talked",
                at=at,
                seconds=chance.randrange(5, 1500),
                user=chance.choice(list(USERS)),
                direction="inbound" if inbound else "outbound",
                id=ident("many", number),
                **({"fromNumber": self.contacts[person]["phone"]} if inbound else {}),
            )

    def move(self, call, **fields):
        """Moves a call on and tells every open page."""
        with self.lock:
            log = self.calls[call["id"]]
            log.update(fields, revision=log["revision"] + 1, updatedAt=stamp(self.now))
            self.tell("call", log)
            return copy.deepcopy(log)

    def later(self, seconds):
        self.now += timedelta(seconds=seconds)
        return stamp(self.now)

    def tell(self, event, log):
        with self.lock:
            number = len(self.events) + 1
            self.events.append((number, event, json.dumps(log)))
            for stream in self.streams:
                stream.put(self.events[-1])

    def cut(self):
        """Breaks every open stream."""
        with self.lock:
            for stream in self.streams:
                stream.put(None)

    def asked(self, method, path, seconds=10):
        """Waits for a request, and returns the last of its kind."""
        return self.seen.wait_for(
            lambda items: next(
                (s for s in reversed(items) if s["method"] == method and s["path"] == path), None
            ),
            seconds,
            f"{method} {path}",
        )

    # What the browser asks

    def answer(self, door):
        url = urllib.parse.urlsplit(door.path)
        path, query = url.path, dict(urllib.parse.parse_qsl(url.query))
        length = int(door.headers.get("Content-Length") or 0)
        raw = door.rfile.read(length)
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = {}
        api = path.startswith(("/api/", "/auth/", "/twilio-call"))
        if api:
            self.seen.add(
                {
                    "method": door.command,
                    "path": path,
                    "query": query,
                    "body": body,
                    "headers": dict(door.headers),
                }
            )
        instead = self.instead.get((door.command, path))
        if instead == "hold":
            self.released.wait(deadline_for(60))
        elif callable(instead):
            instead = instead()
        if isinstance(instead, tuple):
            status, said, *headers = instead
            return self.send(door, status, said, *headers)
        if not api:
            return self.file(door, path)
        if path == "/auth/sign-in":
            return self.sign_in(door, body)
        if door.command == "OPTIONS":
            return self.send(door, 204, None)
        if not self.token_good or door.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.send(door, 401, {"error": "Unauthorized", "code": "unauthorized"})
        if path == "/api/events":
            return self.stream(door)
        with self.lock:
            status, said = self.route(door, path, query, body)
        if isinstance(said, bytes):
            return self.bytes(door, status, said, "audio/mpeg")
        return self.send(door, status, said)

    def route(self, door, path, query, body):
        method, parts = door.command, path.strip("/").split("/")
        match method, parts:
            case "POST", ["twilio-call"]:
                return self.place(door, body)
            case "POST", ["auth", "organization"]:
                wanted = [o for o in self.organizations if o["id"] == body["organizationId"]]
                return (200, self.session("ana@acme.example", wanted[0])) if wanted else MISSING
            case ("GET" | "PATCH"), ["api", "me"]:
                return 200, self.session("ana@acme.example", self.organizations[0])
            case "GET", ["api", "users"]:
                return 200, {"users": [{"id": u["id"], "name": u["name"]} for u in USERS.values()]}
            case "GET", ["api", "contacts"]:
                return 200, self.page("contacts", self.found(query), query)
            case "POST", ["api", "contacts"]:
                made = contact(body["name"], body.get("company") or "", body["phone"], [])
                self.contacts.append(made)
                return 201, made
            case "GET", ["api", "contacts", id_]:
                found = [c for c in self.contacts if c["id"] == id_]
                return (200, found[0]) if found else MISSING
            case "GET", ["api", "calls"]:
                return 200, self.page("calls", self.chosen(query), query)
            case "GET", ["api", "calls", id_] if id_ in self.calls:
                return 200, self.calls[id_]
            case "PATCH", ["api", "calls", id_] if id_ in self.calls:
                return 200, self.move(self.calls[id_], notes=body["notes"])
            case "POST", ["api", "calls", id_, "hang-up"] if id_ in self.calls:
                if self.calls[id_]["stage"] == "ended":
                    return 409, {"error": "The call is over.", "code": "ended"}
                return 202, self.calls[id_]
            case "GET", ["api", "calls", id_, "recording"] if self.calls.get(id_, {}).get("recording"):
                FakeCrm.recording = FakeCrm.recording or voices()
                return 200, FakeCrm.recording
            case "GET", ["api", "integration"]:
                return 200, self.integration
            case "PUT", ["api", "integration"]:
                told = {key: value for key, value in body.items() if key != "authToken"}
                self.integration.update(told, configured=True, authTokenSet=True)
                return 200, self.integration
            case "POST", ["api", "integration", "test"]:
                return 200, self.test_answer
        return MISSING

    def place(self, door, body):
        if not body.get("to"):
            return 400, {"error": "Phone number required", "code": "number-required"}
        key = door.headers.get("Idempotency-Key")
        running = next(
            (
                log
                for log in self.calls.values()
                if log["stage"] != "ended"
                and log["toNumber"] == body["to"]
                and log["user"]["id"] == USERS["ana@acme.example"]["id"]
            ),
            self.calls.get(self.keys.get(key)),
        )
        if running is None:
            person = next(
                (i for i, c in enumerate(self.contacts) if c["id"] == body.get("contactId")), None
            )
            running = self.call_log(person, toNumber=body["to"], stage="agent-calling")
            self.keys[key] = running["id"]
            self.tell("call", running)
        answer = {"callSid": running["callSid"], "status": "queued", "callLogId": running["id"]}
        return 200, {"success": True, **answer}

    def found(self, query):
        wanted = query.get("search", "").lower()
        found = [
            c
            for c in self.contacts
            if wanted in f"{c['name']} {c['company']} {c['phone']}".lower()
        ]
        return sorted(found, key=lambda c: c["name"])

    def chosen(self, query):
        def fits(log):
            text = [log["contact"] or {}, log["fromNumber"], log["toNumber"], log["notes"]]
            return (
                query.get("direction", log["direction"]) == log["direction"]
                and query.get("outcome", log["outcome"]) == log["outcome"]
                and query.get("userId", log["user"]["id"]) == log["user"]["id"]
                and query.get("contactId", (log["contact"] or {}).get("id"))
                == (log["contact"] or {}).get("id")
                and query.get("search", "").lower() in json.dumps(text, ensure_ascii=False).lower()
                and query.get("from", "") <= log["createdAt"] <= query.get("to", "9")
                and (query.get("live") != "true" or log["stage"] != "ended")
            )

        found = [log for log in self.calls.values() if fits(log)]
        return sorted(found, key=lambda log: (log["createdAt"], log["id"]), reverse=True)

    def page(self, name, rows, query):
        limit, start = int(query.get("limit", 50)), int(query.get("cursor", 0))
        end = start + limit
        return {name: rows[start:end], "next": str(end) if end < len(rows) else None}

    def session(self, email, organization):
        return {
            "token": TOKEN,
            "expiresAt": stamp(self.expires),
            "user": {**USERS[email], "email": email},
            "organization": organization,
            "organizations": self.organizations,
        }

    def sign_in(self, door, body):
        if body.get("password") != "correct horse" or body.get("email") not in USERS:
            said = {"error": "E-mail or password is wrong", "code": "wrong-credentials"}
            return self.send(door, 401, said)
        self.token_good = True
        return self.send(door, 200, self.session(body["email"], self.organizations[0]))

    def stream(self, door):
        door.send_response(200)
        door.send_header("Content-Type", "text/event-stream")
        door.send_header("Cache-Control", "no-store")
        door.send_header("Connection", "close")
        door.end_headers()
        own = queue.Queue()
        with self.lock:
            last = door.headers.get("Last-Event-ID")
            if last:
                # Each log once, in its latest state.
                missed = {}
                for number, event, data in self.events[int(last) :]:
                    missed[json.loads(data)["id"]] = (number, event, data)
                for each in missed.values():
                    own.put(each)
            self.streams.append(own)
        try:
            door.wfile.write(b": hello\n\n")
            door.wfile.flush()
            while True:
                try:
                    each = own.get(timeout=10)
                except queue.Empty:
                    door.wfile.write(b": still here\n\n")
                    door.wfile.flush()
                    continue
                if each is None:
                    break
                number, event, data = each
                door.wfile.write(f"id: {number}\nevent: {event}\ndata: {data}\n\n".encode())
                door.wfile.flush()
        except OSError:
            pass
        finally:
            with self.lock:
                self.streams.remove(own)
            door.close_connection = True

    def file(self, door, path):
        folder, name = (CRM, path[1:]) if path.startswith("/button/") else (DIST, path[1:] or "index.html")
        file = folder / name
        if not file.is_file() or folder not in file.resolve().parents:
            return self.send(door, 404, {"error": "no such file", "code": "not-found"})
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return self.bytes(door, 200, file.read_bytes(), kind)

    def send(self, door, status, said, headers=()):
        body = b"" if said is None else json.dumps(said).encode()
        self.bytes(door, status, body, "application/json", headers)

    def bytes(self, door, status, body, kind, headers=()):
        door.send_response(status)
        door.send_header("Content-Type", kind)
        door.send_header("Content-Length", str(len(body)))
        for name, value in dict(headers).items():
            door.send_header(name, value)
        door.end_headers()
        door.wfile.write(body)


MISSING = (404, {"error": "not found", "code": "not-found"})

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--font-render-hinting=none",
    "--disable-lcd-text",
    "--force-color-profile=srgb",
]


class Browser:
    """Debian's Chromium, one for a class of tests; each test has windows of its own."""

    def __init__(self):
        self.driver = sync_playwright().start()
        self.program = self.driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)

    def window(self, width=1440, height=900, scheme="light", locale="en-GB", **more):
        return self.program.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale=locale,
            timezone_id="America/Sao_Paulo",
            reduced_motion=more.pop("reduced_motion", "reduce"),
            **more,
        )

    def close(self):
        self.program.close()
        self.driver.stop()
