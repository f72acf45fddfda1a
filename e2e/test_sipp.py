"""SIPp against the house: as callers and phones that do what a file says, and as a carrier."""

import hashlib
import re

from harness import ACCOUNT, Case, House, free_ports
from harness.config import serve
from harness.sipp import Sipp
from harness.sound import loudest_db, read_wav
from twilio.twiml.voice_response import VoiceResponse

OURS = "+12025550190"


class FromOutside(Case):
    """A caller at loopback, which in `dev` is a trunk, calls the number we own."""

    def inbound(self, document):
        number = self.client.incoming_phone_numbers.list(phone_number=OURS)[0]
        number.update(
            voice_url=self.app.route("/voice", document),
            status_callback=self.app.url("/status"),
        )

    def sipp(self, scenario, calls=1, more=(), **options):
        keys = {"caller": "+12025550123", **options.pop("keys", {})}
        run = Sipp(
            scenario, self.house.sip, calls, keys=keys, more=["-s", OURS, *more], **options
        )
        self.addCleanup(run.close)
        return run

    def over(self, seconds=20):
        return self.app.wait("/status", seconds)

    def test_answered_and_hung_up_by_us(self):
        document = VoiceResponse()
        document.say("Hello.")
        self.inbound(document)
        self.sipp("caller_listens").finish()
        voice = self.app.wait("/voice")
        self.assertEqual((voice["Direction"], voice["CallStatus"]), ("inbound", "ringing"))
        self.assertEqual((voice["From"], voice["To"]), ("+12025550123", OURS))
        over = self.over()
        self.assertEqual(over["CallStatus"], "completed")
        row = self.client.calls(over["CallSid"]).fetch()
        self.assertEqual((row.status, row.direction), ("completed", "inbound"))

    def test_answered_and_hung_up_by_the_caller_over_tcp(self):
        document = VoiceResponse()
        document.pause(length=30)
        document.say("never")
        gather = VoiceResponse()
        gather.say("Hello.")
        gather.pause(length=30)
        self.inbound(gather)
        self.sipp("caller_talks", more=["-d", "1500", "-t", "t1"]).finish()
        over = self.over()
        self.assertEqual(over["CallStatus"], "completed")
        self.assertIn(over["CallDuration"], ("1", "2"))

    def test_rejected_as_busy(self):
        document = VoiceResponse()
        document.reject(reason="busy")
        self.inbound(document)
        self.sipp("caller_rejected").finish()
        self.assertEqual(self.over()["CallStatus"], "busy")

    def test_a_caller_who_gives_up_while_it_rings(self):
        document = VoiceResponse()
        dial = document.dial(answer_on_bridge=True)
        dial.number("+12025550103", status_callback=self.app.url("/child"))
        self.inbound(document)
        self.sipp("caller_gives_up").finish()
        self.assertEqual(self.over()["CallStatus"], "no-answer")
        child = self.app.wait("/child")
        self.assertIn(child["CallStatus"], ("canceled", "no-answer"))

    def test_hold_and_resume_by_re_invite(self):
        document = VoiceResponse()
        document.say("A long text, so that there is something to hear. " * 5)
        document.pause(length=30)
        self.inbound(document)
        self.sipp("caller_holds", more=["-rtp_echo"]).finish()
        over = self.over()
        self.assertEqual(over["CallStatus"], "completed")
        self.assertGreaterEqual(int(over["CallDuration"]), 4)

    def test_keys_by_info(self):
        document = VoiceResponse()
        document.gather(num_digits=4, finish_on_key="#", timeout=10, action="/keys")
        self.app.route("/keys", VoiceResponse())
        self.inbound(document)
        self.sipp("caller_info").finish()
        self.assertEqual(self.app.wait("/keys")["Digits"], "42")
        self.over()

    def test_late_offer_gets_an_offer_and_hears_us(self):
        document = VoiceResponse()
        dial = document.dial(
            record="record-from-answer-dual",
            time_limit=4,
            action="/dialled",
            recording_status_callback=self.app.url("/recording"),
        )
        dial.number("+12025550101")
        self.app.route("/dialled", VoiceResponse())
        self.inbound(document)
        self.sipp("caller_late_offer", more=["-rtp_echo"]).finish()
        told = self.app.wait("/recording")
        self.over()
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{told['RecordingSid']}.wav"
        samples, rate = read_wav(self.house.ask("GET", path)[2])
        self.assertGreater(loudest_db(samples[1], rate), -40, "the person speaks")
        self.assertGreater(loudest_db(samples[0], rate), -40, "and comes back from the caller")

    def test_twenty_calls_through_a_network_that_loses_every_tenth_message(self):
        document = VoiceResponse()
        document.say("Hello.")
        document.pause(length=30)
        self.inbound(document)
        run = self.sipp(
            "caller_talks", calls=20, more=["-d", "800", "-r", "10", "-lost", "10"], seconds=55
        )
        run.finish(58)
        self.app.wait_count("/status", 20)
        self.assertEqual(
            {s["CallStatus"] for s in self.app.requests("/status")}, {"completed"}
        )
        self.assertEqual(len({s["CallSid"] for s in self.app.requests("/status")}), 20)


