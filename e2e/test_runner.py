"""`run.py` itself, with tests made for it: each is counted once and right, whatever it does to the
process that runs it, and nothing that it started is left behind."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from harness.wait import until

HERE = Path(__file__).resolve().parent
TESTS = '''
import os
import subprocess
import threading
import unittest


class Good(unittest.TestCase):
    def test_passes(self):
        print("said by a test", flush=True)
        # Its standard input is at its end, and its output is the test's.
        subprocess.run(["sh", "-c", "cat; echo said by its child"], check=True)

    def test_passes_too(self):
        pass


class Bad(unittest.TestCase):
    def test_fails_twice(self):
        for part in range(3):
            with self.subTest(part=part):
                self.assertEqual(part, 1)

    def test_raises(self):
        raise ValueError("raised by a test")

    def test_skips(self):
        self.skipTest("no reason")

    def test_dies(self):
        print("last words", flush=True)
        os._exit(7)

    def test_leaves_something(self):
        subprocess.Popen(["setsid", "sleep", "1000"])


class Fixture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise RuntimeError("there is no browser")

    def test_one(self):
        pass

    def test_two(self):
        pass


class Killed(unittest.TestCase):
    """The first of a class dies, and the others are run all the same."""

    @classmethod
    def setUpClass(cls):
        pass

    def test_1_dies(self):
        os._exit(7)

    def test_2_passes(self):
        pass


class Stuck(unittest.TestCase):
    def test_1_waits_for_ever(self):
        subprocess.Popen(["setsid", "--fork", "sleep", "1000"])
        threading.Thread(target=self.other, daemon=True).start()
        print("last words", flush=True)
        threading.Event().wait()

    def other(self):
        threading.Event().wait()

    def test_2_passes(self):
        pass


class StuckBefore(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        threading.Event().wait()

    def test_one(self):
        pass


class Hangs(unittest.TestCase):
    def test_until_it_is_killed(self):
        subprocess.Popen(["setsid", "--fork", "sleep", "1000"])
        subprocess.run(["sleep", "1000"])
'''
FAIL = {
    "Bad.test_fails_twice", "Bad.test_raises", "Bad.test_skips", "Bad.test_dies",
    "Bad.test_leaves_something", "Fixture.test_one", "Fixture.test_two", "Killed.test_1_dies",
}
PASS = {"Good.test_passes", "Good.test_passes_too", "Killed.test_2_passes"}


class Runner(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="runner-"))
        self.addCleanup(shutil.rmtree, self.folder)
        at = self.folder / "e2e"
        shutil.copytree(HERE / "runner", at / "runner")
        shutil.copy(HERE / "run.py", at)
        (at / "test_made.py").write_text(TESTS)
        (at / "test_broken.py").write_text("import what_there_is_not\n")

    def begin(self, *words, workers=2, **more):
        return subprocess.Popen(
            [sys.executable, "e2e/run.py", *words], cwd=self.folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "E2E_WORKERS": str(workers), "TMPDIR": str(self.folder), **more},
        )

    def test_each_is_counted_once_and_what_failed_is_shown_whole(self):
        for workers in (1, 2):
            with self.subTest(workers=workers):
                run = self.begin("Good", "Bad", "Fixture", "Killed", "broken", workers=workers)
                said, _ = run.communicate(timeout=120)
                self.assertEqual(run.returncode, 1, said)
                self.assertEqual(said.splitlines()[-1], "3 passed, 9 failed", said)
                found = re.findall(r"^FAILED +\S+ s +made\.(\S+)$", said, re.M)
                self.assertEqual((set(found), len(found)), (FAIL, len(FAIL)), said)
                found = re.findall(r"^ok +\S+ s +made\.(\S+)$", said, re.M)
                self.assertEqual(set(found) - FAIL, PASS, said)
                self.assertRegex(said, r"said by a test\nsaid by its child\nok +\S+ s +made\.Good")
                self.assertRegex(said, r"last words\nFAILED +\S+ s +made\.Bad\.test_dies\n-+\nit ended")
                for word in (
                    "(part=0)", "(part=2)", "ValueError: raised by a test", "there is no browser",
                    "may not be skipped: no reason", "left running: sleep", "what_there_is_not",
                ):
                    self.assertIn(word, said)

    def test_words_choose_and_all_that_pass_are_no_failure(self):
        run = self.begin("test_passes")
        said, _ = run.communicate(timeout=60)
        self.assertEqual((run.returncode, said.splitlines()[-1]), (0, "2 passed, 0 failed"), said)
        run = self.begin("nothing of this name")
        said, _ = run.communicate(timeout=60)
        self.assertEqual((run.returncode, said.splitlines()[-1]), (1, "0 passed, 0 failed"), said)

    def test_however_it_ends_nothing_is_left(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(number):
                run = self.begin("Hangs")
                until(lambda: len(self.sleeping()) == 2, 20, "two programs of the test")
                run.send_signal(number)
                run.communicate(timeout=20)
                until(lambda: not self.sleeping(), 10, "their end")
        self.assertNotEqual(run.returncode, 0)

    def test_what_hangs_is_named_and_the_rest_goes_on(self):
        for workers in (1, 2):
            with self.subTest(workers=workers):
                run = self.begin("Stuck", "Good", workers=workers, E2E_BOUND="3")
                said, _ = run.communicate(timeout=120)
                self.assertEqual(said.splitlines()[-1], "3 passed, 2 failed", said)
                found = re.findall(r"^FAILED +\S+ s +made\.(\S+)$", said, re.M)
                hung = ["Stuck.test_1_waits_for_ever", "StuckBefore.test_one"]
                self.assertEqual(sorted(found), hung, said)
                self.assertRegex(
                    said,
                    r"(?s)last words\nTimeout .*? in other\n.*? in test_1_waits_for_ever\n[^=]*?"
                    r"FAILED +\S+ s +made\.Stuck\.test_1_waits_for_ever\n-+\nit hung: ",
                )
                self.assertFalse(self.sleeping())

    def test_the_folder_of_a_killed_run_is_swept_and_no_other(self):
        def folders():
            return set(self.folder.glob("ringback-e2e-run-*"))

        killed, runs = self.begin("Hangs"), self.begin("Hangs")
        until(lambda: len(self.sleeping()) == 4, 20, "two programs of each run's test")
        killed.kill()
        killed.communicate(timeout=20)
        until(lambda: len(self.sleeping()) == 2, 10, "the end of those of one")
        self.assertEqual(len(folders()), 2)
        self.begin("test_passes").communicate(timeout=60)
        left = [folder.name for folder in folders()]
        self.assertEqual(len(left), 1)
        self.assertTrue(left[0].startswith(f"ringback-e2e-run-{runs.pid}-"), left)
        runs.send_signal(signal.SIGINT)
        runs.communicate(timeout=20)
        self.assertFalse(folders())

    def sleeping(self):
        """Programs of the tests, known by the folder for temporary files that they were given."""
        mark, found = f"TMPDIR={self.folder}/".encode(), []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                if b"sleep" in (place / "cmdline").read_bytes():
                    found += [place] if mark in (place / "environ").read_bytes() else []
            except OSError:
                continue
        return found


if __name__ == "__main__":
    unittest.main()
