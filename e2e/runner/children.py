"""Processes that tests start: whatever becomes of a test, none of them outlives the run."""

import ctypes
import os
import signal
import time
from pathlib import Path

# prctl(2).
SET_PDEATHSIG, SET_CHILD_SUBREAPER = 1, 36


def adopt():
    """From now on, a descendant whose parent dies becomes our child, in whatever session it is.
    Chromium, for one, is started in a session of its own."""
    ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with(parent):
    """Ends this process, and what it started, should its parent be killed."""

    def end(*_):
        end_all()
        os._exit(1)

    signal.signal(signal.SIGTERM, end)
    ctypes.CDLL(None).prctl(SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        end()


def below():
    """{process: command} of our descendants, those excepted that have ended and were not asked."""
    return under({os.getpid()})


def under(roots):
    """{process: command} of what descends from these, without themselves."""
    parents, commands = table()
    found, wave = {}, set(roots)
    while wave:
        wave = {child for child, parent in parents.items() if parent in wave and child not in found}
        found |= {child: commands[child] for child in wave}
    return found


def table():
    """Who is whose child, and what each is called; those excepted that have ended."""
    parents, commands = {}, {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = place.read_text(errors="replace").rpartition(")")
        except OSError:
            continue  # It ended while we looked.
        state, parent = rest.split()[:2]
        if state != "Z":
            process, _, command = name.partition(" (")
            parents[int(process)], commands[int(process)] = int(parent), command
    return parents, commands


def end_those_left():
    """Kills whatever a test left running, and returns its commands. Where a program was killed, those
    that it had started (a speech engine) get the time to notice."""
    end = time.monotonic() + 5
    while below() and time.monotonic() < end:
        reap()
        time.sleep(0.02)
    return end_all()


def end_all():
    """Kills all our descendants; returns their commands. One that starts another in this moment is
    met in the next round."""
    killed = {}
    for _ in range(100):
        alive = below()
        if not alive:
            break
        killed |= alive
        for process in alive:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        reap()
        time.sleep(0.01)
    reap()
    return list(killed.values())


def end_orphans(workers):
    """Kills what a worker that died has left to us: each child of ours that is no worker, and what
    that one started."""
    for _ in range(100):
        parents, _ = table()
        orphans = {child for child, parent in parents.items() if parent == os.getpid()} - set(workers)
        if not orphans:
            break
        for process in orphans | set(under(orphans)):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.01)
        for process in orphans:
            try:
                # Theirs alone: whoever waits for a worker wants to know how it ended.
                os.waitpid(process, os.WNOHANG)
            except ChildProcessError:
                continue


def reap():
    """Takes note of children that have ended and that nobody waits for any more."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
