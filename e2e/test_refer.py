"""Transfers and echoes against real peers: SIPp as phones that take REFER, refuse it and send it;
baresips that call each other because they were asked to."""

from harness import Case, House
from harness.config import serve
from harness.phone import Phone
from harness.sipp import Sipp
from harness.sound import best_tone_share, level_db, tone_share
from twilio.twiml.voice_response import Dial, Refer, VoiceResponse

TARGET = "sip:carol@pbx.example?X-Order=17"


class ByHand(Case):
    """SIPp does exactly what a file says."""

    def carrier(self, scenario, **options):
        run = Sipp(scenario, **options)
        self.addCleanup(run.close)
        return run

    def refer(self, carrier):
        """Calls it, and asks it to call elsewhere; what the action is told."""
        document = VoiceResponse()
        refer = Refer(action="/referred")
        refer.sip(TARGET)
        document.append(refer)
        self.app.route("/referred", VoiceResponse())
        call = self.place(f"sip:carrier@127.0.0.1:{carrier.port}", document=document)
        told = self.app.wait("/referred")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")
        carrier.finish()
        names = ("ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode")
        return [told.get(name) for name in names]

    def test_a_refer_is_accepted_and_reported_to_its_end(self):
        carrier = self.carrier("carrier_accepts_refer")
        self.assertEqual(self.refer(carrier), ["in-progress", "202", "200"])
        self.assertIn("Refer-To: <sip:carol@pbx.example?X-Order=17>", carrier.messages())

    def test_a_refer_is_refused(self):
        carrier = self.carrier("carrier_refuses_refer")
        self.assertEqual(self.refer(carrier), ["failed", "405", None])

    def dial(self, carrier, **attributes):
        """A virtual phone is joined to it."""
        document = VoiceResponse()
        dial = Dial(action="/dialled", **attributes)
        dial.sip(f"sip:carrier@127.0.0.1:{carrier.port}")
        document.append(dial)
        self.app.route("/dialled", VoiceResponse())
        return self.place("+12025550101", document=document)

    def test_the_called_side_sends_the_caller_elsewhere(self):
        carrier = self.carrier("carrier_refers", more=["-d", "1000"])
        document = VoiceResponse()
        document.say("You are being connected.")
        self.app.route("/refer", document)
        call = self.dial(carrier, refer_url="/refer")
        told = self.app.wait("/refer")
        self.assertEqual(told["ReferTransferTarget"], TARGET)
        self.assertEqual((told["CallSid"], told["CallStatus"]), (call.sid, "in-progress"))
        carrier.finish()
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")
        self.assertEqual(self.app.requests("/dialled"), [], "the document took its place")

    def test_without_a_refer_url_it_is_declined_and_said_so(self):
        carrier = self.carrier("carrier_refers_in_vain", more=["-d", "1000"])
        call = self.dial(carrier, time_limit=4)
        self.assertEqual(self.app.wait("/dialled")["DialCallStatus"], "completed")
        carrier.finish()
        self.ended(call.sid)
        codes = [row.error_code for row in self.client.calls(call.sid).notifications.list()]
        self.assertEqual(codes, ["13802"])


class RealPhones(Case):
    """Baresips that are registered here."""

    def build(self):
        phones = [("alice", "wonderland"), ("bob", "builder-of-things")]
        return House(config=serve(phones=phones))

    def phone(self, name, password, tone_hz):
        phone = Phone(self.house.folder.name, name, self.house.sip, password, tone_hz)
        self.addCleanup(phone.close)
        return phone

    def alice(self):
        return self.phone("alice", "wonderland", 440)

    def bob(self):
        return self.phone("bob", "builder-of-things", 620)

    def test_a_phone_hears_itself(self):
        alice = self.alice()
        document = VoiceResponse()
        document.echo()
        call = self.place(f"sip:alice@{self.house.sip}", document=document, time_limit=5)
        alice.answer()
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")
        alice.wait("CALL_CLOSED")
        samples, rate = alice.heard()
        middle = samples[-3 * rate : -rate]
        self.assertGreater(level_db(middle), -30)
        self.assertGreater(tone_share(middle, rate, 440), 0.9, "its own tone, and nothing else")

    def test_a_phone_calls_another_because_it_was_asked_to(self):
        alice, bob = self.alice(), self.bob()
        document = VoiceResponse()
        document.pause(length=1)
        refer = Refer(action="/referred")
        refer.sip(f"sip:bob@{self.house.sip}")
        document.append(refer)
        self.app.route("/referred", VoiceResponse())
        call = self.place(f"sip:alice@{self.house.sip}", document=document)
        alice.answer()
        bob.answer()
        told = self.app.wait("/referred")
        self.assertEqual(told["ReferSipResponseCode"], "202")
        self.assertEqual(told["ReferCallStatus"], "in-progress")
        self.ended(call.sid)

    def test_a_phone_sends_the_other_elsewhere(self):
        alice, bob = self.alice(), self.bob()
        document = VoiceResponse()
        dial = Dial(action="/dialled", refer_url="/refer")
        dial.sip(f"sip:bob@{self.house.sip}")
        document.append(dial)
        self.app.route("/dialled", VoiceResponse())
        connected = VoiceResponse()
        connected.echo()
        self.app.route("/refer", connected)
        call = self.place(f"sip:alice@{self.house.sip}", document=document, time_limit=8)
        alice.answer()
        bob.answer()
        bob.command("transfer", f"sip:carol@{self.house.sip}")
        told = self.app.wait("/refer")
        self.assertEqual(told["CallSid"], call.sid)
        self.assertTrue(told["ReferTransferTarget"].startswith("sip:carol@"))
        bob.wait("CALL_CLOSED")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")
        alice.wait("CALL_CLOSED")
        samples, rate = alice.heard()
        self.assertGreater(best_tone_share(samples[-2 * rate :], rate, 440), 0.9, "the echo runs")
