"""Waiting for things that happen: conditions with a deadline, never a sleep of a fixed length."""

import itertools
import os
import socket
import threading
import time

# A slow machine may stretch every deadline without touching a test.
PATIENCE = float(os.environ.get("E2E_PATIENCE", "1"))
# Which of how many processes that run tests side by side this is (`run.py`).
WORKER = int(os.environ.get("E2E_WORKER", "0"))
WORKERS = int(os.environ.get("E2E_WORKERS", "1")) if "E2E_WORKER" in os.environ else 1
# Where its houses have SIP and sound: on an address of its own, as all houses use the same ports for
# sound, and one may be sent late packets of a phone's that another joined.
SIP_HOST = f"127.0.1.{WORKER}" if WORKER else "127.0.0.1"


def deadline_for(seconds):
    """The moment (monotonic clock) at which waiting `seconds` ends."""
    return time.monotonic() + seconds * PATIENCE


class Board:
    """A list that grows from other threads and wakes whoever waits for something in it."""

    def __init__(self):
        self.changed = threading.Condition()
        self.items = []

    def add(self, item):
        with self.changed:
            self.items.append(item)
            self.changed.notify_all()

    def clear(self):
        with self.changed:
            self.items.clear()

    def snapshot(self):
        with self.changed:
            return list(self.items)

    def wait_for(self, look, seconds, what):
        """Returns the first true result of `look(items)`; fails when the time is up."""
        until = deadline_for(seconds)
        with self.changed:
            while True:
                found = look(self.items)
                if found:
                    return found
                left = until - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"waited {seconds:g} s in vain for {what}")
                self.changed.wait(left)


def until(look, seconds, what, every=0.05):
    """Asks something that can't tell us by itself (a REST resource, a file) until it is true."""
    bell = threading.Event()
    end = deadline_for(seconds)
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() >= end:
            raise AssertionError(f"waited {seconds:g} s in vain for {what}")
        bell.wait(every)


# Below the ports the system gives to connections that go out (32768 and above), where a port that
# was free a moment ago may be taken by anybody's request, and below our own ports for sound. Those
# who run side by side share them out.
SHARE = 9_900 // WORKERS // 2 * 2
PORTS = range(10_000 + WORKER * SHARE, 10_000 + (WORKER + 1) * SHARE)
_next_port = itertools.count(os.getpid() * 97 % len(PORTS))
_choosing = threading.Lock()


def free_ports(count, kinds=("tcp", "udp"), even=False):
    """Ports that are free for both kinds of socket at every address; none twice, and those of one
    question ascend, neighbours where nobody else has one between."""
    found = []
    with _choosing:
        while len(found) < count:
            port = PORTS[next(_next_port) % len(PORTS)]
            if (even and port % 2) or not all(_is_free(kind, port) for kind in kinds):
                continue
            if found and port < found[0]:
                found.clear()
            found.append(port)
    return found


def _is_free(kind, port):
    form = socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, form) as each:
        try:
            each.bind(("", port))
        except OSError:
            return False
    return True
