"""What is really heard, listened to by a machine: through RTP, against the source, by decoders that
are not ours (SoX, LAME, multimon-ng, and a reader of RFC 4733 written for this)."""

import subprocess
import tempfile
from pathlib import Path

import numpy
from harness import Case, House, Reply, free_ports
from harness.config import serve
from harness.phone import Phone
from harness.rtp import SILENCE, Ear, align, goertzel, longest_silence, noise_db, tones
from harness.sipp import Sipp
from harness.sound import read_wav
from twilio.twiml.voice_response import VoiceResponse

OURS = "+12025550190"
CARRIED = "+4930901820"
RATE = 8000
FRAME = 160
EVENTS = {"formats": "0 101"}
NO_EVENTS = {"formats": "0"}

# A sweep from 300 to 3,000 Hz that begins at its full level, and ends so: whatever is cut off
# anywhere is missed. Not so loud that mu-law could clip it.
SWEEP_S, PEAK = 1.5, 0.9


def sweep(rate):
    """The source, at any rate."""
    t = numpy.arange(int(SWEEP_S * rate)) / rate
    turns = 300 * t + (3000 - 300) / (2 * SWEEP_S) * t * t
    return PEAK * numpy.cos(2 * numpy.pi * turns)


def sox(*words, data=None):
    run = subprocess.run(["sox", "-R", *map(str, words)], input=data, check=True, capture_output=True)
    return run.stdout


def raw(samples):
    return (samples * 32767).round().astype("<i2").tobytes()


def wav(samples, rate=RATE):
    form = ["-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", rate, "-"]
    return sox(*form, "-t", "wav", "-", data=raw(samples))


class Heard(Case):
    """Calls whose sound we hear packet by packet. `dev` takes SIPp at loopback for a trunk."""

    def setUp(self):
        super().setUp()
        self.place_of_files = tempfile.TemporaryDirectory(prefix="ringback-sound-")
        self.addCleanup(self.place_of_files.cleanup)
        self.folder = Path(self.place_of_files.name)

    def serve_sound(self, path, kind, data, **headers):
        headers = {"Content-Type": kind, **headers}
        return self.app.route(path, Reply(data, headers=headers))

    def call(self, document, formats=EVENTS):
        """Calls in, hears the document to its end, and returns the ear."""
        number = self.client.incoming_phone_numbers.list(phone_number=OURS)[0]
        number.update(voice_url=self.app.route("/voice", document))
        ear = Ear()
        self.addCleanup(ear.close)
        keys = {"caller": "+12025550123", "ear": str(ear.port), **formats}
        caller = Sipp("caller_hears", self.house.sip, keys=keys, more=["-s", OURS])
        self.addCleanup(caller.close)
        caller.finish()
        return ear


