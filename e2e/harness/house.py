"""Our program as a process: started on free ports, its words kept, stopped as a user stops it."""

import json
import os
import signal
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request
from base64 import b64encode
from pathlib import Path

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from .wait import SIP_HOST, Board, free_ports, until

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("RINGBACK", ROOT / "target/debug/ringback"))
ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "fedcba9876543210" * 2


class Local(TwilioHttpClient):
    """The SDK's own HTTP client; only the host is another."""

    def __init__(self, base):
        super().__init__(timeout=20)
        self.base = base

    def request(self, method, url, *args, **kwargs):
        path = url.split("://", 1)[1].split("/", 1)[1]
        return super().request(method, f"{self.base}/{path}", *args, **kwargs)


class House:
    """`ringback dev`, or `ringback serve` when there is a configuration."""

    def __init__(self, arguments=(), config=None, data=None, env=None):
        self.http_port, self.sip_port = free_ports(2)
        self.base = f"http://127.0.0.1:{self.http_port}"
        self.sip_at = (SIP_HOST, self.sip_port)
        self.sip = f"{SIP_HOST}:{self.sip_port}"
        self.folder = tempfile.TemporaryDirectory(prefix="ringback-e2e-")
        self.data = Path(data or Path(self.folder.name) / "data")
        self.config = config
        self.arguments = list(arguments)
        self.env = env or {}
        self.lines = Board()
        self.process = None

    def command(self):
        if self.config is None:
            own = ["--http", f"127.0.0.1:{self.http_port}", "--sip", self.sip]
            return [PROGRAM, "dev", *own, "--data", self.data, *self.arguments]
        path = Path(self.folder.name) / "ringback.toml"
        path.write_text(self.config(self))
        return [PROGRAM, "serve", "--config", path, *self.arguments]

    def start(self, seconds=20):
        env = {**os.environ, "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, **self.env}
        self.process = subprocess.Popen(
            [str(word) for word in self.command()],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder.name,
            env=env,
        )
        threading.Thread(target=self.read, args=(self.process.stdout,), daemon=True).start()
        until(self.healthy_or_dead, seconds, f"/health; it said: {self.said()}")
        return self

    def read(self, stream):
        for line in stream:
            self.lines.add(line.decode(errors="replace").rstrip("\n"))

    def said(self):
        return "\n".join(self.lines.snapshot())

    def healthy(self):
        try:
            with urllib.request.urlopen(f"{self.base}/health", timeout=2) as reply:
                return reply.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def healthy_or_dead(self):
        code = self.process.poll()
        if code is not None:
            raise AssertionError(f"ringback ended with {code}: {self.said()}")
        return self.healthy()

    def client(self, account=ACCOUNT, token=TOKEN):
        return Client(account, token, http_client=Local(self.base))

    def ask(self, method, path, body=None, auth=(ACCOUNT, TOKEN), headers=None):
        """A plain request: status, headers, and the body read as JSON if it is JSON."""
        request = urllib.request.Request(f"{self.base}{path}", data=body, method=method)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        if auth:
            word = b64encode(f"{auth[0]}:{auth[1]}".encode()).decode()
            request.add_header("Authorization", f"Basic {word}")
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                return reply.status, reply.headers, readable(reply.read())
        except urllib.error.HTTPError as error:
            return error.code, error.headers, readable(error.read())

    def run(self, *words, timeout=20):
        """Runs another command of the program to its end."""
        return subprocess.run(
            [str(PROGRAM), *[str(word) for word in words]],
            capture_output=True,
            text=True,
            timeout=timeout,
            cwd=self.folder.name,
        )

    def kill(self):
        """As a power cut does it."""
        self.process.kill()
        self.process.wait(10)

    def stop(self, seconds=20):
        """As Ctrl-C does it: the program must end by itself, in order."""
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
            raise AssertionError("Ctrl-C did not end ringback: " + self.said()[-2000:]) from None

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(5)
        if self.process:
            self.process.stdout.close()
        self.folder.cleanup()


def readable(body):
    try:
        return json.loads(body)
    except ValueError:
        return body
