"""`ringback doctor` as a user runs it: beside a running server, and where something is wrong."""

import json
import os
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import ACCOUNT, TOKEN, Case, House
from harness.config import serve
from harness.house import PROGRAM


class Doctor(Case):
    def build(self):
        return House(config=serve())

    def doctor(self, *words):
        config = Path(self.house.folder.name) / "ringback.toml"
        done = subprocess.run(
            [str(PROGRAM), "doctor", "--json", "--config", str(config), *words],
            capture_output=True, text=True, timeout=60, cwd=self.house.folder.name,
            env={**os.environ, "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN},
        )
        self.assertEqual(done.stderr, "")
        found = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1 if found["faults"] else 0)
        self.assertNotIn(TOKEN, done.stdout)
        return found["findings"]

    def of(self, findings, check):
        return [(f["level"], f["text"]) for f in findings if f["check"] == check]

    def test_ports_of_a_running_server_are_its_own_and_of_others_are_faults(self):
        mine = self.of(self.doctor(), "port")
        self.assertEqual({level for level, _ in mine}, {"ok"}, mine)
        self.assertIn("a Ringback runs", mine[0][1])
        self.assertEqual(self.house.stop(), 0)
        self.assertIn("is free", self.of(self.doctor(), "port")[0][1])
        with socket.create_server(("127.0.0.1", self.house.http_port)):
            level, text = self.of(self.doctor(), "port")[0]
        self.assertEqual(level, "fault")
        self.assertIn("another program", text)

    def test_engines_speak_and_the_disk_takes_files(self):
        findings = self.doctor()
        speech = self.of(findings, "speech")
        self.assertEqual([level for level, _ in speech], ["ok", "ok"], speech)
        self.assertEqual(self.of(findings, "secrets")[0][0], "fault", "the file is world-readable")


class BadInput(unittest.TestCase):
    def test_a_file_that_can_not_be_used_is_one_sentence_and_exit_2(self):
        with tempfile.TemporaryDirectory() as folder:
            bad = Path(folder) / "bad.toml"
            bad.write_text("[http]\nlisten = 7\n")
            for path in (bad, Path(folder) / "none.toml"):
                done = subprocess.run(
                    [str(PROGRAM), "doctor", "--config", str(path)],
                    capture_output=True, text=True, timeout=30,
                )
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertRegex(done.stderr, r"\Aringback: [^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main()
