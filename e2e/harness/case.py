"""The base of every test: a house and an application of its own, and what must hold at the end."""

import unittest

from .app import App
from .house import TOKEN, House

TERMINAL = ("completed", "busy", "no-answer", "failed", "canceled")
EVENTS = ["initiated", "ringing", "answered", "completed"]


class Case(unittest.TestCase):
    """Every test gets a fresh house and must leave it able to end in order, with every request
    to the application signed."""

    # Tests that break the house on purpose take these checks away.
    ends_in_order = True
    all_signed = True

    def setUp(self):
        self.app = App(TOKEN)
        self.addCleanup(self.app.close)
        self.house = self.build()
        self.addCleanup(self.house.close)
        self.house.start()
        self.client = self.house.client()

    def build(self):
        return House()

    def tearDown(self):
        result = self._outcome.result
        faults = [test for test, _ in [*result.failures, *result.errors]]
        failed = any(getattr(test, "test_case", test) is self for test in faults)
        if failed:
            tail = "\n".join(self.house.lines.snapshot()[-60:])
            print(f"--- {self.id()}: the application got: {self.app.summary()}")
            print(f"--- what ringback said last:\n{tail}\n---")
        if self.ends_in_order:
            code = self.house.stop()
            if not failed:
                self.assertEqual(code, 0, self.house.said()[-3000:])
                self.assertNotIn("panicked", self.house.said())
        if self.all_signed and not failed:
            self.assertEqual([s.raw_path for s in self.app.unsigned()], [])

    def place(self, to, path="/voice", document=None, **more):
        """Places a call with all four callbacks."""
        if document is not None:
            self.app.route(path, document)
        if "twiml" not in more:
            more["url"] = self.app.url(path)
        more.setdefault("from_", "+12025550190")
        more.setdefault("status_callback", self.app.url("/status"))
        more.setdefault("status_callback_event", EVENTS)
        return self.client.calls.create(to=to, **more)

    def ended(self, sid, seconds=30, path="/status"):
        """Waits for the terminal callback of a call."""
        return self.app.seen.wait_for(
            lambda items: next(
                (
                    s
                    for s in items
                    if s.path == path
                    and s.get("CallSid") == sid
                    and s.get("CallStatus") in TERMINAL
                ),
                None,
            ),
            seconds,
            f"the end of {sid}; came: {self.app.summary()}",
        )

    def statuses(self, sid, path="/status"):
        """The CallStatus of every callback of a call, in the order of SequenceNumber."""
        found = [s for s in self.app.requests(path) if s.get("CallSid") == sid]
        found.sort(key=lambda s: int(s["SequenceNumber"]))
        return [s["CallStatus"] for s in found]
