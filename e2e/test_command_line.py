"""The program as a customer's client: the built binary against a running house, in pipes and on a
terminal, with its completions in a real bash."""

import json
import os
import pty
import signal
import struct
import fcntl
import subprocess
import termios
import threading
import unicodedata

from harness import Case
from harness.house import ACCOUNT, PROGRAM, TOKEN
from harness.wait import Board, until

PERSON = "+12025550101"
BUSY = "+12025550102"
DEAF = "+12025550103"
OWN = "+12025550190"
TALK = '<Response><Say>Hello, this is a rather long sentence.</Say><Pause length="1"/></Response>'


class Running:
    """A command that runs, whose lines are heard as they come."""

    def __init__(self, words, env, cwd, terminal=None):
        self.lines, self.errors = Board(), Board()
        out = subprocess.PIPE
        if terminal:
            master, out = pty.openpty()
            fcntl.ioctl(out, termios.TIOCSWINSZ, struct.pack("HHHH", 24, terminal, 0, 0))
        self.process = subprocess.Popen(
            words, stdout=out, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=env, cwd=cwd
        )
        if terminal:
            os.close(out)
            stdout = os.fdopen(master, "rb", buffering=0)
        else:
            stdout = self.process.stdout
        self.readers = [
            threading.Thread(target=self.read, args=pair, daemon=True)
            for pair in ((stdout, self.lines), (self.process.stderr, self.errors))
        ]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def read(stream, board):
        rest = b""
        while True:
            try:
                some = stream.read1(4096) if hasattr(stream, "read1") else stream.read(4096)
            except OSError:  # the terminal is gone with its last user
                some = b""
            if not some:
                break
            *whole, rest = (rest + some).split(b"\n")
            for line in whole:
                board.add(line.decode().rstrip("\r"))
        if rest:
            board.add(rest.decode().rstrip("\r"))

    def hears(self, word, seconds=20):
        return self.lines.wait_for(
            lambda lines: next((line for line in lines if word in line), None), seconds, word
        )

    def end(self, seconds=30):
        code = self.process.wait(seconds)
        for reader in self.readers:
            reader.join(10)
        return code, self.lines.snapshot(), self.errors.snapshot()


