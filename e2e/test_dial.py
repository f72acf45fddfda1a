"""<Dial><Sip> on the wire: SIPp is the far end, and the caller's side too, under `serve`."""

import hashlib
import re

from harness import Case, House
from harness.config import serve
from harness.sipp import Sipp
from twilio.twiml.voice_response import Dial, Sip, VoiceResponse


class Wire(Case):
    """A caller of whom nothing is asked but to be there is joined to a far end that does exactly
    what a file says."""

    def build(self):
        return House(config=serve())

    def carrier(self, scenario, **options):
        run = Sipp(scenario, **options)
        self.addCleanup(run.close)
        return run

    def address(self, carrier, more=""):
        return f"sip:desk@127.0.0.1:{carrier.port}{more}"

    def dial(self, sip, **attributes):
        """Dials it; what the action is told, and the SID of the caller's call. The caller's call
        goes on with what the action answers, and ends in order."""
        caller = self.carrier("carrier_answers")
        document = VoiceResponse()
        dial = Dial(action="/dialled", **{"time_limit": 2, **attributes})
        dial.append(sip)
        document.append(dial)
        document.redirect("/next-verb")
        after = VoiceResponse()
        after.redirect("/goes-on")
        self.app.route("/dialled", after)
        self.app.route("/goes-on", VoiceResponse())
        call = self.place(f"sip:caller@127.0.0.1:{caller.port}", document=document)
        told = self.app.wait("/dialled", 25)
        self.assertEqual(told["CallSid"], call.sid)
        self.assertEqual(self.app.wait("/goes-on")["CallStatus"], "in-progress")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")
        self.assertEqual(self.app.requests("/next-verb"), [], "the action took its place")
        caller.finish()
        return told

    def outcome(self, told):
        names = ("DialCallStatus", "DialBridged", "DialSipResponseCode")
        return tuple(told.get(name) for name in names)

    def test_headers_of_elements_and_of_the_address_travel(self):
        carrier = self.carrier("carrier_answers")
        sip = Sip(self.address(carrier, "?X-Order=17&X-Name=Ada%20L"))
        headers = sip.headers()
        headers.header(name="X-Queue", value="sales, second")
        headers.header(name="User-to-User", value="0a0b;encoding=hex")
        headers.header(name="X-Twilio-Forged", value="no")
        headers.header(name="Subject", value="no")
        told = self.dial(sip)
        carrier.finish()
        self.assertEqual(self.outcome(told), ("completed", "true", "200"))
        invite = head(carrier, "INVITE")
        self.assertTrue(invite[0].startswith(f"INVITE {self.address(carrier)} "), invite[0])
        for line in (
            "X-Order: 17",
            "X-Name: Ada L",
            "X-Queue: sales, second",
            "User-to-User: 0a0b;encoding=hex",
            f"X-Twilio-CallSid: {told['DialCallSid']}",
        ):
            self.assertEqual(invite.count(line), 1, (line, invite))
        names = {line.partition(":")[0] for line in invite}
        self.assertFalse(names & {"X-Twilio-Forged", "Subject"}, invite)
        notes = self.client.calls(told["CallSid"]).notifications.list()
        self.assertEqual([note.error_code for note in notes], ["13252", "13252"])

    def test_the_action_is_told_what_the_answer_carried(self):
        carrier = self.carrier("carrier_tells")
        told = self.dial(Sip(self.address(carrier)))
        carrier.finish()
        self.assertEqual(self.outcome(told), ("completed", "true", "200"))
        call_id = next(
            line for line in head(carrier, "INVITE") if line.startswith("Call-ID:")
        ).partition(": ")[2]
        self.assertEqual(told["DialSipCallId"], call_id)
        passed = {name: value for name, value in told.params.items() if "SipHeader" in name}
        expected = {
            "DialSipHeader_X-Agent": "Ada, desk 7",
            "DialSipHeader_User-to-User": "6f7264657231373b;encoding=hex",
        }
        self.assertEqual(passed, expected)
        self.assertIn(told["DialCallDuration"], ("1", "2", "3"))

    def test_a_digest_asked_by_the_far_end_is_right(self):
        # The file checks it by SIPp's own reckoning, and fails if it is wrong.
        carrier = self.carrier("carrier_digest")
        sip = Sip(self.address(carrier), username="trunkuser", password="trunkpass")
        self.assertEqual(self.outcome(self.dial(sip)), ("completed", "true", "200"))
        carrier.finish()
        invites = carrier.messages().count("\nINVITE sip:")
        self.assertEqual(invites, 2, "asked once, answered once")

    def test_a_digest_asked_by_a_proxy_is_right(self):
        carrier = self.carrier("carrier_digest_sha256")
        sip = Sip(self.address(carrier), username="shop", password="se cret&ä")
        self.assertEqual(self.outcome(self.dial(sip)), ("completed", "true", "200"))
        carrier.finish()
        line = re.search(r"^Proxy-Authorization: Digest (.*)$", carrier.messages(), re.M)[1]
        said = dict(re.findall(r'(\w+)="?([^",\s]+)"?', line))
        self.assertEqual((said["algorithm"], said["username"]), ("SHA-256", "shop"))

        def digest(*parts):
            return hashlib.sha256(":".join(parts).encode()).hexdigest()

        first = digest("shop", said["realm"], "se cret&ä")
        second = digest("INVITE", said["uri"])
        names = [said[name] for name in ("nonce", "nc", "cnonce", "qop")]
        self.assertEqual(said["response"], digest(first, *names, second))

    def test_transport_tcp_goes_by_tcp(self):
        # It listens at TCP alone: a datagram would find nobody.
        carrier = self.carrier("carrier_answers", more=["-t", "t1"])
        told = self.dial(Sip(self.address(carrier, ";transport=tcp")))
        carrier.finish()
        self.assertEqual(self.outcome(told), ("completed", "true", "200"))
        via = next(line for line in head(carrier, "INVITE") if line.startswith("Via:"))
        self.assertTrue(via.startswith("Via: SIP/2.0/TCP "), via)

    def test_where_the_first_address_is_out_of_service_the_next_is_tried(self):
        first = self.carrier("carrier_unavailable")
        second = self.carrier("carrier_answers")
        sip = Sip()
        # The order is that of the priorities, not of the document.
        sip.uri(self.address(second, "?X-Try=2"), priority=2)
        sip.uri(self.address(first, "?X-Try=1"), priority=1)
        told = self.dial(sip)
        first.finish()
        second.finish()
        self.assertEqual(self.outcome(told), ("completed", "true", "200"))
        self.assertIn("X-Try: 1", head(first, "INVITE"))
        self.assertIn("X-Try: 2", head(second, "INVITE"))
        self.assertLess(first_seen(first), first_seen(second))

    def test_where_every_address_is_out_of_service_the_dial_fails(self):
        both = [self.carrier("carrier_unavailable") for _ in range(2)]
        sip = Sip()
        for priority, carrier in enumerate(both):
            sip.uri(self.address(carrier), priority=priority)
        told = self.dial(sip)
        for carrier in both:
            carrier.finish()
        self.assertEqual(self.outcome(told), ("failed", "false", "503"))

    def test_a_whisper_that_hangs_up_declines(self):
        carrier = self.carrier("carrier_answers")
        whisper = VoiceResponse()
        whisper.hangup()
        told = self.dial(Sip(self.address(carrier), url=self.app.route("/whisper", whisper)))
        carrier.finish()
        self.assertEqual(self.app.wait("/whisper")["CallSid"], told["DialCallSid"])
        self.assertEqual(self.outcome(told), ("completed", "false", "200"))


def head(carrier, method):
    """The lines of the first request with this method, as SIPp wrote it down."""
    text = carrier.messages().replace("\r", "")
    start = text.index(f"\n{method} sip:") + 1
    return text[start : text.index("\n\n", start)].split("\n")


def first_seen(carrier):
    """When it received its first message."""
    return re.search(r"^-+ (\S+ \d\d:\d\d:\d\d\.\d+)", carrier.messages(), re.M)[1]
