"""Waiting for things that happen: conditions with a deadline, never a sleep of a fixed length."""

import os
import socket
import threading
import time

# A slow machine may stretch every deadline without touching a test.
PATIENCE = float(os.environ.get("E2E_PATIENCE", "1"))


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


def free_ports(count, kinds=("tcp", "udp"), even=False):
    """Ports of the loopback interface that were free, for both kinds of socket, a moment ago."""
    found, held = [], []
    try:
        while len(found) < count:
            first = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            first.bind(("127.0.0.1", 0))
            held.append(first)
            port = first.getsockname()[1]
            if even and port % 2:
                continue
            try:
                if "udp" in kinds:
                    second = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    held.append(second)
                    second.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    finally:
        for each in held:
            each.close()
    return found