class CommandLine(Case):
    def env(self, **more):
        own = {
            "RINGBACK_URL": self.house.base,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
        }
        plain = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        return {**plain, **own, **more}

    def begin(self, *words, terminal=None, **env):
        running = Running(
            [str(PROGRAM), *words], self.env(**env), self.house.folder.name, terminal
        )
        self.addCleanup(lambda: running.process.poll() is None and running.process.kill())
        return running

    def done(self, *words, **more):
        return self.begin(*words, **more).end()

    def create(self, to, twiml=TALK, *more, **how):
        line = ["calls", "create", "--to", to, "--from", OWN, "--twiml", twiml, *more]
        return self.begin(*line, **how)

    def test_the_ladder_is_read_while_the_call_lives(self):
        running = self.create(PERSON, TALK, "--follow", "--table")
        running.hears("200 OK INVITE")
        # It was told while the person was still talked to.
        [call] = self.client.calls.list(to=PERSON)
        self.assertEqual(call.status, "in-progress")
        self.assertIsNone(running.process.poll())
        code, lines, errors = running.end()
        self.assertEqual((code, errors), (0, []))
        text = "\n".join(lines)
        for word in ("INVITE sip:", "100 Trying", "180 Ringing", "is in-progress", "BYE", "is completed"):
            self.assertIn(word, text)
        self.assertLess(text.index("180 Ringing"), text.index("200 OK INVITE"))
        self.assertIn(f"{call.sid} completed, ", lines[-1])
        # The kept ladder has the very lines, apart from when the clock began.
        kept = self.house.run("ladder", call.sid, "--data", self.house.data).stdout
        want = [line[9:] for line in kept.splitlines()[1:]]
        have = [line[9:] for line in lines if "→" in line]
        self.assertEqual(have, want)

    def test_in_a_pipe_each_event_is_a_line_of_json(self):
        code, lines, _ = self.create(BUSY, TALK, "--follow").end()
        self.assertEqual(code, 1)
        events = [json.loads(line) for line in lines]
        statuses = [e["data"]["status"] for e in events if e["event"] == "call"]
        self.assertEqual((statuses[0], statuses[-1]), ("queued", "busy"))
        self.assertEqual(events[-1]["data"], {"reason": "ended"})

    def test_ctrl_c_leaves_the_call_alone_and_says_so(self):
        running = self.create(DEAF, TALK, "--follow", "--table")
        running.hears("180 Ringing")
        running.process.send_signal(signal.SIGINT)
        code, _, errors = running.end()
        [call] = self.client.calls.list(to=DEAF)
        self.assertEqual((code, call.status), (130, "ringing"))
        self.assertEqual(len(errors), 1)
        self.assertIn("the call goes on", errors[0])
        # Another one follows it to its end, and hears what was before it came.
        other = self.begin("calls", "follow", call.sid, "--table")
        other.hears("180 Ringing")
        code, lines, errors = self.done("calls", "update", call.sid, "--status", "completed")
        self.assertEqual((code, errors), (0, []), lines)
        _, lines, _ = other.end()
        self.assertRegex(lines[-1], "(canceled|no-answer|completed), 0 s$")

    def test_a_terminal_gets_a_table_that_fits_and_a_pipe_json(self):
        code, lines, errors = self.create(BUSY).end()
        self.assertEqual((code, errors), (0, []))
        sid = json.loads("\n".join(lines))["sid"]
        until(lambda: self.client.calls(sid).fetch().status == "busy", 20, "the end")
        self.client.incoming_phone_numbers.list()[0].update(friendly_name="電話の名前です " * 7)
        for words in (["calls", "list"], ["numbers", "list"]):
            with self.subTest(words):
                _, lines, _ = self.done(*words)
                self.assertEqual(len(json.loads("\n".join(lines))), 1)
                for width in (100, 80):
                    _, lines, _ = self.done(*words, terminal=width)
                    self.assertTrue(lines[0].startswith("\x1b[1mSID"), lines)
                    _, lines, _ = self.done(*words, terminal=width, NO_COLOR="1")
                    self.assertNotIn("\x1b", "".join(lines))
                    self.assertTrue(lines[0].startswith("SID "), lines)
                    self.assertLessEqual(max(map(columns, lines)), width, lines)
        _, lines, _ = self.done("calls", "list", "--json", terminal=80)
        self.assertEqual(json.loads("\n".join(lines))[0]["sid"], sid)
        _, lines, _ = self.done("calls", "fetch", sid, "--table")
        self.assertIn("Status     busy", lines)

    def test_a_recording_is_downloaded_whole_and_never_over_another_file(self):
        code, _, errors = self.create(PERSON, TALK, "--record", "--follow").end()
        self.assertEqual((code, errors), (0, []))
        _, lines, _ = self.done("recordings", "list")
        [row] = json.loads("\n".join(lines))
        for suffix, head in (("wav", b"RIFF"), ("mp3", (b"ID3", b"\xff"))):
            name = f"call.{suffix}"
            code, lines, errors = self.done("recordings", "download", row["sid"], "-o", name)
            self.assertEqual((code, errors), (0, []), lines)
            with open(os.path.join(self.house.folder.name, name), "rb") as file:
                sound = file.read()
            self.assertTrue(sound.startswith(head))
            path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{row['sid']}.{suffix}"
            self.assertEqual(len(sound), int(self.house.ask("GET", path)[1]["Content-Length"]))
            code, _, errors = self.done("recordings", "download", row["sid"], "-o", name)
            self.assertEqual((code, len(errors)), (1, 1))
            self.assertIn("--force", errors[0])
        code, _, _ = self.done("recordings", "delete", row["sid"])
        self.assertEqual(code, 0)
        self.assertEqual(self.client.recordings.list(), [])

    def test_a_stopped_server_is_told(self):
        running = self.create(DEAF, TALK, "--follow", "--table")
        running.hears("180 Ringing")
        self.house.stop()
        code, lines, errors = running.end(60)
        self.assertEqual(code, 1)
        self.assertTrue(any("the server stops" in line for line in lines), lines)
        self.assertIn("calls fetch", errors[0])
        code, _, errors = self.done("calls", "list")
        self.assertEqual(code, 1)
        self.assertIn("start one with `ringback dev`", errors[0])

    def test_completions_are_taken_by_bash(self):
        script = os.path.join(self.house.folder.name, "completions.bash")
        with open(script, "w") as file:
            subprocess.run([PROGRAM, "completions", "bash"], stdout=file, check=True)
        subprocess.run(["bash", "-n", script], check=True)
        asked = f"source {script}; complete -p ringback"
        said = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
        self.assertIn("-F _ringback", said.stdout)
        # As the shell does it at a tab behind `ringback calls cre`.
        asked = (
            f"source {script}; COMP_WORDS=(ringback calls cre); COMP_CWORD=2; "
            "_ringback ringback cre calls; echo ${COMPREPLY[@]}"
        )
        said = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)
        self.assertEqual(said.stdout.strip(), "create")


def columns(text):
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide
