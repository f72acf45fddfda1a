"""Calls leave at the account's rate, in order; the others wait as `queued`."""

import time
import unittest

from harness import Case, House
from harness.config import serve
from harness.sipp import Sipp

RATE = 2
INTERVAL_MS = 1000 // RATE
# How far the line may run ahead of its rate, and what a busy machine adds.
SLACK_MS = 150


class Queue(Case):
    def build(self):
        self.carrier = Sipp("carrier_busy", calls=1000)
        self.addCleanup(self.carrier.close)
        trunk = {"name": "carrier", "host": f"127.0.0.1:{self.carrier.port}", "options": False}
        return House(config=serve(trunks=[trunk], calls_per_second=RATE))

    def many(self, count):
        # Deliberately quicker than the rate.
        return [self.place(f"+120255502{place:02}", path="/no") for place in range(count)]

    def test_calls_wait_in_order_and_leave_at_the_rate(self):
        begun = time.monotonic()
        calls = self.many(6)
        self.assertEqual({call.status for call in calls}, {"queued"})
        waits = [int(call.queue_time) for call in calls]
        self.assertEqual(waits[0], 0)
        self.assertEqual(waits, sorted(waits))
        for place, wait in enumerate(waits[1:], 1):
            # What has gone by since the first was placed comes off.
            self.assertLessEqual(wait, place * INTERVAL_MS)
        self.assertGreater(waits[-1], 0)
        last = self.client.calls(calls[-1].sid).fetch()
        self.assertEqual((last.status, last.start_time), ("queued", None))
        self.assertEqual(int(last.queue_time), waits[-1])
        for call in calls:
            self.ended(call.sid)
        took_ms = (time.monotonic() - begun) * 1000
        self.assertGreater(took_ms, (len(calls) - 1) * INTERVAL_MS - SLACK_MS)
        begun = self.app.wait_count("/status", len(calls), CallStatus="initiated")
        self.assertEqual([seen["CallSid"] for seen in begun], [call.sid for call in calls])

    def test_canceling_what_waits_fires_nothing(self):
        calls = self.many(4)
        gone = self.client.calls(calls[2].sid).update(status="canceled")
        self.assertEqual(gone.status, "canceled")
        for call in (*calls[:2], calls[3]):
            self.ended(call.sid)
        self.assertEqual(self.statuses(calls[2].sid), [])
        self.assertEqual(self.client.calls(calls[2].sid).fetch().status, "canceled")
        self.assertNotIn("+12025550202", self.carrier.messages())

    def test_what_waits_leaves_after_a_power_cut_too(self):
        calls = self.many(8)
        self.ended(calls[0].sid)
        self.house.kill()
        self.house.start()
        for call in calls[3:]:
            self.assertEqual(self.ended(call.sid)["CallStatus"], "busy")
        waited = [call.sid for call in calls[3:]]
        for sid in waited:
            self.app.wait("/status", CallSid=sid, CallStatus="initiated")
        begun = [s["CallSid"] for s in self.app.requests("/status", CallStatus="initiated")]
        self.assertEqual([sid for sid in begun if sid in waited], waited)


if __name__ == "__main__":
    unittest.main()
