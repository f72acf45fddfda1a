"""The official Python SDK, unmodified but for the base URL."""

import unittest
from email.utils import parsedate_to_datetime

from harness import ACCOUNT, Case
from harness.case import EVENTS
from harness.sound import best_tone_share, loudest_db, read_wav
from harness.wait import until
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import VoiceResponse

PERSON = "+12025550101"
BUSY = "+12025550102"
RINGS = "+12025550103"


def talk(*parts):
    """`<Say>` and pauses: a text is said, a number is a pause."""
    document = VoiceResponse()
    for part in parts:
        if isinstance(part, str):
            document.say(part)
        else:
            document.pause(length=part)
    return document


class Calls(Case):
    def test_create_runs_a_call_and_sends_all_four_callbacks_in_order(self):
        call = self.place(PERSON, document=talk("Good morning from the test."))
        self.assertEqual(call.status, "queued")
        self.assertEqual(call.direction, "outbound-api")
        self.assertEqual(call.to, PERSON)
        self.assertEqual(call.to_formatted, "(202) 555-0101")
        self.assertIsNone(call.price)
        self.assertIsNone(call.end_time)
        voice = self.app.wait("/voice")
        self.assertEqual(voice["CallStatus"], "in-progress")
        self.assertEqual(voice["CallSid"], call.sid)
        self.assertEqual(voice["AccountSid"], ACCOUNT)
        self.assertEqual(voice["Direction"], "outbound-api")
        self.assertEqual(voice["ApiVersion"], "2010-04-01")
        for name, same in (("Caller", "From"), ("Called", "To")):
            self.assertEqual(voice[name], voice[same])
        last = self.ended(call.sid)
        self.assertEqual(last["CallStatus"], "completed")
        self.assertGreaterEqual(int(last["CallDuration"]), 1)
        self.assertEqual(last["Duration"], "1")
        self.assertEqual(last["SipResponseCode"], "200")
        self.app.wait_count("/status", 4)
        self.assertEqual(
            self.statuses(call.sid), ["initiated", "ringing", "in-progress", "completed"]
        )
        numbers = [s["SequenceNumber"] for s in self.app.requests("/status")]
        self.assertEqual(sorted(numbers), ["0", "1", "2", "3"])
        for seen in self.app.requests("/status"):
            self.assertEqual(seen["CallbackSource"], "call-progress-events")
            self.assertIsNotNone(parsedate_to_datetime(seen["Timestamp"]))
        done = self.client.calls(call.sid).fetch()
        self.assertEqual(done.status, "completed")
        self.assertEqual(done.duration, last["CallDuration"])
        self.assertIsNotNone(done.start_time)
        self.assertGreaterEqual(done.end_time, done.start_time)

    def test_only_completed_is_subscribed_but_numbers_keep_their_gaps(self):
        call = self.place(PERSON, document=talk(1), status_callback_event=["completed"])
        last = self.ended(call.sid)
        self.assertEqual(last["SequenceNumber"], "3")
        busy = self.place(BUSY, status_callback_event=["completed"])
        last = self.ended(busy.sid)
        self.assertEqual((last["CallStatus"], last["SipResponseCode"]), ("busy", "486"))
        self.assertEqual((last["CallDuration"], last["Duration"]), ("0", "0"))
        self.assertEqual(len(self.app.requests("/status")), 2)

    def test_list_filters_and_pages_by_itself(self):
        sids = [self.place(BUSY, status_callback_event=["completed"]).sid for _ in range(7)]
        for sid in sids:
            self.ended(sid)
        every = self.client.calls.list()
        self.assertEqual([c.sid for c in every], list(reversed(sids)))
        by_pages = self.client.calls.list(page_size=3)
        self.assertEqual([c.sid for c in by_pages], list(reversed(sids)))
        page = self.client.calls.page(page_size=3)
        first = [c.sid for c in page]
        self.assertEqual(first, list(reversed(sids))[:3])
        second = page.next_page()
        self.assertEqual([c.sid for c in second], list(reversed(sids))[3:6])
        self.assertEqual([c.sid for c in second.previous_page()], first)
        self.assertEqual(len(self.client.calls.list(status="busy")), 7)
        self.assertEqual(self.client.calls.list(status="completed"), [])
        self.assertEqual(self.client.calls.list(to=PERSON), [])
        self.assertEqual(len(self.client.calls.list(limit=2)), 2)
        today = every[0].date_created.date()
        self.assertEqual(len(self.client.calls.list(start_time_after=today)), 7)
        self.assertEqual(self.client.calls.list(start_time_before=today), [])

    def test_update_redirects_a_live_call(self):
        call = self.place(PERSON, document=talk("Please wait.", 30))
        self.app.wait("/voice")
        self.app.route("/other", talk("Now something else."))
        changed = self.client.calls(call.sid).update(url=self.app.url("/other"), method="POST")
        self.assertEqual(changed.sid, call.sid)
        other = self.app.wait("/other")
        self.assertEqual(other["CallStatus"], "in-progress")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")

    def test_update_with_twiml_takes_the_place_of_the_running_verb(self):
        call = self.place(PERSON, document=talk(30))
        self.app.wait("/voice")
        document = VoiceResponse()
        document.redirect(self.app.route("/last", talk("Goodbye.")))
        self.client.calls(call.sid).update(twiml=str(document))
        self.app.wait("/last")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")

    def test_update_hangs_up(self):
        call = self.place(PERSON, document=talk(60))
        self.app.wait("/voice")
        self.client.calls(call.sid).update(status="completed")
        self.assertEqual(self.ended(call.sid, 5)["CallStatus"], "completed")
        self.assertEqual(self.client.calls(call.sid).fetch().status, "completed")

    def test_update_cancels_what_still_rings(self):
        call = self.place(RINGS, timeout=30)
        self.app.wait("/status", CallStatus="ringing")
        self.client.calls(call.sid).update(status="canceled")
        last = self.ended(call.sid, 5)
        self.assertEqual((last["CallStatus"], last["SipResponseCode"]), ("canceled", "487"))
        self.assertEqual(self.app.requests("/voice"), [])

    def test_a_phone_that_rings_for_ever_is_no_answer_after_the_timeout(self):
        call = self.place(RINGS, timeout=5)
        last = self.ended(call.sid, 15)
        self.assertEqual((last["CallStatus"], last["CallDuration"]), ("no-answer", "0"))
        self.assertEqual(last["SequenceNumber"], "2")

    def test_delete_takes_ended_calls_only(self):
        call = self.place(PERSON, document=talk(20))
        self.app.wait("/voice")
        self.fails(20009, lambda: self.client.calls(call.sid).delete())
        self.client.calls(call.sid).update(status="completed")
        self.ended(call.sid)
        self.assertTrue(self.client.calls(call.sid).delete())
        self.fails(20404, lambda: self.client.calls(call.sid).fetch(), 404)
        self.assertEqual(self.client.calls.list(), [])

    def test_gather_hears_the_key_and_asks_the_action(self):
        document = VoiceResponse()
        gather = document.gather(num_digits=1, action="/pressed", timeout=10)
        gather.say("Press one to go on.")
        self.app.route("/pressed", talk("Thank you."))
        call = self.place("+12025550106", document=document)
        self.assertEqual(self.app.wait("/pressed", 20)["Digits"], "1")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")

    def fails(self, code, act, status=None):
        with self.assertRaises(TwilioRestException) as raised:
            act()
        self.assertEqual(raised.exception.code, code, raised.exception)
        if status:
            self.assertEqual(raised.exception.status, status)

    def test_errors_have_their_codes(self):
        calls = self.client.calls
        stranger = self.house.client(token="0" * 32)
        other = self.house.client(account="AC" + "f" * 32)
        voice = self.app.url("/voice")
        nobody = "CA" + "0" * 32
        good = {"to": PERSON, "from_": "+12025550190", "url": voice}
        self.fails(20003, lambda: stranger.calls(nobody).fetch(), 401)
        self.fails(20003, lambda: other.calls(nobody).fetch(), 401)
        self.fails(20404, lambda: calls(nobody).fetch(), 404)
        self.fails(20404, lambda: self.client.recordings("RE" + "0" * 32).fetch(), 404)
        self.fails(21201, lambda: calls.create(**{**good, "to": ""}), 400)
        self.fails(21213, lambda: calls.create(**{**good, "from_": ""}), 400)
        self.fails(21205, lambda: calls.create(to=PERSON, from_="+12025550190"), 400)
        self.fails(21205, lambda: calls.create(**{**good, "url": "not a url"}), 400)
        self.fails(21211, lambda: calls.create(**{**good, "to": "+1"}), 400)
        status, _, body = self.house.ask(
            "GET", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json?PageSize=1001"
        )
        self.assertEqual((status, body["code"]), (400, 20007))
        call = self.place(BUSY)
        self.ended(call.sid)
        self.fails(21220, lambda: calls(call.sid).update(url=voice), 400)

    def test_account_is_told(self):
        account = self.client.api.accounts(ACCOUNT).fetch()
        self.assertEqual((account.sid, account.status), (ACCOUNT, "active"))


