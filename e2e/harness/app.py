"""A customer's web application: it serves TwiML, writes down every request and checks signatures."""

import threading
import urllib.parse
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from twilio.request_validator import RequestValidator

from .wait import Board, free_ports


@dataclass
class Reply:
    """What the application answers."""

    body: bytes | str = ""
    status: int = 200
    headers: dict = field(default_factory=dict)


@dataclass
class Seen:
    """One request the application got."""

    method: str
    path: str
    query: dict
    params: dict
    headers: dict
    signed: bool
    raw_path: str

    def __getitem__(self, name):
        return self.params[name]

    def get(self, name, otherwise=None):
        return self.params.get(name, otherwise)


class App:
    """Routes are `path -> document`, where a document is a text, an SDK `VoiceResponse`, a
    `Reply`, or a function of the request that returns one of them."""

    def __init__(self, token, port=None):
        self.validator = RequestValidator(token)
        self.routes = {}
        self.seen = Board()
        app = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                app.serve(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                # A caller that goes away in the middle is not this test's business.
                pass

        # One that comes back must find its port free: none that a request going out may have.
        self.port = port or free_ports(1)[0]
        self.server = Server(("127.0.0.1", self.port), Door)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def route(self, path, document):
        self.routes[path] = document
        return self.url(path)

    def serve(self, door):
        length = int(door.headers.get("Content-Length") or 0)
        body = door.rfile.read(length)
        parts = urllib.parse.urlsplit(door.path)
        query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        form = {}
        if door.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
        signature = door.headers.get("X-Twilio-Signature", "")
        signed = self.validator.validate(self.url(door.path), form, signature)
        params = {**query, **form}
        seen = Seen(door.command, parts.path, query, params, dict(door.headers), signed, door.path)
        # Written down before it is answered, so that a test which waits for the effect of the
        # answer finds the request.
        self.seen.add(seen)
        document = self.routes.get(parts.path, Reply(status=204))
        if callable(document):
            document = document(seen)
        if document is None:
            return
        if not isinstance(document, Reply):
            document = Reply(str(document), headers={"Content-Type": "text/xml"})
        payload = document.body.encode() if isinstance(document.body, str) else document.body
        door.send_response(document.status)
        for name, value in document.headers.items():
            door.send_header(name, value)
        if document.status != 204:
            door.send_header("Content-Length", str(len(payload)))
        door.end_headers()
        if document.status != 204:
            door.wfile.write(payload)

    def requests(self, path, **wanted):
        """Everything asked of `path` so far with these parameters."""
        return [s for s in self.seen.snapshot() if matches(s, path, wanted)]

    def wait(self, path, seconds=15, **wanted):
        """The first request of `path` whose parameters are as wanted."""
        label = " ".join([path, *(f"{k}={v}" for k, v in wanted.items())])
        return self.seen.wait_for(
            lambda items: next((s for s in items if matches(s, path, wanted)), None),
            seconds,
            f"a request of {label}; came: {self.summary()}",
        )

    def wait_count(self, path, count, seconds=15, **wanted):
        """At least so many requests of `path`."""
        return self.seen.wait_for(
            lambda items: (found := [s for s in items if matches(s, path, wanted)])
            and len(found) >= count
            and found,
            seconds,
            f"{count} requests of {path}",
        )

    def summary(self):
        rows = [
            f"{s.method} {s.raw_path} {s.get('CallStatus', s.get('RecordingStatus', ''))}"
            for s in self.seen.items
        ]
        return "; ".join(rows[-30:]) or "nothing"

    def unsigned(self):
        return [s for s in self.seen.snapshot() if not s.signed]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def matches(seen, path, wanted):
    return seen.path == path and all(seen.params.get(k) == v for k, v in wanted.items())
