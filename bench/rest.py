"""The REST figures of bench/run: creating and fetching calls, ten million of them, and the mock.

The load (wrk) runs beside the server, neither pinned, as the aim says: two cores for both. Data
lies in the build folder, on a disk that means what it says when it is told to sync; `serve` waits
for it. Calls stay queued: the account lets one leave a second.
"""

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse
from base64 import b64encode
from pathlib import Path

from machine import OUT, ROOT, TOKEN, cpu_seconds, status_kb

CONNECTIONS, SECONDS, RUNS = 64, 6, 3
# Of creating, shorter: an account's queue has room for a hundred thousand.
CREATE_SECONDS, CREATE_RUNS = 3, 5
HTTP, SIP, MOCK = 9083, 9063, 9085
FROM = "+12025550190"
# Whose most of the calls are that the store's filler makes.
ACCOUNT = "AC" + "0" * 32
BASE = f"/2010-04-01/Accounts/{ACCOUNT}"
AUTHORIZATION = "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
PRISM = ROOT / "target/prism/node_modules/.bin/prism"


def creations(count=500):
    """Requests that place calls to so many numbers. No StatusCallbackEvent: the mock refuses it."""
    for n in range(count):
        form = {
            "To": f"+1202556{n:04d}",
            "From": FROM,
            "Url": "https://app.example.com/voice?campaign=7",
        }
        yield f"POST {BASE}/Calls.json {urllib.parse.urlencode(form)}"


def wrk(port, lines, seconds=SECONDS, connections=CONNECTIONS):
    """One run of wrk over these requests, as load.lua prints it."""
    with tempfile.NamedTemporaryFile("w", suffix=".requests") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s"]
        words += ["-s", ROOT / "bench/load.lua", f"http://127.0.0.1:{port}"]
        words += ["--", file.name, AUTHORIZATION]
        text = subprocess.check_output([str(word) for word in words], text=True)
    return json.loads(text.strip().splitlines()[-1])


def medians(runs):
    """Of each number the median over the runs; what went wrong is summed up."""
    wrong = {key: sum(run[key] for run in runs) for key in ("refused", "broken")}
    right = [key for key in runs[0] if key not in (*wrong, "answers", "bytes")]
    each = {key: round(statistics.median(run[key] for run in runs), 2) for key in right}
    return {**each, **wrong, "runs": [run["per_second"] for run in runs]}


class Server:
    """`ringback serve` on a data folder of its own, or on one that is filled already."""

    def __init__(self, data, number=0):
        self.data, self.port = Path(data), HTTP + number
        self.data.mkdir(parents=True, exist_ok=True)
        sip = f'["127.0.0.1:{SIP + number}"]'
        config = self.data / "bench.toml"
        config.write_text(
            f'data = "{self.data}"\n[account]\nsid = "{ACCOUNT}"\ntoken = "{TOKEN}"\n'
            f'[http]\nlisten = "127.0.0.1:{self.port}"\n[sip]\nudp = {sip}\ntcp = {sip}\n'
            f'[log]\nlevel = "error"\n[limits]\ncalls = 1000000\ncalls_per_second = 1000000\n[[number]]\nnumber = "{FROM}"\n'
        )
        self.log = open(self.data / "log", "ab")  # noqa: SIM115
        begun = time.monotonic()
        words = [str(OUT / "ringback"), "serve", "--config", str(config)]
        self.process = subprocess.Popen(words, stdout=self.log, stderr=self.log)
        while not self.answers():
            if time.monotonic() - begun > 30 or self.process.poll() is not None:
                raise SystemExit("ringback did not start: " + (self.data / "log").read_text())
            time.sleep(0.001)
        self.start_ms = round(1000 * (time.monotonic() - begun), 1)

    def answers(self):
        """Whether the API itself answers with 200."""
        ask = f"GET {BASE}.json HTTP/1.1\r\nHost: localhost\r\nAuthorization: {AUTHORIZATION}\r\n\r\n"
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
                line.sendall(ask.encode())
                return line.recv(12).endswith(b" 200")
        except OSError:
            return False

    def client(self):
        return Client(self.port)

    def anonymous_mb(self):
        return round(status_kb(self.process.pid, "RssAnon") / 1024, 1)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Client:
    """One connection that is kept, as an SDK has."""

    def __init__(self, port):
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, path, form=None):
        """Status, document, and the milliseconds until its last byte."""
        headers = {"Authorization": AUTHORIZATION, "Accept": "application/json"}
        body = urllib.parse.urlencode(form) if form else None
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.perf_counter()
        self.line.request("POST" if body else "GET", path, body, headers)
        reply = self.line.getresponse()
        text = reply.read()
        took = 1000 * (time.perf_counter() - begun)
        return reply.status, json.loads(text), took


