#!/usr/bin/env python3
"""Runs the end-to-end tests, one after another, each with a house of its own.

    e2e/run.py [FILE-OR-NAME …]    e.g. `e2e/run.py sdk_python` or `e2e/run.py busy`

A peer that is missing fails the run. The last line is the count.
"""

import shutil
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

PEERS = [
    "baresip", "sipp", "sox", "node", "espeak-ng", "flite", "curl", "openssl", "lame", "multimon-ng",
    "chromium",
]


class Lines(unittest.TextTestResult):
    """One line for each test, with its time."""

    def startTest(self, test):
        self.begun = time.monotonic()
        super().startTest(test)

    def line(self, word, test):
        name = test.id().removeprefix("test_")
        print(f"{word:<6} {time.monotonic() - self.begun:6.1f} s  {name}", flush=True)

    def addSuccess(self, test):
        self.line("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line("FAILED", test)

    def addError(self, test, err):
        super().addError(test, err)
        self.line("FAILED", test)

    def addSkip(self, test, reason):
        raise AssertionError(f"{test.id()} may not be skipped: {reason}")


def each(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from each(test)
        else:
            yield test


def main():
    missing = [peer for peer in PEERS if not shutil.which(peer)]
    if missing:
        print(f"e2e: missing: {' '.join(missing)}: run tools/install tests", file=sys.stderr)
        print("0 passed, 1 failed")
        return 1
    found = unittest.defaultTestLoader.discover(str(HERE), "test_*.py", top_level_dir=str(HERE))
    wanted = sys.argv[1:]
    tests = [t for t in each(found) if not wanted or any(w in t.id() for w in wanted)]
    runner = unittest.TextTestRunner(stream=sys.stdout, resultclass=Lines, verbosity=0)
    result = runner.run(unittest.TestSuite(tests))
    # What fails in a part of a test (`subTest`) fails the test, once.
    faults = [getattr(test, "test_case", test) for test, _ in result.failures + result.errors]
    bad = len({id(test) for test in faults})
    print(f"{len(tests) - bad} passed, {bad} failed")
    return 0 if tests and not bad else 1


if __name__ == "__main__":
    sys.exit(main())
