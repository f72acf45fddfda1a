"""SIPp runs our scenario files: a carrier or a caller that does exactly what a file says."""

import subprocess
import tempfile
from pathlib import Path

from .wait import free_ports, until

FOLDER = Path(__file__).resolve().parents[1] / "sipp"


class Sipp:
    """One run of one scenario. `port` is its own SIP port; `remote` the address it calls."""

    def __init__(self, scenario, remote=None, calls=1, port=None, keys=None, more=(), seconds=60):
        ports = free_ports(2, even=True)
        self.port = port or ports[0]
        self.folder = tempfile.TemporaryDirectory(prefix="ringback-sipp-")
        words = ["sipp", "-sf", str(FOLDER / f"{scenario}.xml"), "-i", "127.0.0.1"]
        words += ["-p", str(self.port), "-mi", "127.0.0.1", "-mp", str(ports[1])]
        words += ["-m", str(calls), "-nostdin", "-timeout", str(seconds), "-timeout_error"]
        words += ["-trace_err", "-error_file", self.folder.name + "/errors"]
        words += ["-trace_msg", "-message_file", self.folder.name + "/messages"]
        for name, value in (keys or {}).items():
            words += ["-key", name, value]
        words += [*more]
        if remote:
            words.append(remote)
        self.scenario = scenario
        self.words = words
        self.process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self.folder.name,
        )
        if remote is None:
            # A carrier must be there before it is called.
            until(self.listening, 10, f"SIPp at port {self.port}")

    def listening(self):
        """Whether its port is taken."""
        if self.process.poll() is not None:
            raise AssertionError(f"{self.scenario} did not start: {self.process.stderr.read()}")
        # Looked up, not tried: a socket of ours could take the port away from it.
        table = "tcp" if "t1" in self.words else "udp"
        rows = Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        return any(row.split()[1].endswith(f":{self.port:04X}") for row in rows)

    def part(self, name):
        path = Path(self.folder.name) / name
        return path.read_text(errors="replace") if path.exists() else ""

    def messages(self):
        """Everything sent and received, as SIPp wrote it down."""
        return self.part("messages")

    def finish(self, seconds=60):
        """Waits for its end; every call must have gone as the file says."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
            raise AssertionError(f"{self.scenario} never ended: {self.tail()}") from None
        assert self.process.returncode == 0, f"{self.scenario}: {self.tail()}"

    def tail(self):
        return f"{self.part('errors')[-3000:]}\n{self.messages()[-4000:]}"

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(5)
        self.process.stderr.close()
        self.folder.cleanup()
