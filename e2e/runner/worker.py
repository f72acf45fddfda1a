"""A process that runs tests. It is told on its standard input which, a line of JSON each unit, and
answers on a pipe of its own; what tests print goes into a file that whoever started it gave it."""

import faulthandler
import json
import os
import sys
import time
import unittest

from . import children
from .units import each

# Nothing may be heard of a worker for so long (seconds); a test that takes longer hangs, and would
# hang the run with it. Most take seconds, a fuzzer's minute; the longest that any of them waits for
# one thing (a page that is built from nothing) is half of this. E2E_BOUND is for the tests of it.
BOUND = float(os.environ.get("E2E_BOUND", "600"))
# Its standard output is a file that is only added to.
PRINTED = 1


class Outcome(unittest.TestResult):
    """Tells each test's begin and end as they happen."""

    def __init__(self, tell):
        super().__init__()
        self.tell = tell

    def startTest(self, test):
        super().startTest(test)
        self.begun = time.monotonic()
        self.tell(begun=test.id())

    def stopTest(self, test):
        super().stopTest(test)
        seconds = time.monotonic() - self.begun
        self.tell(ended=test.id(), seconds=seconds, faults=self.news(), printed=printed())

    def news(self):
        """The faults since the last time: of one test there may be several (`subTest`)."""
        found = [f"{test}\n{text}" for test, text in [*self.failures, *self.errors]]
        self.failures.clear()
        self.errors.clear()
        return found

    def addSkip(self, test, reason):
        self.failures.append((test, f"it may not be skipped: {reason}\n"))

    def addUnexpectedSuccess(self, test):
        self.failures.append((test, "it was expected to fail, and did not\n"))


def printed():
    """What was printed since the last time."""
    sys.stdout.flush()
    sys.stderr.flush()
    text = os.pread(PRINTED, os.fstat(PRINTED).st_size, 0).decode(errors="replace")
    os.ftruncate(PRINTED, 0)
    return text


def main(answers, parent):
    """Runs what it is told to until there is no more."""
    children.adopt()
    children.die_with(parent)
    faulthandler.enable()
    # Neither end is for the programs that tests start.
    os.set_inheritable(answers, False)
    pipe = os.fdopen(answers, "w", buffering=1)
    orders = os.fdopen(os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def watch():
        """Should nothing be told in time, all threads say where they stand, and the process ends:
        the watch is a thread that needs nothing of Python."""
        faulthandler.dump_traceback_later(BOUND, exit=True)

    def tell(**said):
        print(json.dumps(said), file=pipe)
        watch()

    for line in orders:
        watch()
        load = unittest.defaultTestLoader.loadTestsFromNames
        tests = list(each(load(json.loads(line))))
        printed()  # What modules print when they are imported was printed before.
        outcome = Outcome(tell)
        unittest.TestSuite(tests).run(outcome)
        # Those left are of no test, but of what a class or a module sets up or takes down.
        tell(done=outcome.news(), printed=printed(), left=children.end_those_left())
        faulthandler.cancel_dump_traceback_later()
    # Whatever thread a test may have left in a wait, nobody waits for it.
    os._exit(0)
