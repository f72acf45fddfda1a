"""What `POST /Calls` can be told, seen on real calls, and the forms in which it is answered."""

import csv
import io
import subprocess
import unittest
import xml.etree.ElementTree as ET

from harness import ACCOUNT, TOKEN, Case, Reply
from harness.sound import loudest_db, read_wav
from harness.tunnel import clean_environment
from harness.wait import until
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import VoiceResponse

PERSON = "+12025550101"
BUSY = "+12025550102"
RINGS = "+12025550103"
OWNED = "+12025550190"
CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls"


def pause(seconds):
    document = VoiceResponse()
    document.pause(length=seconds)
    return document


class Create(Case):
    def test_everything_at_once(self):
        call = self.place(
            PERSON,
            document=pause(1),
            method="GET",
            fallback_url=self.app.url("/fallback"),
            fallback_method="GET",
            status_callback_method="GET",
            send_digits="ww1234#",
            timeout=20,
            record=True,
            recording_channels="dual",
            recording_track="both",
            recording_status_callback=self.app.url("/recording"),
            recording_status_callback_method="GET",
            recording_status_callback_event=["in-progress", "completed", "absent"],
            trim="do-not-trim",
            sip_auth_username="alice",
            sip_auth_password="wonderland",
            machine_detection_timeout=10,
            machine_detection_speech_threshold=2000,
            machine_detection_speech_end_threshold=1000,
            machine_detection_silence_timeout=4000,
            async_amd="false",
            async_amd_status_callback=self.app.url("/amd"),
            async_amd_status_callback_method="POST",
            caller_id="+12025550199",
            call_reason="Your order has arrived",
            time_limit=60,
        )
        voice = self.app.wait("/voice")
        self.assertEqual((voice.method, voice["CallSid"]), ("GET", call.sid))
        self.assertEqual(self.ended(call.sid).method, "GET")
        self.assertEqual(self.app.wait("/recording", RecordingStatus="in-progress").method, "GET")
        told = self.app.wait("/recording", RecordingStatus="completed")
        self.assertEqual((told["RecordingChannels"], told["RecordingTrack"]), ("2", "both"))
        row = self.client.calls(call.sid).fetch()
        for secret in ("wonderland", "alice"):
            self.assertNotIn(secret, str(vars(row)))
            self.assertNotIn(secret, self.house.said())

    def test_a_document_in_the_request_is_asked_of_nobody(self):
        document = VoiceResponse()
        document.redirect(self.app.route("/next", pause(0)))
        call = self.place(PERSON, twiml=str(document))
        self.app.wait("/next", CallSid=call.sid)
        self.ended(call.sid)
        # A Url goes before it.
        self.app.route("/voice", pause(0))
        self.app.route("/other", pause(0))
        document = VoiceResponse()
        document.redirect(self.app.url("/other"))
        call = self.client.calls.create(
            to=PERSON, from_=OWNED, url=self.app.url("/voice"), twiml=str(document),
            status_callback=self.app.url("/status"),
        )
        self.app.wait("/voice", CallSid=call.sid)
        self.ended(call.sid)
        self.assertEqual(self.app.requests("/other"), [])

    def test_the_fallback_is_asked_when_the_application_fails(self):
        self.app.route("/voice", Reply("broken", status=500))
        self.app.route("/fallback", pause(0))
        call = self.place(
            PERSON, fallback_url=self.app.url("/fallback"), fallback_method="GET"
        )
        asked = self.app.wait("/fallback", CallSid=call.sid)
        self.assertEqual((asked.method, asked["ErrorCode"]), ("GET", "11200"))
        self.assertEqual(asked["ErrorUrl"], self.app.url("/voice"))
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")
        codes = [n.error_code for n in self.client.calls(call.sid).notifications.list()]
        self.assertIn("11200", codes)

    def test_a_time_limit_ends_the_call(self):
        call = self.place(PERSON, document=pause(60), time_limit=3)
        last = self.ended(call.sid, 15)
        self.assertEqual(last["CallStatus"], "completed")
        self.assertIn(last["CallDuration"], ("3", "4"))

    def test_nothing_said_is_no_recording(self):
        call = self.place(
            BUSY,
            record=True,
            recording_status_callback=self.app.url("/recording"),
            recording_status_callback_event=["in-progress", "completed", "absent"],
        )
        self.ended(call.sid)
        self.assertEqual(self.client.calls(call.sid).recordings.list(), [])
        self.assertEqual(self.app.requests("/recording", RecordingStatus="completed"), [])

    def test_one_track_is_the_far_ends_sound_alone(self):
        call = self.place(
            PERSON,
            document=pause(4),
            record=True,
            recording_channels="dual",
            recording_track="inbound",
            recording_status_callback=self.app.url("/recording"),
        )
        self.ended(call.sid)
        told = self.app.wait("/recording", RecordingStatus="completed")
        self.assertEqual(told["RecordingTrack"], "inbound")
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{told['RecordingSid']}.wav"
        samples, rate = read_wav(self.house.ask("GET", path)[2])
        self.assertGreater(max(loudest_db(each, rate) for each in samples), -40)

    def test_what_is_wrong_has_its_code(self):
        good = {"to": PERSON, "from_": OWNED, "twiml": "<Response/>"}
        for wrong, code in (
            ({"to": ""}, 21201),
            ({"from_": ""}, 21213),
            ({"to": "+1"}, 21211),
            ({"twiml": None}, 21205),
            ({"url": "no address", "twiml": None}, 21205),
            ({"method": "PUT", "url": self.app.url("/voice")}, None),
            ({"send_digits": "1?2"}, None),
            ({"send_digits": "1" * 33}, None),
            ({"timeout": "soon"}, None),
            ({"twiml": "<Response>" + " " * 4000 + "</Response>"}, None),
        ):
            with self.subTest(wrong=wrong):
                with self.assertRaises(TwilioRestException) as raised:
                    self.client.calls.create(**{**good, **wrong})
                self.assertEqual(raised.exception.status, 400)
                if code:
                    self.assertEqual(raised.exception.code, code)
        self.assertEqual(self.client.calls.list(), [])


    def test_a_callback_that_cannot_be_told_is_a_warning(self):
        call = self.client.calls.create(
            to=BUSY, from_=OWNED, twiml="<Response/>", status_callback="no address"
        )
        found = until(
            lambda: self.client.calls(call.sid).notifications.list(), 10, "the warning"
        )
        self.assertEqual([one.error_code for one in found], ["21609"])


