"""A real phone: baresip, driven over its control socket, speaking a tone and keeping what it hears."""

import json
import os
import socket
import subprocess
import threading
from pathlib import Path

import numpy

from .sound import read_wav, tone_file
from .wait import Board, free_ports, until

MODULES = next(
    (
        path
        for path in (
            "/usr/lib/baresip/modules",
            "/usr/lib/x86_64-linux-gnu/baresip/modules",
            "/usr/local/lib/baresip/modules",
        )
        if os.path.isdir(path)
    ),
    "/usr/lib/baresip/modules",
)
RTP_PORTS = 20


class Phone:
    """One baresip with one account. `sip` is the address of the house; without a password it
    doesn't register. `tone_hz` is what it says all the time it is in a call; None is silence.
    Given a `recording`, it plays that file from its answer on instead.
    More calls than `calls_max` at once find it busy."""

    def __init__(
        self, folder, name, sip, password=None, tone_hz=440, codecs="pcmu", calls_max=4,
        recording=None,
    ):
        self.name = name
        self.tone_hz = tone_hz
        self.folder = Path(folder) / f"phone-{name}"
        self.folder.mkdir(parents=True)
        self.events = Board()
        # It takes the port after that of SIP for TLS, asked or not.
        self.sip_port, _, self.control_port = free_ports(3)
        # A pair a call, of which it chooses by chance.
        sound = free_ports(RTP_PORTS, kinds=("udp",))
        says = recording
        if says is None:
            says = self.folder / "tone.wav"
            tone_file(says, tone_hz)
        login = f";auth_user={name};auth_pass={password}" if password else ""
        register = f";outbound=\"sip:{sip}\";regint=60" if password else ";regint=0"
        (self.folder / "accounts").write_text(
            f"<sip:{name}@{sip}>{login}{register};audio_codecs={codecs}\n"
        )
        (self.folder / "contacts").write_text("")
        (self.folder / "config").write_text(
            "\n".join(
                [
                    "poll_method epoll",
                    f"sip_listen 127.0.0.1:{self.sip_port}",
                    f"audio_source aufile,{says}",
                    f"rtp_ports {sound[0]}-{sound[-1]}",
                    f"call_max_calls {calls_max}",
                    f"module_path {MODULES}",
                    *[f"module {m}.so" for m in ("g711", "g722", "aufile", "ctrl_tcp", "sndfile")],
                    "module_app account.so",
                    "module_app menu.so",
                    f"ctrl_tcp_listen 127.0.0.1:{self.control_port}",
                    f"snd_path {self.folder}",
                    "",
                ]
            )
        )
        self.log = open(self.folder / "log", "wb")  # noqa: SIM115
        self.process = subprocess.Popen(
            ["baresip", "-4", "-v", "-f", str(self.folder)],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        try:
            self.control = until(self.connect, 10, f"baresip's control socket: {self.said()}")
            threading.Thread(target=self.read, daemon=True).start()
            if password:
                # The registration may have been faster than our control connection.
                until(self.registered, 10, "registration", every=0.3)
        except (AssertionError, OSError) as fault:
            self.process.kill()
            self.process.wait(5)
            raise AssertionError(f"{fault}: {self.said()}") from None

    def registered(self):
        """Whether it says so; while it starts it may lose the question."""
        try:
            return "OK" in self.command("reginfo", seconds=1)
        except AssertionError:
            return False

    def connect(self):
        try:
            return socket.create_connection(("127.0.0.1", self.control_port), timeout=2)
        except OSError:
            return None

    def said(self):
        path = self.folder / "log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def read(self):
        self.control.settimeout(None)
        held = b""
        while True:
            try:
                piece = self.control.recv(65536)
            except OSError:
                return
            if not piece:
                return
            held += piece
            while b":" in held:
                size, _, rest = held.partition(b":")
                if len(rest) <= int(size):
                    break
                self.events.add(json.loads(rest[: int(size)]))
                held = rest[int(size) + 1 :]

    def command(self, command, params="", seconds=5):
        """One command at a time: baresip loses commands that come too close together. Returns
        what it says."""
        token = f"{command}-{len(self.events.snapshot())}"
        body = json.dumps({"command": command, "params": params, "token": token}).encode()
        self.control.sendall(b"%d:%s," % (len(body), body))
        answers = self.events.wait_for(
            lambda items: [e for e in items if e.get("token") == token],
            seconds,
            f"baresip's answer to {command}; log: {self.said()}",
        )
        return answers[0].get("data") or ""

    def wait(self, kind, seconds=10, count=1):
        """The count-th event of this kind."""
        return self.events.wait_for(
            lambda items: len(found := [e for e in items if e.get("type") == kind]) >= count
            and found[count - 1],
            seconds,
            f"{kind} at the phone {self.name}; log: {self.said()}",
        )

    def events_of(self, kind):
        return [e for e in self.events.snapshot() if e.get("type") == kind]

    def answer(self, seconds=10, count=1):
        self.wait("CALL_INCOMING", seconds, count)
        self.command("accept")
        self.wait("CALL_ESTABLISHED", 5, count)

    def dial(self, uri):
        self.command("dial", uri)

    def press(self, keys):
        for key in keys:
            self.command("sndcode", key)
            # The key is held by baresip for its own time; the next one must not cut it short.
            pause = threading.Event()
            pause.wait(0.4)

    def hang_up(self):
        self.command("hangup")

    def heard(self):
        """Everything heard in the last call: samples and rate."""
        files = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda f: f.stat().st_mtime)
        assert files, f"the phone {self.name} has heard nothing: {self.said()}"
        samples, rate = read_wav(files[-1])
        return samples[0], rate

    def heard_so_far(self):
        """What was heard in the call that is going on: the file has no length in its head yet."""
        files = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda f: f.stat().st_mtime)
        whole = files[-1].read_bytes()[44:] if files else b""
        return numpy.frombuffer(whole[: len(whole) // 2 * 2], "<i2").astype(float) / 32768, 8000

    def close(self):
        try:
            self.command("quit")
            self.process.wait(5)
        except (AssertionError, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait(5)
        self.control.close()
        self.log.close()
