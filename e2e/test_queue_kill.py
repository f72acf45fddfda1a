"""Many calls wait, the house is killed while they leave, and all leave in order at the rate."""

import re
import time

from harness import Case, House
from harness.config import serve
from harness.wait import until

RATE = 10
CALLS = 60


class QueueKilled(Case):
    # Killed on purpose; no carrier is needed either: a call that fails has left the queue, too.
    ends_in_order = False

    def build(self):
        return House(config=serve(calls_per_second=RATE))

    def create(self):
        return self.client.calls.create(
            to="+12025550101",
            from_="+12025550190",
            twiml="<Response/>",
            status_callback=self.app.url("/status"),
            status_callback_event=["initiated", "completed"],
        )

    def lines(self):
        return self.house.lines.snapshot()

    def told(self, status):
        """Calls in the order in which the application first heard this of them."""
        seen = [s for s in self.app.requests("/status") if s["CallStatus"] == status]
        return list(dict.fromkeys(s["CallSid"] for s in seen))

    def test_all_leave_in_order_at_the_rate_across_a_kill(self):
        begun = time.monotonic()
        calls = [self.create() for _ in range(CALLS)]
        self.assertEqual({call.status for call in calls}, {"queued"})
        waits = [int(call.queue_time) for call in calls]
        self.assertEqual(waits[0], 0)
        self.assertGreater(waits[-1], 1_000)
        withdrawn = calls[-1]
        self.assertEqual(withdrawn.update(status="canceled").status, "canceled")
        until(lambda: len(self.told("failed")) >= 15, 20, "a quarter of them")
        self.house.kill()
        before = len(self.told("failed"))
        self.house.start()
        expected = [call.sid for call in calls[:-1]]
        until(lambda: len(self.told("failed")) == len(expected), 30, "all of them")
        took = time.monotonic() - begun
        # One may have been on its way in the very moment of the kill: it is cut, and only its
        # end is told. All others leave, in order.
        self.assertGreaterEqual(len(self.told("initiated")), len(expected) - 1)
        # The log is in the order of the ends. That is the order in which they left but for two
        # that leave together, when the machine was busy: their sound opens on different threads.
        ends = [re.search(r"call ended call=(CA\w+).*failed", line) for line in self.lines()]
        left = list(dict.fromkeys(end[1] for end in ends if end))
        self.assertEqual(sorted(left), sorted(expected))
        moved = [abs(left.index(sid) - place) for place, sid in enumerate(expected)]
        self.assertLessEqual(max(moved), 2, moved)
        self.assertGreaterEqual(before, 15)
        self.assertGreater(took, (len(expected) - 3) / RATE)
        self.assertEqual(self.client.calls.list(status="queued"), [])
        rows = {row.sid: row for row in self.client.calls.list()}
        self.assertIsNone(rows[withdrawn.sid].start_time)
        self.assertIsNotNone(rows[withdrawn.sid].end_time)
        self.assertEqual(rows[withdrawn.sid].status, "canceled")
        self.assertNotIn(withdrawn.sid, {s.get("CallSid") for s in self.app.requests("/status")})