class Strict(Case):
    def build(self):
        from harness import House

        return House(["--strict"])

    def test_strict_refuses_numbers_that_are_not_ours(self):
        with self.assertRaises(TwilioRestException) as raised:
            self.place(PERSON, document=talk(1), from_="+12125551234")
        self.assertEqual(raised.exception.code, 21210)
        call = self.place(PERSON, document=talk(1), from_="+12025550190")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")


class Recordings(Case):
    def test_a_recorded_call_is_listed_downloaded_and_deleted(self):
        call = self.place(
            PERSON,
            document=talk("This sentence is kept for later.", 1),
            record=True,
            recording_channels="dual",
            recording_status_callback=self.app.url("/recording"),
            recording_status_callback_event=["in-progress", "completed"],
        )
        last = self.ended(call.sid)
        told = self.app.wait("/recording", RecordingStatus="completed")
        self.app.wait("/recording", RecordingStatus="in-progress")
        self.assertEqual(told["CallSid"], call.sid)
        self.assertEqual(told["RecordingSource"], "OutboundAPI")
        self.assertEqual(told["RecordingChannels"], "2")
        self.assertEqual(last["RecordingSid"], told["RecordingSid"])
        sid = told["RecordingSid"]
        self.assertEqual([r.sid for r in self.client.recordings.list()], [sid])
        self.assertEqual([r.sid for r in self.client.calls(call.sid).recordings.list()], [sid])
        recording = self.client.recordings(sid).fetch()
        self.assertEqual((recording.status, recording.channels), ("completed", 2))
        self.assertEqual(recording.duration, told["RecordingDuration"])
        self.assertEqual(recording.call_sid, call.sid)
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}"
        self.assertEqual(told["RecordingUrl"].split("/2010", 1)[1], path.split("/2010", 1)[1])
        status, headers, wav = self.house.ask("GET", path + ".wav")
        self.assertEqual((status, headers["Content-Type"]), (200, "audio/x-wav"))
        samples, rate = read_wav(wav)
        self.assertEqual((rate, len(samples)), (8000, 2))
        self.assertAlmostEqual(len(samples[0]) / rate, int(recording.duration), delta=1.1)
        for channel, side in enumerate(("what we said", "what the phone said")):
            self.assertGreater(max(loudest_db(s, rate) for s in samples), -40, side)
            self.assertGreater(loudest_db(samples[channel], rate), -40, side)
        status, headers, mp3 = self.house.ask("GET", path + ".mp3")
        self.assertEqual((status, headers["Content-Type"]), (200, "audio/mpeg"))
        self.assertTrue(mp3[:3] == b"ID3" or mp3[0] == 0xFF and mp3[1] & 0xE0 == 0xE0, mp3[:4])
        self.assertGreater(len(mp3), 2000)
        under_call = f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{call.sid}/Recordings/{sid}.wav"
        self.assertEqual(self.house.ask("GET", under_call)[0], 200)
        self.assertTrue(self.client.recordings(sid).delete())
        self.assertEqual(self.house.ask("GET", path + ".wav")[0], 404)

    def test_the_record_verb_keeps_a_voicemail(self):
        document = VoiceResponse()
        document.record(
            max_length=3,
            play_beep=True,
            action="/recorded",
            recording_status_callback=self.app.url("/recording"),
        )
        self.app.route("/recorded", talk("Thank you."))
        call = self.place(PERSON, document=document)
        action = self.app.wait("/recorded", 20)
        self.assertRegex(action["RecordingSid"], "^RE[0-9a-f]{32}$")
        told = self.app.wait("/recording", RecordingStatus="completed")
        self.assertEqual(told["RecordingSource"], "RecordVerb")
        self.assertEqual(told["RecordingSid"], action["RecordingSid"])
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")

    def test_play_of_a_file_is_heard(self):
        from pathlib import Path

        from harness.sound import tone_file

        tone = Path(self.house.folder.name) / "tone.wav"
        tone_file(tone, 620, seconds=2)
        from harness import Reply

        payload = tone.read_bytes()
        self.app.route("/tone.wav", Reply(payload, headers={"Content-Type": "audio/wav"}))
        self.all_signed = False  # Media is fetched without parameters, and the file is public.
        document = VoiceResponse()
        document.play(self.app.url("/tone.wav"))
        call = self.place(
            PERSON, document=document, record=True, recording_channels="dual",
            recording_status_callback=self.app.url("/recording"),
        )
        told = self.app.wait("/recording", 20, RecordingStatus="completed")
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{told['RecordingSid']}.wav"
        samples, rate = read_wav(self.house.ask("GET", path)[2])
        share = max(best_tone_share(s, rate, 620) for s in samples)
        self.assertGreater(share, 0.8)
        self.ended(call.sid)


