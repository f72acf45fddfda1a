"""Workers, and who of them runs what. Units wait in one line; whoever is free takes the next."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from . import children
from .units import in_order
from .worker import BOUND

RUN = Path(__file__).resolve().parents[1] / "run.py"
# While others run beside it, whatever a test waits for may take longer.
PATIENCE = "2"


# What the folder of a run is called, before the number of its process.
FOLDER = "ringback-e2e-run-"


class Worker:
    """One process at a time; another takes its place when it dies."""

    # Those that live, of all workers; held while one begins or is cleared up behind.
    alive = set()
    beginning = threading.Lock()

    def __init__(self, place, count, folder, report):
        self.printed = Path(folder) / f"printed-{place}"
        self.report = report
        self.environment = {
            **os.environ,
            "E2E_WORKER": str(place),
            "E2E_WORKERS": str(count),
            # All that tests leave in files goes with the run.
            "TMPDIR": str(folder),
        }
        if count > 1:
            self.environment.setdefault("E2E_PATIENCE", PATIENCE)
        self.process = None

    def start(self):
        read, write = os.pipe()
        with open(self.printed, "a+b") as out, self.beginning:
            self.process = subprocess.Popen(
                [sys.executable, str(RUN), "--worker", str(write), str(os.getpid())],
                stdin=subprocess.PIPE, stdout=out, stderr=out, pass_fds=[write],
                env=self.environment, text=True,
                # Ctrl-C is ours to answer.
                start_new_session=True,
            )
            self.alive.add(self.process.pid)
        os.close(write)
        self.answers = os.fdopen(read)

    def run(self, unit):
        """Runs all its tests, whatever becomes of the process in between."""
        left = list(unit.tests)
        while left and not self.report.closed:
            left = self.try_to_run(left)

    def try_to_run(self, tests):
        """Returns those that it could not run, because an earlier one ended the process."""
        if self.process is None:
            self.start()
        left, running, heard = list(tests), None, time.monotonic()
        try:
            print(json.dumps(tests), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # There is no answer then.
        for line in self.answers:
            said, heard = json.loads(line), time.monotonic()
            if "begun" in said:
                running = said["begun"]
            elif "ended" in said:
                running = None
                if said["ended"] in left:
                    left.remove(said["ended"])
                self.report.ended(**said)
            else:
                faults = said["done"]
                if said["left"]:
                    faults.append(f"left running: {', '.join(sorted(said['left']))}\n")
                if left or faults:
                    # A class whose setting up fails runs none of its tests.
                    faults = faults or ["it was never run\n"]
                    for test in left or tests[-1:]:
                        self.report.ended(test, 0.0, faults, said["printed"])
                return []
        silence = time.monotonic() - heard
        code = self.end()
        text = self.printed.read_text(errors="replace")
        self.printed.write_text("")
        if self.report.closed:
            return []
        running = running or left[0]
        left.remove(running)
        why = f"it ended the process of the tests ({code})\n"
        if silence >= BOUND:
            why = f"it hung: nothing was heard of it for {BOUND:g} s; its threads stood as said above\n"
        self.report.ended(running, silence, [why], text)
        return left

    def end(self):
        """Waits for the process, and clears up behind it."""
        code = self.process.wait()
        with self.beginning:
            self.alive.discard(self.process.pid)
            if code:
                children.end_orphans(self.alive)
        self.process.stdin.close()
        self.answers.close()
        self.process = None
        return code

    def stop(self):
        """It ends by itself when there is nothing more to read."""
        if self.process:
            self.process.stdin.close()
            self.end()


class Line:
    """Units that wait for a worker, in order."""

    def __init__(self, units):
        self.units = list(units)
        self.busy = 0
        self.busy_max = max(1, len(os.sched_getaffinity(0)) - 1)
        self.taking = threading.Lock()

    def take(self):
        """The next unit. Of those that keep a core busy there are so many at a time that calls go
        well beside them, as long as there are others to take instead."""
        with self.taking:
            others = [unit for unit in self.units if not unit.busy]
            found = (others if self.busy >= self.busy_max else []) or self.units
            if not found:
                return None
            unit = found[0]
            self.units.remove(unit)
            self.busy += unit.busy
            return unit

    def back(self, unit):
        with self.taking:
            self.busy -= unit.busy

    def clear(self):
        with self.taking:
            self.units.clear()


def run(units, count, report):
    """Runs all units, so many at a time; those that have to be alone at the end."""
    children.adopt()
    signal.signal(signal.SIGTERM, interrupted)
    sweep()
    folder, lock = own_folder()
    line, last = Line(units), []
    if count > 1:
        line = Line(in_order(unit for unit in units if not unit.alone))
        last = [unit for unit in units if unit.alone]
    workers = [Worker(place, count, folder, report) for place in range(count)]

    def work(worker):
        while unit := line.take():
            worker.run(unit)
            line.back(unit)

    pool = ThreadPoolExecutor(count)
    try:
        for ended in as_completed([pool.submit(work, worker) for worker in workers]):
            ended.result()
        for worker in workers:
            worker.stop()
        # Nothing runs beside it: it has no more patience than it is given.
        alone = Worker(0, 1, folder, report)
        for unit in last:
            alone.run(unit)
        alone.stop()
    finally:
        line.clear()
        report.close()
        children.end_all()
        pool.shutdown()
        # One may have been started in that very moment.
        children.end_all()
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def own_folder():
    """A folder for all that the tests leave in files, and the lock that says it is in use: the
    kernel lets it go with our process, however that ends."""
    while True:
        folder = tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-")
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(folder):
            # PostgreSQL's user has to come through.
            os.chmod(folder, 0o711)
            return folder, lock
        os.close(lock)  # It was swept away before it was locked.


def sweep():
    """Takes away the folders of runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}[0-9]*-*"):
        try:
            lock = os.open(folder, os.O_RDONLY)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            pass  # Its run goes on.
        finally:
            os.close(lock)


def interrupted(*_):
    raise KeyboardInterrupt
