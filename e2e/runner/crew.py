"""Workers, and who of them runs what. Units wait in one line; whoever is free takes the next."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from . import children
from .units import in_order

RUN = Path(__file__).resolve().parents[1] / "run.py"
# While others run beside it, whatever a test waits for may take longer.
PATIENCE = "2"


class Worker:
    """One process at a time; another takes its place when it dies."""

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
        with open(self.printed, "a+b") as out:
            self.process = subprocess.Popen(
                [sys.executable, str(RUN), "--worker", str(write), str(os.getpid())],
                stdin=subprocess.PIPE, stdout=out, stderr=out, pass_fds=[write],
                env=self.environment, text=True,
                # Ctrl-C is ours to answer.
                start_new_session=True,
            )
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
        left, running = list(tests), None
        try:
            print(json.dumps(tests), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # There is no answer then.
        for line in self.answers:
            said = json.loads(line)
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
        code = self.process.wait()
        self.process.stdin.close()
        self.answers.close()
        self.process = None
        text = self.printed.read_text(errors="replace")
        self.printed.write_text("")
        if self.report.closed:
            return []
        running = running or left[0]
        left.remove(running)
        self.report.ended(running, 0.0, [f"it ended the process of the tests ({code})\n"], text)
        return left

    def stop(self):
        """It ends by itself when there is nothing more to read."""
        if self.process:
            self.process.stdin.close()
            self.process.wait()
            self.answers.close()
            self.process = None


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
    folder = tempfile.mkdtemp(prefix="ringback-e2e-run-")
    # PostgreSQL's user has to come through.
    os.chmod(folder, 0o711)
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


def interrupted(*_):
    raise KeyboardInterrupt
