"""Who picks up? Real phones that play people's and mailboxes' recordings, and the virtual ones."""

import threading
from pathlib import Path
from urllib.parse import urlencode

from harness import ACCOUNT, Case, House, Reply
from harness.config import serve
from harness.phone import Phone
from harness.sound import level_db, read_wav, recording, utterances
from harness.wait import until
from twilio.twiml.voice_response import VoiceResponse

PERSON, MAILBOX, FAX = "+12025550101", "+12025550105", "+12025550109"
GREETING = (
    "You have reached the office of Brown and Company. Nobody can take your call at the moment. "
    "Please leave your name and your number after the tone."
)
PORTUGUESE = (
    "Olá, você ligou para a Padaria do Bairro. No momento não podemos atender. Deixe seu nome e o "
    "número do seu telefone depois do sinal."
)
BEEP = (1000, 0.5)


def pause(seconds):
    document = VoiceResponse()
    document.pause(length=seconds)
    return document


class Detection(Case):
    def verdict(self, call, seconds=40):
        """The first request for a document, which waits for the verdict and carries it."""
        return self.app.wait("/voice", seconds, CallSid=call.sid)

    def order(self, sid):
        """The paths that were asked of a call, in the order in which they came."""
        asked = self.app.seen.snapshot()
        return [
            seen.get("CallStatus") if seen.path == "/status" else seen.path
            for seen in asked
            if seen.get("CallSid") == sid
        ]


class VirtualPhones(Detection):
    def test_a_person_a_mailbox_and_a_fax_are_told_apart(self):
        for to, verdict in ((PERSON, "human"), (MAILBOX, "machine_start"), (FAX, "fax")):
            with self.subTest(to):
                call = self.place(to, document=pause(1), machine_detection="Enable")
                asked = self.verdict(call)
                self.assertEqual(asked["AnsweredBy"], verdict)
                self.assertLess(int(asked["MachineDetectionDuration"]), 5_000)
                self.assertEqual(self.ended(call.sid)["AnsweredBy"], verdict)
                self.assertEqual(self.client.calls(call.sid).fetch().answered_by, verdict)

    def test_the_end_of_a_message_is_waited_for(self):
        for to, verdict in ((PERSON, "human"), (MAILBOX, "machine_end_beep"), (FAX, "fax")):
            with self.subTest(to):
                call = self.place(to, document=pause(1), machine_detection="DetectMessageEnd")
                self.assertEqual(self.verdict(call)["AnsweredBy"], verdict)

    def test_the_older_word_hangs_up_on_a_machine(self):
        self.app.route("/voice", pause(1))
        form = {
            "To": MAILBOX, "From": "+12025550190", "Url": self.app.url("/voice"),
            "StatusCallback": self.app.url("/status"), "IfMachine": "Hangup",
        }
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
        status, _, row = self.house.ask("POST", path, urlencode(form).encode())
        self.assertEqual(status, 201)
        last = self.ended(row["sid"])
        self.assertEqual((last["CallStatus"], last["AnsweredBy"]), ("completed", "machine_start"))
        self.assertEqual(self.app.requests("/voice"), [])

    def test_keys_that_are_sent_leave_nobody_to_listen(self):
        call = self.place(
            PERSON, document=pause(1), machine_detection="Enable", send_digits="w1"
        )
        self.assertIsNone(self.verdict(call).get("AnsweredBy"))
        self.assertIsNone(self.ended(call.sid).get("AnsweredBy"))


    def test_an_address_that_refuses_the_verdict_is_told_of_and_the_call_goes_on(self):
        refused = self.app.route("/amd", Reply("no", status=500))
        call = self.place(
            PERSON, document=pause(4), machine_detection="Enable", async_amd=True,
            async_amd_status_callback=refused, async_amd_status_callback_method="GET",
        )
        self.assertEqual(self.app.wait("/amd", 20).method, "GET")
        self.assertEqual(self.ended(call.sid)["AnsweredBy"], "human")

        def codes():
            return [n.error_code for n in self.client.calls(call.sid).notifications.list()]

        until(lambda: "15003" in codes(), 10, "a warning")
        self.assertEqual(len(self.app.requests("/amd")), 1)
        self.assertEqual(self.app.requests("/voice", CallSid=call.sid)[0].get("AnsweredBy"), None)


