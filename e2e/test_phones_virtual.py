"""Each number of the virtual phone network behaves as its table says."""

import os
from email.utils import parsedate_to_datetime
from pathlib import Path

from harness import ACCOUNT, Case, House, free_ports
from harness.sound import best_tone_share, loudest_db, read_wav
from harness.wait import until
from twilio.twiml.voice_response import VoiceResponse


def pause(seconds):
    document = VoiceResponse()
    document.pause(length=seconds)
    return document


class VirtualPhones(Case):
    def outcome(self, to, document=None, seconds=30, **more):
        """Places a call and waits for its end."""
        call = self.place(to, document=document or pause(3), **more)
        return call, self.ended(call.sid, seconds)

    def recorded(self, to, seconds):
        """What the phone says: both channels of a dual recording, louder one by the phone."""
        _, last = self.outcome(
            to,
            pause(seconds),
            record=True,
            recording_channels="dual",
            trim="do-not-trim",
            recording_status_callback=self.app.url("/recording"),
        )
        self.assertEqual(last["CallStatus"], "completed")
        told = self.app.wait("/recording", RecordingStatus="completed")
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{told['RecordingSid']}.wav"
        samples, rate = read_wav(self.house.ask("GET", path)[2])
        return max(samples, key=lambda s: loudest_db(s, rate)), rate

    def test_101_answers_after_a_second_and_says_hello(self):
        samples, rate = self.recorded("+12025550101", 4)
        self.assertGreater(loudest_db(samples[: 3 * rate], rate), -35)
        told = {s["CallStatus"]: parsedate_to_datetime(s["Timestamp"])
                for s in self.app.requests("/status")}
        waited = told["in-progress"] - told["ringing"]
        self.assertIn(waited.total_seconds(), (1, 2))

    def test_102_is_busy(self):
        call, last = self.outcome("+12025550102")
        self.assertEqual((last["CallStatus"], last["SipResponseCode"]), ("busy", "486"))
        self.assertEqual(self.client.calls(call.sid).fetch().status, "busy")
        self.assertEqual(self.app.requests("/voice"), [])

    def test_103_rings_for_ever(self):
        _, last = self.outcome("+12025550103", timeout=5)
        self.assertEqual(last["CallStatus"], "no-answer")

    def test_104_does_not_exist(self):
        _, last = self.outcome("+12025550104")
        self.assertEqual((last["CallStatus"], last["SipResponseCode"]), ("failed", "404"))

    def test_105_greets_at_length_and_beeps(self):
        samples, rate = self.recorded("+12025550105", 22)
        loud = [at for at in range(0, len(samples) - rate, rate)
                if loudest_db(samples[at : at + rate], rate) > -40]
        self.assertGreater(len(loud), 7, "a long greeting")
        beeps = [hz for hz in range(800, 1500, 20) if best_tone_share(samples, rate, hz) > 0.7]
        self.assertTrue(beeps, "a beep")

    def test_106_presses_one_when_the_prompt_falls_silent(self):
        document = VoiceResponse()
        gather = document.gather(num_digits=1, timeout=10, action="/keys")
        gather.say("Welcome. To be connected with a person, press one.")
        self.app.route("/keys", pause(1))
        call = self.place("+12025550106", document=document)
        self.assertEqual(self.app.wait("/keys", 20)["Digits"], "1")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")

    def test_107_hangs_up_after_three_seconds(self):
        _, last = self.outcome("+12025550107", pause(30))
        self.assertEqual(last["CallStatus"], "completed")
        self.assertIn(last["CallDuration"], ("3", "4"))

    def test_108_declines(self):
        _, last = self.outcome("+12025550108")
        self.assertEqual(last["SipResponseCode"], "603")
        self.assertIn(last["CallStatus"], ("no-answer", "busy"))
        self.assertEqual(last["CallDuration"], "0")

    def test_109_answers_with_the_tone_of_a_fax(self):
        samples, rate = self.recorded("+12025550109", 4)
        self.assertGreater(best_tone_share(samples, rate, 2100), 0.7)

    def test_every_other_number_is_a_person(self):
        _, last = self.outcome("+4930901820", pause(2))
        self.assertEqual(last["CallStatus"], "completed")

    def test_the_table_is_printed(self):
        told = self.house.run("dev", "--phones")
        self.assertEqual(told.returncode, 0, told.stderr)
        for number in range(101, 110):
            self.assertIn(f"+12025550{number}", told.stdout)


class SoundPorts(Case):
    """`dev --media-ports`: two of them on one address share no port."""

    def build(self):
        # Two pairs for each sound thread, and one port that begins none.
        self.ports = free_ports(4 * os.cpu_count() + 2)
        return House(["--media-ports", f"{self.ports[0]}-{self.ports[-1]}"])

    def taken(self):
        """UDP ports of our addresses that are not free."""
        rows = Path("/proc/net/udp").read_text().splitlines()[1:]
        ports = {int(row.split()[1].split(":")[1], 16) for row in rows}
        return ports & set(range(self.ports[0], self.ports[-1] + 1))

    def test_sound_takes_ports_of_the_range_alone(self):
        before = self.taken()
        call = self.place("+12025550101", document=pause(60))
        self.app.wait("/status", CallStatus="in-progress")
        first, second = sorted(self.taken() - before)
        self.assertEqual((first % 2, second), (0, first + 1))
        self.client.calls(call.sid).update(status="completed")
        self.ended(call.sid)
        until(lambda: self.taken() == before, 10, "ports that are free again")

    def test_a_range_without_room_is_refused_in_one_sentence(self):
        for range_ in ("30000", "1000-1999", "30000-30002"):
            done = self.house.run("dev", "--media-ports", range_)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
            self.assertIn("--media-ports <FIRST-LAST>", done.stderr)
