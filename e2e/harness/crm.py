"""The reference CRM as a process of its own, and people signed in to it."""

import json
import os
import signal
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path

from .house import ACCOUNT, ROOT, TOKEN, readable
from .postgres import SERVICE
from .wait import Board, free_ports, until

PROGRAM = Path(os.environ.get("RINGBACK_CRM", ROOT / "target/debug/ringback-crm"))
PASSWORD = "correct horse battery"


class Crm:
    """`ringback-crm serve` beside a house. With a `Postgres` its rows lie there, and it connects
    as a role that owns nothing; without, in a file."""

    def __init__(self, house, postgres=None):
        (self.port,) = free_ports(1)
        self.base = f"http://127.0.0.1:{self.port}"
        self.house = house
        self.folder = tempfile.TemporaryDirectory(prefix="ringback-e2e-crm-")
        self.lines = Board()
        self.process = None
        self.readers = []
        self.data = ["--data", Path(self.folder.name) / "data"]
        self.owner = [*self.data]
        self.service = [*self.data]
        if postgres:
            self.owner += ["--database", postgres.url()]
            self.service += ["--database", postgres.url(SERVICE)]
            self.run("migrate", *self.owner, "--service-role", SERVICE)
        else:
            self.run("migrate", *self.owner)

    def run(self, *words, text=None, fails=False):
        """Another command of the program, to its end."""
        done = subprocess.run(
            [str(PROGRAM), *[str(word) for word in words]],
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self.folder.name,
        )
        if not fails:
            assert done.returncode == 0, done.stderr
        return done

    def add_user(self, email, name, organization, role="agent", locale="en"):
        self.run(
            "add-user", *self.owner, "--email", email, "--name", name,
            "--organization", organization, "--role", role, "--locale", locale,
            text=PASSWORD + "\n",
        )

    def start(self, seconds=20):
        self.process = subprocess.Popen(
            [
                str(word)
                for word in [
                    PROGRAM, "serve", *self.service, "--http", f"127.0.0.1:{self.port}",
                    "--platform", self.house.base, "--compare-every", "1",
                ]
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder.name,
        )
        threading.Thread(target=self.read, args=(self.process.stdout,), daemon=True).start()
        until(self.healthy_or_dead, seconds, f"the CRM's /health; it said: {self.said()}")
        return self

    def read(self, stream):
        for line in stream:
            self.lines.add(line.decode(errors="replace").rstrip("\n"))

    def said(self):
        return "\n".join(self.lines.snapshot()[-60:])

    def healthy_or_dead(self):
        code = self.process.poll()
        if code is not None:
            raise AssertionError(f"ringback-crm ended with {code}: {self.said()}")
        try:
            with urllib.request.urlopen(f"{self.base}/health", timeout=2) as reply:
                return reply.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def ask(self, method, path, body=None, headers=None):
        """Status, headers, and the body, read as JSON if it is JSON."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}{path}", data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                return reply.status, reply.headers, readable(reply.read())
        except urllib.error.HTTPError as error:
            return error.code, error.headers, readable(error.read())

    def sign_in(self, email):
        return Person(self, email)

    def kill(self):
        """As a power cut does it."""
        self.process.kill()
        self.process.wait(10)
        self.process.stdout.close()

    def stop(self, seconds=20):
        """As Ctrl-C does it."""
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
            raise AssertionError("Ctrl-C did not end the CRM: " + self.said()) from None

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(5)
        if self.process and not self.process.stdout.closed:
            self.process.stdout.close()
        self.folder.cleanup()


class Person:
    """Somebody who is signed in."""

    def __init__(self, crm, email):
        self.crm = crm
        self.events = Board()
        status, _, body = crm.ask(
            "POST", "/auth/sign-in", {"email": email, "password": PASSWORD}
        )
        assert status == 200, (status, body)
        self.token = body["token"]
        self.user, self.organization = body["user"], body["organization"]

    def ask(self, method, path, body=None, headers=None):
        own = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self.crm.ask(method, path, body, own)

    def fetch(self, path, method="GET", body=None, status=(200,)):
        got, _, answer = self.ask(method, path, body)
        assert got in status, (method, path, got, answer)
        return answer

    def integrate(self, agent, number="+12025550190", **more):
        return self.fetch(
            "/api/integration",
            "PUT",
            {
                "accountSid": ACCOUNT,
                "authToken": TOKEN,
                "phoneNumber": number,
                "agentPhoneNumber": agent,
                **more,
            },
        )

    def contact(self, name, phone, **more):
        return self.fetch(
            "/api/contacts", "POST", {"name": name, "phone": phone, **more}, status=(201,)
        )

    def click(self, to, **more):
        """The button: the answer's status and body."""
        status, _, body = self.ask("POST", "/twilio-call", {"to": to, **more})
        return status, body

    def log(self, log_id):
        return self.fetch(f"/api/calls/{log_id}")

    def listen(self, last=None):
        """Opens the stream of events; each `call` event is added to `events` as
        `{id, event, data}`."""
        request = urllib.request.Request(f"{self.crm.base}/api/events")
        request.add_header("Authorization", f"Bearer {self.token}")
        if last is not None:
            request.add_header("Last-Event-ID", str(last))
        reply = urllib.request.urlopen(request, timeout=60)
        assert reply.headers["Content-Type"].startswith("text/event-stream"), reply.headers
        threading.Thread(target=self.follow, args=(reply,), daemon=True).start()
        return reply

    def follow(self, reply):
        event = {}
        try:
            for line in reply:
                line = line.decode().rstrip("\n")
                if line.startswith(":"):
                    continue
                if not line:
                    if "data" in event or "event" in event:
                        event["data"] = json.loads(event.get("data") or "null")
                        self.events.add(event)
                    event = {}
                    continue
                name, _, value = line.partition(":")
                event[name] = value.removeprefix(" ")
        except (OSError, ValueError):
            return

    def told(self, log_id):
        """Every state of a log that the stream has brought."""
        return [
            one["data"]
            for one in self.events.snapshot()
            if one.get("event") == "call" and one["data"]["id"] == log_id
        ]

    def wait(self, log_id, look, seconds=30, what=None):
        """The first state of a log that the stream brings and that `look` likes."""
        return self.events.wait_for(
            lambda items: next(
                (
                    one["data"]
                    for one in items
                    if one.get("event") == "call"
                    and one["data"]["id"] == log_id
                    and look(one["data"])
                ),
                None,
            ),
            seconds,
            f"{what or 'a state'} of {log_id}; came: "
            + str([(s["stage"], s["status"], s["outcome"]) for s in self.told(log_id)]),
        )

    def stage(self, log_id, stage, seconds=30):
        return self.wait(log_id, lambda log: log["stage"] == stage, seconds, stage)