class Played(Heard):
    def source(self, name, *form, rate=RATE):
        """A file of this form made of the sweep by SoX, and what SoX reads in it at 8 kHz."""
        plain = self.folder / "plain.wav"
        plain.write_bytes(wav(sweep(rate), rate))
        path = self.folder / name
        sox("-D", plain, *form, path)
        back = self.folder / "back.wav"
        bare = ["-r", RATE, "-c", "1"] if name.endswith((".ul", ".al")) else []
        sox("-D", *bare, path, "-r", RATE, "-c", "1", "-b", "16", "-e", "signed", back)
        return path.read_bytes(), read_wav(back)[0][0]

    def compare(self, name, kind, data, source, floor_db):
        """Plays it, and holds what is heard to the source: at its place, from its first sample to
        its last, in its level, with no more noise than mu-law makes."""
        document = VoiceResponse()
        document.play(self.serve_sound(f"/{name}", kind, data))
        ear = self.call(document)
        heard = ear.sound()
        self.assertEqual(ear.missing(), 0, name)
        at, likeness = align(heard, source)
        self.assertGreater(likeness, 0.99, f"{name}: nothing like its source")
        piece = heard[at : at + len(source)]
        self.assertGreaterEqual(len(piece), len(source) - 8, f"{name}: its end is missing")
        source = source[: len(piece)]
        self.assertGreater(noise_db(piece, source), floor_db, name)
        level = 10 * numpy.log10((piece**2).sum() / (source**2).sum())
        self.assertLess(abs(level), 0.3, f"{name}: {level:.2f} dB off its level")
        # The first syllable: each of its first three packets by itself.
        for begin in range(0, 3 * FRAME, FRAME):
            part = slice(begin, begin + FRAME)
            first = noise_db(piece[part], source[part])
            self.assertGreater(first, floor_db - 8, f"{name}: cut {begin / 8:g} ms into it")
        self.assertFalse(numpy.abs(heard[:at]).max(initial=0) * 32768 > SILENCE, f"{name}: noise before")
        # Nothing touches the end of the scale that the source doesn't.
        self.assertLess(numpy.abs(piece).max(), numpy.abs(source).max() + 0.04, f"{name}: clipped")
        return ear

    def test_each_form_of_wav_is_heard_as_its_source_is(self):
        for name, form, rate in [
            ("pcm16.wav", ["-b", "16"], 8000),
            ("pcm8.wav", ["-b", "8", "-e", "unsigned"], 8000),
            ("pcm24.wav", ["-b", "24"], 44100),
            ("pcm32.wav", ["-b", "32"], 22050),
            ("float.wav", ["-b", "32", "-e", "float"], 16000),
            ("mu.wav", ["-e", "mu-law"], 8000),
            ("a.wav", ["-e", "a-law"], 8000),
            ("stereo.wav", ["-c", "2"], 48000),
            ("gsm.wav", ["-e", "gsm-full-rate"], 8000),
        ]:
            with self.subTest(name):
                data, source = self.source(name, *form, rate=rate)
                self.compare(name, "audio/x-wav", data, source, 28)

    def test_each_form_of_aiff_and_each_bare_form_is_heard_as_its_source_is(self):
        for name, kind, form, rate in [
            ("pcm16.aiff", "audio/aiff", ["-b", "16"], 8000),
            ("pcm24.aiff", "audio/x-aiff", ["-b", "24"], 44100),
            ("pcm16.aifc", "audio/x-aifc", ["-b", "16"], 11025),
            ("bare.gsm", "audio/x-gsm", [], 8000),
            ("other.gsm", "audio/gsm", [], 8000),
            ("bare.ul", "audio/ulaw", [], 8000),
            ("bare.al", "audio/x-alaw", [], 8000),
        ]:
            with self.subTest(name):
                data, source = self.source(name, *form, rate=rate)
                self.compare(name, kind, data, source, 28)

    def test_mp3_is_heard_as_another_decoder_hears_it(self):
        for name, form, rate in [
            ("constant.mp3", ["-b", "64"], 44100),
            ("variable.mp3", ["-V", "4"], 24000),
        ]:
            with self.subTest(name):
                plain, coded, back = (self.folder / n for n in ("plain.wav", name, "back.wav"))
                plain.write_bytes(wav(sweep(rate), rate))
                subprocess.run(["lame", "--quiet", *form, plain, coded], check=True)
                subprocess.run(["lame", "--quiet", "--decode", coded, back], check=True)
                eight = self.folder / "eight.wav"
                sox(back, "-r", RATE, eight)
                source = read_wav(eight)[0][0]
                self.compare(name, "audio/mpeg", coded.read_bytes(), source, 25)
                # What the encoder made of it is still what went into it.
                self.assertGreater(align(source, sweep(RATE))[1], 0.98)

    def test_a_sound_that_is_repeated_or_split_has_no_gap(self):
        # One tone without a break, cut where no packet ends.
        t = numpy.arange(2 * RATE)
        tone = 0.5 * numpy.sin(2 * numpy.pi * 437 * t / RATE + 0.3)
        document = VoiceResponse()
        places = [0, 3_333, 7_001, 11_117, len(tone)]
        for begin, end in zip(places, places[1:], strict=False):
            document.play(self.serve_sound(f"/{begin}.wav", "audio/wav", wav(tone[begin:end])))
        ear = self.call(document)
        heard = ear.sound()
        self.assertEqual(ear.missing(), 0)
        at, likeness = align(heard, tone)
        self.assertGreater(likeness, 0.999, "the joins are heard")
        # Two samples of a tone may be near zero; a break is longer.
        self.assertLess(longest_silence(heard[at : at + len(tone)]), 8)
        whole = 0.5 * numpy.sin(2 * numpy.pi * 400 * numpy.arange(RATE // 4) / RATE)
        document = VoiceResponse()
        document.play(self.serve_sound("/loop.wav", "audio/wav", wav(whole)), loop=4)
        heard = self.call(document).sound()
        at, likeness = align(heard, numpy.tile(whole, 4))
        self.assertGreater(likeness, 0.999, "the repetitions are heard")

    def test_between_speech_and_sound_there_is_less_than_a_packet(self):
        low = 0.5 * numpy.sin(2 * numpy.pi * 500 * numpy.arange(3_001) / RATE)
        fresh = {"Cache-Control": "max-age=600"}
        first = self.serve_sound("/low.wav", "audio/wav", wav(low), **fresh)
        last = self.serve_sound("/last.wav", "audio/wav", wav(low[::-1]), **fresh)

        def distance(times):
            """Samples between the two tones, with so many times the same words between."""
            document = VoiceResponse()
            document.play(first)
            for _ in range(times):
                document.say("One moment, please.")
            document.play(last)
            ear = self.call(document)
            self.assertEqual(ear.missing(), 0)
            stamps = [packet.timestamp for packet in ear.packets()]
            steps = {(b - a) % 2**32 for a, b in zip(stamps, stamps[1:], strict=False)}
            self.assertEqual(steps, {FRAME}, "the stream has a hole")
            heard = ear.sound()
            begin, likeness = align(heard[: 2 * len(low)], low)
            self.assertGreater(likeness, 0.99)
            end, likeness = align(heard[begin + len(low) :], low[::-1])
            self.assertGreater(likeness, 0.99)
            return end

        distance(1)  # Spoken once, the words lie in the cache.
        one, two = distance(1), distance(2)
        # Words and two joins; words twice and three joins: twice the one less the other is a join.
        join = 2 * one - two
        self.assertLess(join, FRAME, f"{join / 8:g} ms between two prompts")
        self.assertGreaterEqual(join, -8)

    def test_the_beep_before_a_recording_is_heard(self):
        document = VoiceResponse()
        document.record(max_length=1, timeout=1, play_beep=True, action="/recorded")
        self.app.route("/recorded", VoiceResponse())
        heard = self.call(document).sound()
        loud = numpy.flatnonzero(numpy.abs(heard) * 32768 > 300)
        begin, end = loud[0], loud[-1]
        self.assertAlmostEqual((end - begin) / RATE, 0.5, delta=0.02)
        beep = heard[begin:end]
        self.assertGreater(goertzel(beep, RATE, 1400), -25)
        for other in (1000, 1200, 1600, 2100):
            self.assertLess(goertzel(beep, RATE, other), goertzel(beep, RATE, 1400) - 30)


class Keys(Heard):
    ALL = "0123456789*#ABCD"

    def test_all_keys_are_told_as_events_to_who_wants_them(self):
        document = VoiceResponse()
        document.play(digits=f"{self.ALL}11")
        ear = self.call(document, EVENTS)
        keys = ear.keys()
        self.assertEqual("".join(key for key, _ in keys), f"{self.ALL}11")
        self.assertTrue(all(60 <= length <= 200 for _, length in keys), keys)
        self.assertEqual(tones(ear.sound()), "", "a key is told once, not twice")

    def test_all_keys_are_heard_as_tones_by_who_does_not(self):
        document = VoiceResponse()
        document.play(digits=f"{self.ALL}w1")
        ear = self.call(document, NO_EVENTS)
        self.assertEqual(tones(ear.sound()), f"{self.ALL}1")
        self.assertEqual(ear.packets(101), [])

    def test_pauses_between_keys_last_as_long_as_they_say(self):
        document = VoiceResponse()
        document.play(digits="1w2W3ww4")
        for formats in (EVENTS, NO_EVENTS):
            with self.subTest(formats["formats"]):
                ear = self.call(document, formats)
                if formats is EVENTS:
                    marks = sorted({packet.timestamp for packet in ear.packets(101)})
                else:
                    self.assertEqual(tones(ear.sound()), "1234")
                    loud = numpy.flatnonzero(numpy.abs(ear.sound()) * 32768 > 300)
                    begins = numpy.flatnonzero(numpy.diff(loud, prepend=-RATE) > RATE // 20)
                    marks = [int(loud[at]) for at in begins]
                waited = [(b - a) / RATE for a, b in zip(marks, marks[1:], strict=False)]
                # A key and its own pause are two tenths of a second.
                for is_, should in zip(waited, (0.7, 1.2, 1.2), strict=True):
                    self.assertAlmostEqual(is_, should, delta=0.03)


class SentDigits(Heard):
    """Keys that the API sends once the far end has answered, and a Number's."""

    def build(self):
        self.port = free_ports(1)[0]
        trunk = {"name": "carrier", "host": f"127.0.0.1:{self.port}", "options": False}
        return House(config=serve(trunks=[trunk]))

    def carrier(self, formats, calls=1):
        ear = Ear()
        self.addCleanup(ear.close)
        keys = {"ear": str(ear.port), **formats}
        carrier = Sipp("carrier_hears", calls=calls, port=self.port, keys=keys)
        self.addCleanup(carrier.close)
        return carrier, ear

    def test_send_digits_of_the_api_are_keys_either_way(self):
        for formats in (EVENTS, NO_EVENTS):
            with self.subTest(formats["formats"]):
                carrier, ear = self.carrier(formats)
                document = VoiceResponse()
                document.pause(length=1)
                self.place(CARRIED, document=document, send_digits="w1234#w*0")
                carrier.finish()
                said = "".join(key for key, _ in ear.keys()) if formats is EVENTS else tones(ear.sound())
                self.assertEqual(said, "1234#*0")

    def test_send_digits_of_a_number_are_keys_for_who_is_dialled_alone(self):
        carrier, ear = self.carrier(NO_EVENTS, calls=2)
        document = VoiceResponse()
        document.dial(time_limit=3, caller_id=OURS).number("+4930901821", send_digits="ww99#")
        self.place(CARRIED, document=document)
        carrier.finish()
        said = [tones(ear.sound(source)) for source in ear.sources()]
        self.assertEqual(said, ["", "99#"])


class RealPhone(Heard):
    """baresip, which speaks from the moment it is answered and has a jitter buffer of its own."""

    def build(self):
        return House(config=serve(phones=[("alice", "wonderland")]))

    def test_the_first_syllable_reaches_a_phone_that_has_just_been_answered(self):
        phone = Phone(self.house.folder.name, "alice", self.house.sip, "wonderland")
        self.addCleanup(phone.close)
        source = sweep(RATE)
        document = VoiceResponse()
        document.play(self.serve_sound("/sweep.wav", "audio/wav", wav(source)))
        document.pause(length=1)
        number = self.client.incoming_phone_numbers.list(phone_number=OURS)[0]
        number.update(voice_url=self.app.route("/voice", document))
        phone.dial(f"sip:{OURS}@{self.house.sip}")
        phone.wait("CALL_CLOSED", 20)
        heard, rate = phone.heard()
        self.assertEqual(rate, RATE)
        at, likeness = align(heard, source)
        self.assertGreater(likeness, 0.99)
        for begin in range(0, 3 * FRAME, FRAME):
            part = noise_db(heard[at + begin : at + begin + FRAME], source[begin : begin + FRAME])
            self.assertGreater(part, 20, f"cut {begin / 8:g} ms into it")
