"""Promised callbacks across `kill -9`: before, during and after their attempt; a dead host."""

import socket
import threading
import time
import urllib.parse

from harness import Case, Reply, free_ports
from harness.wait import Board, until

PERSON = "+12025550101"
ENDED = ("completed", "failed", "busy", "no-answer", "canceled")
REFUSED = 11202


def token(seen):
    headers = {name.lower(): value for name, value in seen.headers.items()}
    return headers["i-twilio-idempotency-token"]


class InOrder:
    """An application that takes one request after the other, in the order of their connections."""

    def __init__(self, port):
        self.calls = Board()
        self.door = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                line, _ = self.door.accept()
            except OSError:
                return
            with line:
                stream = line.makefile("rb")
                head = list(iter(stream.readline, b"\r\n"))
                length = next(row for row in head if row.lower().startswith(b"content-length:"))
                form = stream.read(int(length.split(b":")[1])).decode()
                self.calls.add(dict(urllib.parse.parse_qsl(form))["CallSid"])
                line.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    def close(self):
        self.door.close()


class Callbacks(Case):
    def place_short(self, **more):
        return self.place(
            PERSON, twiml="<Response/>", status_callback_event=["completed"], **more
        )

    def finished(self, sid):
        until(lambda: self.client.calls(sid).fetch().status in ENDED, 30, f"the end of {sid}")

    def figure(self, name):
        _, _, text = self.house.ask("GET", "/metrics", auth=None)
        text = text.decode() if isinstance(text, bytes) else str(text)
        found = [line.split()[1] for line in text.splitlines() if line.startswith(name + " ")]
        return float(found[0])

    def events(self, sid):
        """What the journal holds of a call's callbacks. It is written with the mark that the
        attempt is over."""
        return [e for e in self.client.calls(sid).events.list() if "/status" in e.request["url"]]

    def codes(self, sid):
        return [int(n.error_code) for n in self.client.calls(sid).notifications.list()]

    def test_during_an_attempt_it_is_made_again_with_the_same_token(self):
        held, gate = [], threading.Event()
        self.addCleanup(gate.set)

        def hang(seen):
            held.append(seen)
            gate.wait(30)
            return Reply(status=204)

        self.app.route("/status", hang)
        self.app.route("/recorded", hang)
        self.place(
            PERSON,
            twiml='<Response><Pause length="1"/></Response>',
            status_callback_event=["completed"],
            record=True,
            recording_status_callback=self.app.url("/recorded"),
        )
        until(lambda: len(held) == 2, 30, "both callbacks on their way")
        self.house.kill()
        self.app.route("/status", Reply(status=204))
        self.app.route("/recorded", Reply(status=204))
        self.house.start()
        for path in ("/status", "/recorded"):
            first, again = self.app.wait_count(path, 2)[:2]
            self.assertEqual(token(again), token(first))
            self.assertEqual(again.params, first.params)

    def test_after_an_attempt_it_is_final(self):
        for status, outcome in ((204, []), (500, [15003])):
            self.app.route("/status", Reply(status=status))
            call = self.place_short()
            until(lambda sid=call.sid: self.events(sid), 30, "an attempt that is over")
            self.house.kill()
            self.house.start()
            other = self.place_short()
            # Behind whatever the store might have kept of the first.
            self.app.wait("/status", 30, CallSid=other.sid)
            self.assertEqual(len(self.app.requests("/status", CallSid=call.sid)), 1)
            self.assertEqual(self.codes(call.sid), outcome)

    def test_before_an_attempt_it_waits_for_the_host_and_for_us(self):
        port = self.app.port
        self.app.close()
        lost = []
        while self.figure("ringback_callback_hosts_held") == 0:
            self.assertLess(len(lost), 5)
            lost.append(self.place_short().sid)
            self.finished(lost[-1])
            until(lambda: REFUSED in self.codes(lost[-1]), 10, "a callback that nobody heard")
        self.assertEqual(len(lost), 3)
        promised = []
        for _ in range(6):
            promised.append(self.place_short().sid)
            self.finished(promised[-1])
        self.assertGreater(self.figure("ringback_callbacks_waiting"), 0)
        self.house.kill()
        # Probes have cost some; all others have not been attempted.
        back = InOrder(port)
        self.addCleanup(back.close)
        self.house.start()
        heard = back.calls.snapshot

        def unheard():
            return [sid for sid in promised if REFUSED in self.codes(sid)]

        until(lambda: len(heard()) + len(unheard()) >= len(promised), 30, "all that was promised")
        self.assertEqual(sorted(heard() + unheard()), sorted(promised), "each once")
        self.assertGreaterEqual(len(heard()), 2)
        expected = [sid for sid in promised if sid not in unheard()]
        self.assertEqual(heard(), expected, "in the order of their making")

    def test_whenever_it_is_killed_every_end_is_told(self):
        calls = []
        for round_ in range(4):
            calls += [self.place_short().sid for _ in range(10)]
            told = len(self.app.requests("/status"))
            until(
                lambda least=told + 1 + 2 * round_: len(self.app.requests("/status")) >= least,
                30,
                "some ends",
            )
            self.house.kill()
            self.house.start()
        for sid in calls:
            self.app.wait("/status", 30, CallSid=sid)
        tokens = {}
        for seen in self.app.requests("/status"):
            key = (seen["CallSid"], seen["SequenceNumber"], seen["CallStatus"])
            tokens.setdefault(key, set()).add(token(seen))
        self.assertEqual({len(each) for each in tokens.values()}, {1})

    def test_a_dead_application_delays_only_itself(self):
        dead = f"http://127.0.0.1:{free_ports(1)[0]}/status"
        for _ in range(12):
            self.place_short(status_callback=dead)
        until(lambda: self.figure("ringback_callback_hosts_held") == 1, 30, "a host that is held")
        begun = time.monotonic()
        call = self.place_short()
        self.finished(call.sid)
        self.app.wait("/status", 2, CallSid=call.sid)
        self.assertLess(time.monotonic() - begun, 20)