class Update(Case):
    def test_a_redirect_in_the_middle_of_a_dial_hangs_up_the_child(self):
        document = VoiceResponse()
        document.dial(action="/dialled").number(
            PERSON, status_callback=self.app.url("/child"),
            status_callback_event="initiated ringing answered completed",
        )
        call = self.place("+12025550155", document=document)
        child = self.app.wait("/child", CallStatus="in-progress")
        self.app.route("/other", pause(1))
        self.client.calls(call.sid).update(url=self.app.url("/other"))
        self.app.wait("/other", CallSid=call.sid)
        over = self.app.wait("/child", CallStatus="completed")
        self.assertEqual((over["CallSid"], over["ParentCallSid"]), (child["CallSid"], call.sid))
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")
        self.assertEqual(self.app.requests("/dialled"), [])
        found = self.client.calls.list(parent_call_sid=call.sid)
        self.assertEqual([each.sid for each in found], [child["CallSid"]])

    def test_a_redirect_in_the_middle_of_a_gather_and_of_a_recording(self):
        for verb in ("gather", "record"):
            document = VoiceResponse()
            getattr(document, verb)(timeout=30, action="/acted")
            call = self.place(PERSON, path=f"/{verb}", document=document)
            self.app.wait(f"/{verb}", CallSid=call.sid)
            self.app.route("/other", pause(0))
            self.client.calls(call.sid).update(url=self.app.url("/other"), method="GET")
            self.assertEqual(self.app.wait("/other", CallSid=call.sid).method, "GET")
            self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")

    def test_two_updates_that_race_leave_one_call_with_one_of_them(self):
        call = self.place(PERSON, document=pause(60))
        self.app.wait("/voice")
        self.app.route("/first", pause(60))
        self.app.route("/second", pause(60))
        place = self.client.calls(call.sid)
        place.update(url=self.app.url("/first"))
        place.update(url=self.app.url("/second"))
        self.app.wait("/second", CallSid=call.sid)
        place.update(status="completed")
        with self.assertRaises(TwilioRestException) as raised:
            place.update(status="canceled")
            place.update(url=self.app.url("/first"))
        self.assertEqual(raised.exception.code, 21220)
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")
        self.assertEqual(len([s for s in self.app.requests("/status", CallSid=call.sid)
                              if s["CallStatus"] == "completed"]), 1)

    def test_a_time_limit_can_be_set_on_a_live_call(self):
        call = self.place(PERSON, document=pause(60))
        self.app.wait("/voice")
        self.client.calls(call.sid).update(time_limit=2)
        self.assertEqual(self.ended(call.sid, 15)["CallStatus"], "completed")


