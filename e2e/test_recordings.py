"""Recordings that the official SDK begins, pauses, resumes and stops, measured in their files.

The phone greets at length; our document plays a tone and asks for itself again when it is over.
Each such request is a beat by which the test goes on, so that it waits for no clock."""

import time
from pathlib import Path

from harness import ACCOUNT, Case, Reply
from harness.sound import best_tone_share, loudest_db, read_wav, tone_file
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import VoiceResponse

GREETS = "+12025550105"
RINGS = "+12025550103"
TONE_HZ = 620


def longest_gap(samples):
    """The longest run of nothing at all: where it begins and ends, in samples."""
    best, begun = (0, 0), None
    for at, sample in enumerate([*samples, 1.0]):
        if sample == 0.0:
            begun = at if begun is None else begun
        elif begun is not None:
            best = max(best, (begun, at), key=lambda run: run[1] - run[0])
            begun = None
    return best


class Recordings(Case):
    all_signed = False  # The tone is fetched without a signature.

    def setUp(self):
        super().setUp()
        tone = Path(self.house.folder.name) / "tone.wav"
        tone_file(tone, TONE_HZ, seconds=1.5)
        audio = Reply(tone.read_bytes(), headers={"Content-Type": "audio/wav"})
        self.app.route("/tone.wav", audio)
        document = VoiceResponse()
        document.play(self.app.url("/tone.wav"))
        document.redirect(self.app.url("/beat"))
        self.app.route("/beat", document)
        self.beats = 0

    def talk(self, to=GREETS, document=None):
        call = self.place(to, path="/beat" if document is None else "/voice", document=document)
        if document is None:
            self.beat()
        return call

    def beat(self, count=1):
        self.beats += count
        self.app.wait_count("/beat", self.beats)

    def begin(self, call, **more):
        more.setdefault("recording_channels", "dual")
        more.setdefault("recording_status_callback", self.app.url("/recording"))
        more.setdefault("recording_status_callback_event", ["in-progress", "completed", "absent"])
        return self.client.calls(call.sid).recordings.create(**more)

    def change(self, call, status, name="Twilio.CURRENT", **more):
        return self.client.calls(call.sid).recordings(name).update(status=status, **more)

    def sound(self, sid):
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}.wav"
        status, _, wav = self.house.ask("GET", path)
        self.assertEqual(status, 200, wav)
        return read_wav(wav)

    def hang_up(self, call):
        self.client.calls(call.sid).update(status="completed")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")

    def paused(self, behavior):
        """A recording with a pause in its middle: what it holds, its length and the pause's."""
        call = self.talk()
        recording = self.begin(call)
        begun = time.monotonic()
        self.assertEqual((recording.status, recording.channels), ("in-progress", 2))
        self.assertEqual(recording.source, "StartCallRecordingAPI")
        self.assertIsNone(recording.duration)
        told = self.app.wait("/recording", RecordingStatus="in-progress")
        self.assertEqual((told["CallSid"], told["RecordingSid"]), (call.sid, recording.sid))
        self.beat()
        paused = self.change(call, "paused", pause_behavior=behavior)
        pause_begun = time.monotonic()
        self.assertEqual((paused.sid, paused.status), (recording.sid, "paused"))
        self.assertEqual(self.client.recordings(recording.sid).fetch().status, "paused")
        self.beat(2)
        resumed = self.change(call, "in-progress", recording.sid)
        pause = time.monotonic() - pause_begun
        self.assertEqual(resumed.status, "in-progress")
        self.beat(2)
        stopped = self.change(call, "stopped")
        whole = time.monotonic() - begun
        self.assertEqual(stopped.status, "stopped")
        told = self.app.wait("/recording", RecordingStatus="completed")
        self.assertEqual(told["RecordingSource"], "StartCallRecordingAPI")
        done = self.client.recordings(recording.sid).fetch()
        self.assertEqual((done.status, done.duration), ("completed", told["RecordingDuration"]))
        self.hang_up(call)
        self.assertGreater(pause, 1.5)
        samples, rate = self.sound(recording.sid)
        self.assertEqual(len(samples), 2)
        self.assertAlmostEqual(len(samples[0]) / rate, int(done.duration), delta=0.51)
        self.assertGreater(loudest_db(samples[0], rate), -40, "the phone's voice")
        first, last = samples[1][: int(rate * 1.2)], samples[1][-int(rate * 1.2) :]
        self.assertGreater(best_tone_share(first, rate, TONE_HZ), 0.8, "our tone")
        self.assertGreater(best_tone_share(last, rate, TONE_HZ), 0.8, "our tone, afterwards")
        return samples, rate, whole, pause

    def test_a_pause_that_is_skipped_makes_the_recording_shorter_by_it(self):
        samples, rate, whole, pause = self.paused("skip")
        self.assertAlmostEqual(len(samples[0]) / rate, whole - pause, delta=0.5)
        begun, ended = longest_gap(samples[1])
        self.assertLess((ended - begun) / rate, 0.8)

    def test_a_pause_that_is_kept_is_silent_on_both_channels(self):
        samples, rate, whole, pause = self.paused("silence")
        self.assertAlmostEqual(len(samples[0]) / rate, whole, delta=0.5)
        # Both are silent together, so the voice pauses with the tone.
        begun, ended = longest_gap(abs(samples).sum(0))
        self.assertAlmostEqual((ended - begun) / rate, pause, delta=0.5)

    def test_a_recording_goes_on_through_a_dial_and_holds_both_voices(self):
        document = VoiceResponse()
        document.pause(length=1)
        document.dial(time_limit=4, action="/beat").number("+12025550109")
        call = self.talk(document=document)
        self.app.wait("/voice")
        recording = self.begin(call)
        self.beat(2)
        self.change(call, "stopped")
        self.app.wait("/recording", RecordingStatus="completed")
        self.hang_up(call)
        samples, rate = self.sound(recording.sid)
        self.assertGreater(loudest_db(samples[0], rate), -40, "the phone's voice")
        self.assertGreater(best_tone_share(samples[1], rate, 2100), 0.7, "whom it was joined to")
        self.assertGreater(best_tone_share(samples[1], rate, TONE_HZ), 0.8, "what came then")

    def refused(self, code, act):
        with self.assertRaises(TwilioRestException) as raised:
            act()
        self.assertEqual(raised.exception.code, code, raised.exception)

    def test_what_is_refused_has_its_number(self):
        ringing = self.talk(RINGS, VoiceResponse())
        self.app.wait("/status", CallStatus="ringing")
        self.refused(21220, lambda: self.begin(ringing))
        self.client.calls(ringing.sid).update(status="canceled")
        call = self.talk()
        self.refused(20404, lambda: self.change(call, "stopped"))
        first = self.begin(call)
        self.assertEqual(self.begin(call, recording_channels="mono").sid, first.sid)
        self.assertEqual(len(self.client.calls(call.sid).recordings.list()), 1)
        self.refused(20009, lambda: self.client.recordings(first.sid).delete())
        self.refused(20001, lambda: self.change(call, "completed"))
        self.beat()
        self.change(call, "stopped")
        self.refused(21220, lambda: self.change(call, "stopped", first.sid))
        self.app.wait("/recording", RecordingStatus="completed")
        self.hang_up(call)
        self.refused(21220, lambda: self.begin(call))
        under_call = self.client.calls(call.sid).recordings(first.sid)
        self.assertEqual(under_call.fetch().status, "completed")
        self.assertTrue(under_call.delete())
        self.assertEqual(self.client.recordings.list(), [])
        kept = self.client.recordings.list(include_soft_deleted=True)
        self.assertEqual([(r.sid, r.status) for r in kept], [(first.sid, "deleted")])

    def test_a_power_cut_leaves_what_was_recorded_and_that_is_told(self):
        call = self.talk()
        recording = self.begin(call)
        self.beat(3)
        self.house.kill()
        self.house.start()
        told = self.app.wait("/recording", RecordingStatus="completed")
        self.assertEqual(told["RecordingSid"], recording.sid)
        samples, rate = self.sound(recording.sid)
        self.assertGreater(len(samples[0]) / rate, 1.5)
        self.assertGreater(best_tone_share(samples[1], rate, TONE_HZ), 0.8)