class Registered(Case):
    """Phones of the configuration: digest, registration, calls in both directions."""

    def build(self):
        return House(config=serve(phones=[("alice", "wonderland")]))

    def sipp(self, scenario, password="wonderland", **options):
        run = Sipp(
            scenario,
            self.house.sip,
            keys={"caller": "alice"},
            more=["-s", OURS, "-au", "alice", "-ap", password],
            **options,
        )
        self.addCleanup(run.close)
        return run

    def test_a_phone_registers_by_digest_and_is_called(self):
        register = self.sipp("phone_registers")
        register.finish()
        phone = Sipp("carrier_answers", port=register.port)
        self.addCleanup(phone.close)
        document = VoiceResponse()
        document.pause(length=1)
        call = self.place(f"sip:alice@{self.house.sip}", document=document)
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")
        phone.finish()

    def test_a_wrong_password_is_no_registration(self):
        self.sipp("phone_registers_wrong", password="looking-glass").finish()
        call = self.place(f"sip:alice@{self.house.sip}", document=VoiceResponse())
        last = self.ended(call.sid)
        self.assertIn(last["CallStatus"], ("no-answer", "failed"))
        self.assertEqual(self.app.requests("/voice"), [])

    def test_a_phone_calls_a_number_by_digest(self):
        number = self.client.incoming_phone_numbers.list(phone_number=OURS)[0]
        document = VoiceResponse()
        document.say("Hello.")
        document.pause(length=20)
        number.update(
            voice_url=self.app.route("/voice", document),
            status_callback=self.app.url("/status"),
        )
        self.sipp("phone_calls").finish()
        self.assertEqual(self.app.wait("/voice")["Direction"], "inbound")
        self.assertEqual(self.app.wait("/status")["CallStatus"], "completed")