class Below(Case):
    """What a call's life writes by itself."""

    def test_events_hold_each_request_and_its_answer(self):
        call = self.place(PERSON, document=pause(0))
        self.ended(call.sid)
        events = self.app.seen.wait_for(
            lambda _: (found := self.client.calls(call.sid).events.list())
            and any("/voice" in event.request["url"] for event in found)
            and found,
            10, "the event",
        )
        event = next(e for e in events if "/voice" in e.request["url"])
        self.assertEqual(event.request["method"], "POST")
        self.assertEqual(event.response["response_code"], 200)
        self.assertIn("<Pause", event.response["response_body"])

    def test_a_warning_is_a_notification_of_the_call(self):
        self.app.route("/voice", "<Response><Nonsense/></Response>")
        call = self.place(PERSON)
        self.ended(call.sid)
        found = self.client.calls(call.sid).notifications.list()
        self.assertEqual(len(found), 1)
        notification = self.client.calls(call.sid).notifications(found[0].sid).fetch()
        self.assertEqual(notification.call_sid, call.sid)
        self.assertEqual(notification.request_url, self.app.url("/voice"))
        self.assertTrue(notification.error_code.startswith("12"), notification.error_code)

    def test_deleting_takes_the_events_and_leaves_the_recordings(self):
        call = self.place(
            PERSON, document=pause(1), record=True,
            recording_status_callback=self.app.url("/recording"),
        )
        self.ended(call.sid)
        told = self.app.wait("/recording", RecordingStatus="completed")
        self.assertTrue(self.client.calls(call.sid).delete())
        self.assertEqual(self.client.calls.list(), [])
        self.assertEqual(self.client.recordings(told["RecordingSid"]).fetch().status, "completed")
        for below in ("", "/Events", "/Recordings"):
            status, _, body = self.house.ask("GET", f"{CALLS}/{call.sid}{below}.json")
            self.assertEqual((status, body["code"]), (404, 20404), below)


class Forms(Case):
    """The forms of an answer, asked for by curl."""

    def curl(self, path, *words):
        done = subprocess.run(
            ["curl", "-sS", "--fail-with-body", "-u", f"{ACCOUNT}:{TOKEN}", *words,
             self.house.base + path],
            capture_output=True, text=True, timeout=20, env=clean_environment(),
        )
        return done.stdout

    def setUp(self):
        super().setUp()
        self.sids = []
        for _ in range(3):
            call = self.place(BUSY)
            self.ended(call.sid)
            self.sids.insert(0, call.sid)

    def test_xml_is_well_formed_and_says_what_json_says(self):
        page = ET.fromstring(self.curl(f"{CALLS}.xml?PageSize=2&Status=busy"))
        self.assertEqual(page.tag, "TwilioResponse")
        calls = page.find("Calls")
        self.assertEqual([one.findtext("Sid") for one in calls.findall("Call")], self.sids[:2])
        self.assertEqual((calls.get("page"), calls.get("pagesize")), ("0", "2"))
        following = ET.fromstring(self.curl(calls.get("nextpageuri")))
        self.assertEqual([one.findtext("Sid") for one in following.iter("Call")], self.sids[2:])
        one = ET.fromstring(self.curl(f"{CALLS}/{self.sids[0]}"))
        _, _, same = self.house.ask("GET", f"{CALLS}/{self.sids[0]}.json")
        call = one.find("Call")
        for tag, name in (("Status", "status"), ("To", "to"), ("StartTime", "start_time"),
                          ("Duration", "duration"), ("PhoneNumberSid", "phone_number_sid")):
            self.assertEqual(call.findtext(tag) or None, same[name] or None, tag)
        fault = ET.fromstring(self.curl(f"{CALLS}/CA{'0' * 32}.xml")).find("RestException")
        self.assertEqual((fault.findtext("Code"), fault.findtext("Status")), ("20404", "404"))

    def test_csv_is_a_table_with_the_columns_of_json(self):
        table = list(csv.DictReader(io.StringIO(self.curl(f"{CALLS}.csv"))))
        self.assertEqual([row["sid"] for row in table] if "sid" in table[0]
                         else [row["Sid"] for row in table], self.sids)
        _, _, page = self.house.ask("GET", f"{CALLS}.json")
        wanted = set(page["calls"][0]) - {"subresource_uris"}
        self.assertEqual({name.lower().replace("_", "") for name in table[0]},
                         {name.replace("_", "") for name in wanted})

    def test_creating_is_answered_in_the_form_it_asks_for(self):
        said = self.curl(
            f"{CALLS}.xml", "-d", f"To=%2B12025550102&From=%2B12025550190&Twiml=%3CResponse/%3E"
        )
        call = ET.fromstring(said).find("Call")
        self.assertEqual(call.findtext("Status"), "queued")


if __name__ == "__main__":
    unittest.main()
