#!/usr/bin/env python3
"""Runs the end-to-end tests side by side, each with a house of its own.

    e2e/run.py [FILE-OR-NAME …]    e.g. `e2e/run.py sdk_python` or `e2e/run.py busy`

The environment's E2E_WORKERS says how many run at a time (without it, one more than there are cores:
most of them wait for calls; 1 is one after another), E2E_PATIENCE by what every deadline is stretched.
A peer that is missing fails the run. The last line is the count.
"""

import os
import shutil
import sys
import threading
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from runner import crew, units, worker  # noqa: E402

PEERS = [
    "baresip", "sipp", "sox", "node", "espeak-ng", "flite", "curl", "openssl", "lame", "multimon-ng",
    "chromium",
]
# Each has ports of its own out of one range.
WORKERS_MAX = 16
# So many of the slowest are named at the end.
SLOWEST = 10


class Report:
    """One line for each test as it ends, with its time; what it printed stands before it, what
    failed behind."""

    def __init__(self):
        self.seconds = {}
        self.failed = []
        self.closed = False
        self.printing = threading.Lock()

    def ended(self, ended, seconds, faults, printed):
        with self.printing:
            if self.closed:
                return
            self.seconds[ended] = self.seconds.get(ended, 0.0) + seconds
            if faults and ended not in self.failed:
                self.failed.append(ended)
            word = "FAILED" if faults else "ok"
            text = f"{printed}{word:<6} {seconds:6.1f} s  {short(ended)}\n"
            text += "".join(f"{'-' * 70}\n{fault}" for fault in faults)
            print(text + "-" * 70 if faults else text.rstrip("\n"), flush=True)

    def close(self):
        """What comes now is because of the end."""
        with self.printing:
            self.closed = True

    def slowest(self):
        rows = sorted(self.seconds.items(), key=lambda row: row[1], reverse=True)
        return [f"       {seconds:6.1f} s  {short(test)}" for test, seconds in rows[:SLOWEST]]


def short(test):
    return test.removeprefix("test_")


def workers():
    """How many tests run at a time."""
    said = os.environ.get("E2E_WORKERS") or str(len(os.sched_getaffinity(0)) + 1)
    if not said.isdecimal() or not 1 <= int(said) <= WORKERS_MAX:
        print(f"e2e: E2E_WORKERS is {said}: give a number from 1 to {WORKERS_MAX}", file=sys.stderr)
        sys.exit(2)
    return int(said)


def main():
    count = workers()
    missing = [peer for peer in PEERS if not shutil.which(peer)]
    if missing:
        print(f"e2e: missing: {' '.join(missing)}: run tools/install tests", file=sys.stderr)
        print("0 passed, 1 failed")
        return 1
    found = unittest.defaultTestLoader.discover(str(HERE), "test_*.py", top_level_dir=str(HERE))
    wanted = sys.argv[1:]
    tests = [t for t in units.each(found) if not wanted or any(w in t.id() for w in wanted)]
    begun, report = time.monotonic(), Report()
    # A file that can't be imported is a test too, which fails.
    broken = [t for t in tests if isinstance(t, unittest.loader._FailedTest)]
    for test in broken:
        report.ended(test.id(), 0.0, [f"{test._exception}\n"], "")
    sound = [t for t in tests if t not in broken]
    try:
        crew.run(units.cut(sound), min(count, max(len(sound), 1)), report)
    except KeyboardInterrupt:
        return 130
    took = time.monotonic() - begun
    units.keep({test: seconds for test, seconds in report.seconds.items() if seconds})
    if len(tests) > SLOWEST:
        print(f"\nthe slowest of {len(tests)} tests, which took {took:.0f} s:")
        print("\n".join(report.slowest()))
    for test in report.failed:
        print(f"FAILED           {short(test)}")
    # Whatever was not told of has not passed.
    passed = len([t for t in tests if t.id() in report.seconds and t.id() not in report.failed])
    print(f"{passed} passed, {len(tests) - passed} failed")
    return 0 if tests and passed == len(tests) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        sys.exit(worker.main(*map(int, sys.argv[2:4])))
    sys.exit(main())