class Carrier(Case):
    """An outbound trunk of the configuration carries E.164 calls; SIPp is the carrier."""

    def build(self):
        self.port = free_ports(1)[0]
        trunk = {
            "name": "carrier",
            "host": f"127.0.0.1:{self.port}",
            "username": "trunkuser",
            "password": "trunkpass",
            # A scenario file takes any message for a call; one test looks at OPTIONS alone.
            "options": "asked_whether_it_is_alive" in self.id(),
        }
        return House(config=serve(trunks=[trunk]))

    def carrier(self, scenario, **options):
        run = Sipp(scenario, port=self.port, **options)
        self.addCleanup(run.close)
        return run

    def call(self, **more):
        document = VoiceResponse()
        document.say("Hello.")
        return self.place("+4930901820", document=document, **more)

    def test_answered(self):
        carrier = self.carrier("carrier_answers", more=["-rtp_echo"])
        call = self.call()
        last = self.ended(call.sid)
        carrier.finish()
        self.assertEqual((last["CallStatus"], last["SipResponseCode"]), ("completed", "200"))
        invite = carrier.messages()
        self.assertIn("INVITE sip:+4930901820@", invite)
        self.assertIn(f"X-Twilio-CallSid: {call.sid}", invite)
        self.app.wait_count("/status", 4)
        self.assertEqual(
            self.statuses(call.sid), ["initiated", "ringing", "in-progress", "completed"]
        )

    def test_answered_and_hung_up_by_the_carrier(self):
        carrier = self.carrier("carrier_hangs_up", more=["-d", "2000"])
        document = VoiceResponse()
        document.pause(length=30)
        call = self.place("+4930901820", document=document)
        last = self.ended(call.sid)
        carrier.finish()
        self.assertEqual((last["CallStatus"], last["CallDuration"]), ("completed", "2"))

    def test_echoed_sound_is_recorded_on_the_carriers_channel(self):
        carrier = self.carrier("carrier_answers", more=["-rtp_echo"])
        document = VoiceResponse()
        document.say("This sentence comes back from the other side.")
        document.pause(length=1)
        call = self.place(
            "+4930901820",
            document=document,
            record=True,
            recording_channels="dual",
            recording_status_callback=self.app.url("/recording"),
        )
        told = self.app.wait("/recording", 25, RecordingStatus="completed")
        carrier.finish()
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{told['RecordingSid']}.wav"
        samples, rate = read_wav(self.house.ask("GET", path)[2])
        for channel in samples:
            self.assertGreater(loudest_db(channel, rate), -40)
        self.ended(call.sid)

    def test_is_asked_whether_it_is_alive(self):
        self.house.stop()
        carrier = self.carrier("carrier_options")
        self.house.start()
        carrier.finish()

    def test_busy(self):
        carrier = self.carrier("carrier_busy")
        last = self.ended(self.call().sid)
        carrier.finish()
        self.assertEqual((last["CallStatus"], last["SipResponseCode"]), ("busy", "486"))

    def test_no_answer_is_cancelled_after_the_timeout(self):
        carrier = self.carrier("carrier_rings")
        last = self.ended(self.call(timeout=5).sid, 20)
        carrier.finish()
        self.assertEqual((last["CallStatus"], last["SipResponseCode"]), ("no-answer", "487"))

    def test_cancelled_by_rest(self):
        carrier = self.carrier("carrier_rings")
        call = self.call(timeout=60)
        self.app.wait("/status", CallStatus="ringing")
        self.client.calls(call.sid).update(status="canceled")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "canceled")
        carrier.finish()

    def test_digest_asked_by_the_carrier(self):
        carrier = self.carrier("carrier_digest")
        self.assertEqual(self.ended(self.call().sid)["CallStatus"], "completed")
        carrier.finish()

    def test_digest_with_sha_256_asked_by_a_proxy(self):
        carrier = self.carrier("carrier_digest_sha256")
        self.assertEqual(self.ended(self.call().sid)["CallStatus"], "completed")
        carrier.finish()
        line = re.search(r"^Proxy-Authorization: Digest (.*)$", carrier.messages(), re.M)[1]
        said = dict(re.findall(r'(\w+)="?([^",\s]+)"?', line))
        self.assertEqual((said["algorithm"], said["username"]), ("SHA-256", "trunkuser"))

        def digest(*parts):
            return hashlib.sha256(":".join(parts).encode()).hexdigest()

        first = digest("trunkuser", said["realm"], "trunkpass")
        second = digest("INVITE", said["uri"])
        names = [said[name] for name in ("nonce", "nc", "cnonce", "qop")]
        self.assertEqual(said["response"], digest(first, *names, second))

    def test_the_trunk_calls_an_owned_number(self):
        number = self.client.incoming_phone_numbers.list(phone_number=OURS)[0]
        document = VoiceResponse()
        document.say("Hello.")
        number.update(
            voice_url=self.app.route("/voice", document),
            status_callback=self.app.url("/status"),
        )
        caller = Sipp(
            "caller_listens",
            self.house.sip,
            port=self.port,
            keys={"caller": "+12025550123"},
            more=["-s", OURS],
        )
        self.addCleanup(caller.close)
        caller.finish()
        self.assertEqual(self.app.wait("/voice")["From"], "+12025550123")
        self.assertEqual(self.app.wait("/status")["CallStatus"], "completed")

    def test_answered_in_spite_of_lost_messages(self):
        carrier = self.carrier("carrier_answers", calls=6, more=["-lost", "10"])
        # Long enough for an acknowledgement to be lost twice: SIPp takes no BYE before it.
        document = VoiceResponse()
        document.pause(length=5)
        calls = [self.place("+4930901820", document=document) for _ in range(6)]
        for call in calls:
            self.assertEqual(self.ended(call.sid, 40)["CallStatus"], "completed")
        carrier.finish()