class RealPhones(Detection):
    def build(self):
        return House(config=serve(phones=[("alice", "wonderland"), ("box", "behind-the-beep")]))

    def phone(self, name, password, *parts):
        """A phone that says this when it has picked up, and for how long it does."""
        path = Path(self.house.folder.name) / f"{name}.wav"
        said = recording(path, *parts)
        phone = Phone(self.house.folder.name, name, self.house.sip, password, recording=path)
        self.addCleanup(phone.close)
        return phone, said

    def person(self, *parts):
        return self.phone("alice", "wonderland", *(parts or (0.4, "Hello?")))[0]

    def mailbox(self, *parts):
        return self.phone("box", "behind-the-beep", *(parts or (0.5, GREETING, 0.4, BEEP)))

    def call(self, phone, document, **more):
        more.setdefault("machine_detection", "Enable")
        call = self.place(f"sip:{phone.name}@{self.house.sip}", document=document, **more)
        phone.answer()
        return call

    def test_a_person_is_greeted_once_it_is_known_that_it_is_one(self):
        call = self.call(self.person(), pause(1))
        asked = self.verdict(call)
        self.assertEqual(asked["AnsweredBy"], "human")
        self.assertLess(int(asked["MachineDetectionDuration"]), 4_500)
        last = self.ended(call.sid)
        self.assertEqual((last["CallStatus"], last["AnsweredBy"]), ("completed", "human"))
        told = ["initiated", "ringing", "in-progress", "completed"]
        self.assertEqual(self.statuses(call.sid), told)
        answered = self.app.requests("/status", CallStatus="in-progress")[0]
        self.assertIsNone(answered.get("AnsweredBy"))
        order = self.order(call.sid)
        self.assertLess(order.index("in-progress"), order.index("/voice"))
        self.assertLess(order.index("/voice"), order.index("completed"))

    def known_before_it_has_finished(self, greeting):
        box, said = self.mailbox(0.5, greeting, BEEP)
        call = self.call(box, pause(1))
        asked = self.verdict(call)
        self.assertEqual(asked["AnsweredBy"], "machine_start")
        self.assertLess(int(asked["MachineDetectionDuration"]), said * 1_000 - 1_000)
        self.assertEqual(self.ended(call.sid)["AnsweredBy"], "machine_start")

    def test_a_mailbox_is_known_before_it_has_finished(self):
        self.known_before_it_has_finished(GREETING)

    def test_a_mailbox_that_speaks_portuguese_is_one_too(self):
        self.known_before_it_has_finished((PORTUGUESE, "pt-br"))

    def test_a_message_is_left_behind_the_beep(self):
        box, said = self.mailbox()
        document = VoiceResponse()
        document.say("This is your pharmacy. Your order is ready.")
        call = self.call(box, document, machine_detection="DetectMessageEnd")
        asked = self.verdict(call)
        self.assertEqual(asked["AnsweredBy"], "machine_end_beep")
        took = int(asked["MachineDetectionDuration"]) / 1_000
        print(f"       the beep ended {said:.2f} s after the answer, which was known at {took:.2f}")
        self.assertGreater(took, said - 0.3)
        self.assertLess(took, said + 1.5)
        self.assertEqual(self.ended(call.sid)["AnsweredBy"], "machine_end_beep")
        box.wait("CALL_CLOSED")
        samples, rate = box.heard()
        (start, _), *_ = utterances(samples, rate)
        # Nothing of it was heard before the mailbox began to listen.
        self.assertGreater(start / rate, said - 0.7)
        self.assertLess(level_db(samples[: int((said - 0.7) * rate)]), -50)

    def test_a_greeting_without_a_beep_ends_in_silence(self):
        box, said = self.mailbox(0.5, GREETING)
        call = self.call(box, pause(1), machine_detection="DetectMessageEnd")
        asked = self.verdict(call)
        self.assertEqual(asked["AnsweredBy"], "machine_end_silence")
        self.assertGreater(int(asked["MachineDetectionDuration"]), said * 1_000 - 500)

    def test_nobody_who_speaks_is_unknown(self):
        box, _ = self.mailbox(0.5)
        call = self.call(box, pause(1), machine_detection_silence_timeout=2_000)
        asked = self.verdict(call)
        self.assertEqual(asked["AnsweredBy"], "unknown")
        self.assertIn(int(asked["MachineDetectionDuration"]), range(1_950, 2_400))

    def test_a_call_that_does_not_wait_hears_of_it_later(self):
        box, _ = self.mailbox()
        document = VoiceResponse()
        document.pause(length=20)
        call = self.call(
            box, document, machine_detection="DetectMessageEnd", async_amd=True,
            async_amd_status_callback=self.app.url("/amd"),
        )
        self.assertIsNone(self.verdict(call).get("AnsweredBy"))
        told = self.app.wait("/amd", 40)
        self.assertEqual(told.method, "POST")
        self.assertEqual(
            (told["CallSid"], told["AccountSid"], told["AnsweredBy"]),
            (call.sid, ACCOUNT, "machine_end_beep"),
        )
        # What an application does with it: the message goes behind the beep.
        document = VoiceResponse()
        document.say("Please call us back.")
        self.client.calls(call.sid).update(url=self.app.route("/message", document))
        self.app.wait("/message")
        self.assertEqual(self.ended(call.sid)["AnsweredBy"], "machine_end_beep")
        order = self.order(call.sid)
        self.assertLess(order.index("/voice"), order.index("/amd"))
        self.assertLess(order.index("/amd"), order.index("/message"))
        self.assertEqual(len(self.app.requests("/amd")), 1)

    def test_a_call_that_ends_first_has_no_verdict(self):
        box, _ = self.mailbox(0.5)
        call = self.call(box, pause(1))
        until(lambda: self.app.requests("/status", CallStatus="in-progress"), 10, "the answer")
        self.client.calls(call.sid).update(status="completed")
        last = self.ended(call.sid)
        self.assertEqual(last["CallStatus"], "completed")
        self.assertIsNone(last.get("AnsweredBy"))
        self.assertIsNone(self.client.calls(call.sid).fetch().answered_by)
        self.assertEqual(self.app.requests("/voice"), [])

    def test_two_who_are_joined_talk_while_the_called_one_is_found_out(self):
        alice = self.person(0.5, "Good morning, please connect me with the office.")
        box, _ = self.mailbox()
        document = VoiceResponse()
        document.dial(action="/dialled", time_limit=8).sip(
            f"sip:box@{self.house.sip}", machine_detection="Enable",
            amd_status_callback=self.app.url("/amd"),
            status_callback=self.app.url("/child"), status_callback_event="completed",
        )
        self.app.route("/dialled", VoiceResponse())
        call = self.place(f"sip:alice@{self.house.sip}", document=document)
        alice.answer()
        box.answer()
        told = self.app.wait("/amd", 20)
        self.assertEqual(told["AnsweredBy"], "machine_start")
        child = told["CallSid"]
        self.assertNotEqual(child, call.sid)
        self.app.wait("/dialled", 25)
        self.ended(call.sid)
        self.assertEqual(self.ended(child, path="/child")["AnsweredBy"], "machine_start")
        self.assertEqual(self.client.calls(child).fetch().answered_by, "machine_start")
        self.assertIsNone(self.client.calls(call.sid).fetch().answered_by)
        alice.wait("CALL_CLOSED")
        samples, rate = alice.heard()
        # The greeting was heard from its first word on, not from the verdict on.
        heard = samples[: int(2.2 * rate)]
        self.assertGreater(max(level_db(heard[at : at + 400]) for at in range(0, len(heard), 400)), -35)


class Promised(Detection):
    # Killed on purpose.
    ends_in_order = False

    def test_a_verdict_is_told_across_a_kill(self):
        held, gate = [], threading.Event()
        self.addCleanup(gate.set)

        def hang(seen):
            held.append(seen)
            gate.wait(30)
            return Reply(status=204)

        self.app.route("/amd", hang)
        call = self.place(
            PERSON, document=pause(20), machine_detection="Enable", async_amd=True,
            async_amd_status_callback=self.app.url("/amd"),
        )
        until(lambda: held, 20, "the callback on its way")
        self.house.kill()
        self.app.route("/amd", Reply(status=204))
        self.house.start()
        first, again = self.app.wait_count("/amd", 2)[:2]
        self.assertEqual(again.params, first.params)
        self.assertEqual(again["AnsweredBy"], "human")
        names = [{name.lower(): value for name, value in seen.headers.items()} for seen in (first, again)]
        self.assertEqual(*(each["i-twilio-idempotency-token"] for each in names))
        # The call was cut, and what was found out stays.
        self.assertEqual(self.ended(call.sid)["AnsweredBy"], "human")
        row = self.client.calls(call.sid).fetch()
        self.assertEqual((row.status, row.answered_by), ("failed", "human"))
