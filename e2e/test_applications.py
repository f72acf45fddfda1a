"""Applications, numbers of others that an account may show, and who calls."""

import unittest

from harness import Case, House, free_ports
from harness.config import serve
from harness.sipp import Sipp
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import VoiceResponse

PERSON = "+12025550101"
OWNED = "+12025550190"
THEIRS = "+12025550166"


def pause(seconds):
    document = VoiceResponse()
    document.pause(length=seconds)
    return document


class Applications(Case):
    def make(self, **more):
        self.app.route("/application", pause(0))
        return self.client.applications.create(
            friendly_name="Switchboard",
            voice_url=self.app.url("/application"),
            voice_method="GET",
            status_callback=self.app.url("/application-status"),
            status_callback_method="POST",
            **more,
        )

    def test_one_is_made_changed_listed_and_deleted(self):
        made = self.make(voice_fallback_url=self.app.url("/fallback"))
        self.assertRegex(made.sid, "^AP[0-9a-f]{32}$")
        place = self.client.applications(made.sid)
        self.assertEqual(place.fetch().voice_method, "GET")
        changed = place.update(friendly_name="Reception", voice_method="POST")
        self.assertEqual((changed.friendly_name, changed.voice_method), ("Reception", "POST"))
        self.assertEqual(changed.voice_url, self.app.url("/application"))
        found = self.client.applications.list(friendly_name="Reception")
        self.assertEqual([one.sid for one in found], [made.sid])
        self.assertEqual(self.client.applications.list(friendly_name="Switchboard"), [])
        self.assertTrue(place.delete())
        with self.assertRaises(TwilioRestException) as raised:
            place.fetch()
        self.assertEqual(raised.exception.code, 20404)

    def test_a_call_runs_one_and_what_stands_beside_it_is_ignored(self):
        made = self.make()
        call = self.client.calls.create(
            to=PERSON, from_=OWNED, application_sid=made.sid,
            url=self.app.url("/ignored"), method="POST",
            status_callback=self.app.url("/ignored"),
        )
        asked = self.app.wait("/application", CallSid=call.sid)
        self.assertEqual(asked.method, "GET")
        over = self.app.wait("/application-status", CallSid=call.sid)
        self.assertEqual((over.method, over["CallStatus"]), ("POST", "completed"))
        self.assertEqual(self.app.requests("/ignored"), [])

    def test_a_number_hands_its_calls_to_one(self):
        made = self.make()
        number, = self.client.incoming_phone_numbers.list(phone_number=OWNED)
        number.update(voice_application_sid=made.sid, voice_url=self.app.url("/ignored"))
        document = VoiceResponse()
        document.dial().number(OWNED)
        call = self.place("+12025550155", document=document)
        asked = self.app.wait("/application")
        self.assertEqual((asked["Direction"], asked["To"]), ("inbound", OWNED))
        self.ended(call.sid)
        self.assertEqual(self.app.requests("/ignored"), [])

    def test_one_that_is_not_there_is_refused(self):
        with self.assertRaises(TwilioRestException) as raised:
            self.client.calls.create(to=PERSON, from_=OWNED, application_sid="AP" + "0" * 32)
        self.assertEqual(raised.exception.status, 400)


class Consent(Case):
    """A number is called, hears the code and types it; then it may be shown."""

    def build(self):
        self.port, = free_ports(1, even=True)
        trunk = {"name": "carrier", "host": f"127.0.0.1:{self.port}", "options": False}
        return House(config=serve(trunks=[trunk]))

    def ask(self, typed=None):
        # The carrier has to know the code before the call, which therefore waits a little.
        asked = self.client.validation_requests.create(
            phone_number=THEIRS, friendly_name="Shop", call_delay=4,
            status_callback=self.app.url("/verified"),
        )
        self.assertRegex(asked.validation_code, "^[0-9]{6}$")
        keys = {f"k{place}": key for place, key in enumerate(typed or asked.validation_code, 1)}
        carrier = Sipp("carrier_types", port=self.port, keys=keys)
        self.addCleanup(carrier.close)
        return asked, self.app.wait("/verified", 60)

    def refused(self):
        with self.assertRaises(TwilioRestException) as raised:
            self.client.calls.create(to="+12025550177", from_=THEIRS, twiml="<Response/>")
        return raised.exception.code

    def test_the_code_typed_makes_it_one_that_may_be_shown(self):
        self.assertEqual(self.refused(), 21210)
        asked, told = self.ask()
        self.assertEqual((told["VerificationStatus"], told["CallSid"]),
                         ("success", asked.call_sid))
        one, = self.client.outgoing_caller_ids.list(phone_number=THEIRS)
        self.assertEqual((one.sid, one.friendly_name), (told["OutgoingCallerIdSid"], "Shop"))
        call = self.client.calls.create(to="+12025550177", from_=THEIRS, twiml="<Response/>")
        self.assertEqual((call._from, call.phone_number_sid), (THEIRS, one.sid))
        self.assertEqual(one.update(friendly_name="Bakery").friendly_name, "Bakery")
        self.assertTrue(self.client.outgoing_caller_ids(one.sid).delete())
        self.assertEqual(self.refused(), 21210)

    def test_another_code_leaves_it_as_it_was(self):
        _, told = self.ask(typed="000000")
        self.assertEqual(told["VerificationStatus"], "failed")
        self.assertEqual(self.client.outgoing_caller_ids.list(), [])
        self.assertEqual(self.refused(), 21210)


class CallToken(Case):
    def test_an_incoming_calls_token_lets_its_caller_be_shown(self):
        number, = self.client.incoming_phone_numbers.list(phone_number=OWNED)
        document = VoiceResponse()
        document.say("Please hold the line.")
        number.update(voice_url=self.app.route("/inbound", document))
        # Only who calls from outside is vouched for.
        caller = Sipp("caller_listens", self.house.sip, keys={"caller": "+12025550123"},
                      more=["-s", OWNED])
        self.addCleanup(caller.close)
        asked = self.app.wait("/inbound")
        self.assertTrue(asked["CallToken"])
        forwarded = self.client.calls.create(
            to=PERSON, from_=asked["From"], call_token=asked["CallToken"], twiml="<Response/>"
        )
        self.assertEqual(forwarded._from, asked["From"])
        with self.assertRaises(TwilioRestException) as raised:
            self.client.calls.create(
                to=PERSON, from_=asked["From"], call_token="made up", twiml="<Response/>"
            )
        self.assertEqual(raised.exception.status, 400)
        caller.finish()


if __name__ == "__main__":
    unittest.main()
