"""A customer's application as a process of its own: one of the two in `apps/`, started as its
owner would start it. What it was asked is read from the lines that it prints."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .house import TOKEN
from .wait import Board, free_ports, until

HERE = Path(__file__).resolve().parents[1]


@dataclass
class Asked:
    """One request that the application accepted and answered."""

    path: str
    query: dict
    form: dict

    def __getitem__(self, name):
        return self.form[name]

    def get(self, name, otherwise=None):
        return self.form.get(name, otherwise)


class Shop:
    """`kind` is `flask` or `express`; `agent` and `team` are whom it rings."""

    def __init__(self, kind, agent, team, talk_limit):
        self.port = free_ports(1)[0]
        self.asked = Board()
        self.folder = tempfile.TemporaryDirectory(prefix="ringback-shop-")
        self.log = Path(self.folder.name) / "log"
        environment = {
            **os.environ,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "AGENT": agent,
            "TEAM": ",".join(team),
            "TALK_LIMIT": str(talk_limit),
            "PORT": str(self.port),
        }
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                getattr(self, kind)(),
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                cwd=self.folder.name,
            )
        threading.Thread(target=self.read, daemon=True).start()
        until(self.listening, 20, f"the application: {self.said()}")

    def flask(self):
        return [sys.executable, str(HERE / "apps/flask_ivr/app.py")]

    def express(self):
        """Laid out as npm does it: a package finds its dependencies beside itself."""
        app = Path(self.folder.name) / "app.mjs"
        shutil.copy(HERE / "apps/express_ivr/app.mjs", app)
        app.with_name("node_modules").symlink_to(HERE / "node/node_modules")
        return ["node", str(app)]

    def read(self):
        for line in self.process.stdout:
            # Flask says on the same stream that it has started.
            if line.startswith(b"{"):
                self.asked.add(Asked(**json.loads(line)))

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, path, headers=None):
        """The status by which it answers a form of somebody's."""
        request = urllib.request.Request(self.url(path), data=b"CallSid=CA1", headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=5) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            return error.code

    def listening(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the application did not start: {self.said()}")
        try:
            return self.ask("/")
        except OSError:
            return None

    def said(self):
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def wait(self, path, count=1, seconds=20, **wanted):
        """The count-th request of a path whose parameters are as wanted."""

        def look(items):
            found = [one for one in items if one.path == path
                     and all(one.get(name) == value for name, value in wanted.items())]
            return len(found) >= count and found[count - 1]

        label = " ".join([path, *(f"{name}={value}" for name, value in wanted.items())])
        return self.asked.wait_for(look, seconds, f"request {count} of {label}; {self.summary()}")

    def summary(self):
        came = [f"{one.path} {one.get('CallStatus') or one.get('RecordingStatus')}"
                for one in list(self.asked.items)]
        return f"came: {'; '.join(came) or 'nothing'}; it said: {self.said()}"

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self.process.stdout.close()
        self.folder.cleanup()