class Folder:
    """A folder for data in the build folder: a temporary one may lie in memory."""

    def __enter__(self):
        OUT.mkdir(parents=True, exist_ok=True)
        self.folder = tempfile.TemporaryDirectory(prefix="bench-", dir=OUT)
        return Path(self.folder.name)

    def __exit__(self, *_):
        self.folder.cleanup()


class Watch(threading.Thread):
    """The most anonymous memory a server is seen with."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.most, self.over = server, 0.0, threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.2):
            self.most = max(self.most, self.server.anonymous_mb())

    def end(self):
        self.over.set()
        self.join()
        return self.most


def rows_in(data):
    """Calls that a stopped server has left on the disk."""
    with sqlite3.connect(f"file:{data}/ringback.db?mode=ro", uri=True) as store:
        return store.execute("SELECT count(*) FROM call").fetchone()[0]


def loaded(server, lines, seconds=SECONDS):
    """A short run that isn't counted, then one that is, and how much of a core it took."""
    wrk(server.port, lines, seconds=1)
    cpu, begun = cpu_seconds(server.process.pid), time.monotonic()
    run = wrk(server.port, lines, seconds)
    cpu = (cpu_seconds(server.process.pid) - cpu) / (time.monotonic() - begun)
    return {**run, "core_percent": round(100 * cpu)}


def post():
    """Creating calls, each answered when it is on the disk, and waiting for its turn then. Each
    run has a store and a queue of its own, for the queue has a bound."""
    lines, runs, memory = list(creations()), [], 0
    for _ in range(CREATE_RUNS):
        with Folder() as data:
            server = Server(data)
            watch = Watch(server)
            try:
                runs.append(loaded(server, lines, CREATE_SECONDS))
            finally:
                memory = max(memory, watch.end())
                server.stop()
            kept, answered = rows_in(data), runs[-1]["answers"] - runs[-1]["refused"]
        if kept < answered:
            raise SystemExit(f"bench: {answered} calls were acknowledged and {kept} kept")
    return {"connections": CONNECTIONS, **medians(runs), "anonymous_mb": memory}


def get():
    """Fetching one call."""
    with Folder() as data:
        server = Server(data)
        try:
            status, call, _ = server.client().ask(f"{BASE}/Calls.json", placed())
            if status != 201:
                raise SystemExit(f"bench: no call to fetch: {call}")
            runs = [loaded(server, [f"GET {call['uri']}"]) for _ in range(RUNS)]
        finally:
            server.stop()
    return {"connections": CONNECTIONS, **medians(runs)}


def placed():
    return {"To": "+12025560001", "From": FROM, "Url": "https://app.example.com/voice"}


def contract():
    """A minimal OpenAPI document of creating a call, out of the contract in this tree."""
    operations = json.loads((ROOT / "reference/contract.json").read_text())["voice_api_v2010"]
    found = next(each for each in operations if each["operation"] == "CreateCall")
    keys = ("name", "in", "required")
    parameters = [
        {**{key: row[key] for key in keys}, "schema": without(row, keys)}
        for row in found["parameters"]
    ]
    body = found["body"]
    content = {body["content_type"]: {"schema": without(body, ("content_type",))}}
    replies = {
        status: {"description": "-", "content": {"application/json": {"schema": schema}}}
        for status, schema in found["responses"].items()
    }
    operation = {
        "operationId": found["operation"],
        "parameters": parameters,
        "requestBody": {"content": content},
        "responses": replies,
        "security": [{"basic": []}],
    }
    return {
        "openapi": "3.0.1",
        "info": {"title": "Calls", "version": "1"},
        "components": {"securitySchemes": {"basic": {"type": "http", "scheme": "basic"}}},
        "paths": {found["path"]: {found["method"].lower(): operation}},
    }


def without(row, keys):
    return {key: value for key, value in row.items() if key not in keys}


def prism():
    """The mock, under the load of `post`; it checks and invents, and keeps nothing."""
    with Folder() as place:
        document = place / "openapi.json"
        document.write_text(json.dumps(contract()))
        words = [str(PRISM), "mock", "--port", str(MOCK), "--host", "127.0.0.1", str(document)]
        mock = subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            until = time.monotonic() + 60
            while True:
                try:
                    status, reply, _ = Client(MOCK).ask(f"{BASE}/Calls.json", placed())
                    break
                except OSError:
                    if time.monotonic() > until or mock.poll() is not None:
                        raise SystemExit("bench: the mock did not start") from None
                    time.sleep(0.2)
            if status != 201:
                raise SystemExit(f"bench: the mock refuses: {reply}")
            lines = list(creations())
            wrk(MOCK, lines, seconds=1)
            runs = [wrk(MOCK, lines) for _ in range(RUNS)]
            return {"connections": CONNECTIONS, **medians(runs)}
        finally:
            os.killpg(mock.pid, signal.SIGTERM)
            mock.wait()