class Numbers(Case):
    def test_incoming_phone_numbers_are_created_changed_and_given_back(self):
        numbers = self.client.incoming_phone_numbers
        owned = [n.phone_number for n in numbers.list()]
        self.assertIn("+12025550190", owned)
        voice = self.app.route("/owned", talk("You have reached the new number."))
        made = numbers.create(phone_number="+12025550177", voice_url=voice, friendly_name="Desk")
        self.assertRegex(made.sid, "^PN[0-9a-f]{32}$")
        self.assertEqual((made.phone_number, made.voice_url), ("+12025550177", voice))
        self.assertEqual(numbers(made.sid).fetch().friendly_name, "Desk")
        self.assertEqual([n.sid for n in numbers.list(phone_number="+12025550177")], [made.sid])
        changed = numbers(made.sid).update(friendly_name="Hall", voice_method="GET")
        self.assertEqual((changed.friendly_name, changed.voice_method), ("Hall", "GET"))
        document = VoiceResponse()
        document.dial().number("+12025550177")
        call = self.place(PERSON, document=document)
        asked = self.app.wait("/owned")
        self.assertEqual((asked.method, asked["Direction"]), ("GET", "inbound"))
        self.assertEqual(asked["To"], "+12025550177")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")
        self.assertTrue(numbers(made.sid).delete())
        with self.assertRaises(TwilioRestException) as raised:
            numbers(made.sid).fetch()
        self.assertEqual(raised.exception.code, 20404)
        self.assertNotIn("+12025550177", [n.phone_number for n in numbers.list()])

    def test_dialling_an_owned_number_is_an_inbound_call_to_its_url(self):
        number = until(
            lambda: [
                n
                for n in self.client.incoming_phone_numbers.list()
                if n.phone_number == "+12025550190"
            ],
            5,
            "the owned number",
        )[0]
        number.update(
            voice_url=self.app.route("/inbound", talk("Hello from the number.")),
            status_callback=self.app.url("/inbound-status"),
        )
        document = VoiceResponse()
        dial = document.dial(action="/dialled", caller_id=PERSON)
        dial.number("+12025550190", status_callback_event=" ".join(EVENTS),
                    status_callback=self.app.url("/child"))
        self.app.route("/dialled", VoiceResponse())
        call = self.place("+12025550155", document=document)
        inbound = self.app.wait("/inbound")
        self.assertEqual((inbound["Direction"], inbound["CallStatus"]), ("inbound", "ringing"))
        self.assertNotEqual(inbound["CallSid"], call.sid)
        done = self.app.wait("/dialled", 20)
        self.assertEqual(done["DialCallStatus"], "completed")
        self.assertEqual(self.ended(inbound["CallSid"], path="/inbound-status")["Direction"],
                         "inbound")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")


if __name__ == "__main__":
    unittest.main()
