"""What `<Say>` speaks, heard by a real phone and judged by a recogniser and by measure."""

import re
import subprocess
from pathlib import Path

from harness import Case, House
from harness.config import serve
from harness.hear import hear, overlap, understood, words
from harness.phone import Phone
from harness.sound import convert, likeness, loudest_db, pitch_hz, read_wav, utterances
from twilio.twiml.voice_response import Say, VoiceResponse

PLAIN = "The harbor master counted seventeen fishing boats before the storm arrived."
LONG = (
    "Thank you for calling the customer service of the city library, where all our lines are busy. "
    "Your call is important to us and will be answered in the order in which it came. "
    "If you only want to renew a book, you can do that on our website at any time of the day. "
    "Please have your library card ready when one of our colleagues takes your call."
)
# An f, an h and a sh are far softer than a vowel, as is an s at the end.
SOFT = (
    "Four people found her house.",
    "How many of them have you heard?",
    "She should have shown you the ship.",
)
PORTUGUESE = "A chamada não foi completada, tente novamente amanhã de manhã."
NUMBERS = "zero one two three four five six seven eight nine".split()


def figures(text):
    """The digits somebody heard, whether he wrote them as figures or as words."""
    text = text.lower()
    # What sounds the same.
    for other, word in (("oh", "zero"), ("to", "two"), ("too", "two"), ("for", "four")):
        text = re.sub(rf"\b{other}\b", word, text)
    for value, word in enumerate(NUMBERS):
        text = re.sub(rf"\b{word}\b", str(value), text)
    return "".join(re.findall(r"\d", text))


class Spoken(Case):
    # The recogniser does.
    takes_a_core = True

    def build(self):
        return House(config=serve(phones=[("alice", "wonderland")]))

    def heard(self, *says, gap_s=0.8):
        """Says these to a phone, a pause between each, and returns what it heard of each, with a
        little of the line's silence around."""
        alice = Phone(self.house.folder.name, "alice", self.house.sip, "wonderland", 440)
        self.addCleanup(alice.close)
        document = VoiceResponse()
        document.pause(length=1)
        for say in says:
            document.append(say)
            document.pause(length=2)
        call = self.place(f"sip:alice@{self.house.sip}", document=document)
        alice.answer()
        self.assertEqual(self.ended(call.sid, 120)["CallStatus"], "completed")
        alice.wait("CALL_CLOSED")
        samples, rate = alice.heard()
        pieces = utterances(samples, rate, gap_s=gap_s, around_s=0.2)
        self.assertEqual(len(pieces), len(says), pieces)
        return [samples[a:b] for a, b in pieces], rate

    def test_words_a_long_text_and_digits_are_understood(self):
        digits = Say("The code is ")
        digits.say_as("471 902", interpret_as="digits")
        telephone = Say("Call ")
        telephone.say_as("+12025550190", interpret_as="telephone")
        date = Say("We open on ")
        date.say_as("14/9/2026", interpret_as="date", format="dmy")
        alias = Say("You are calling the ")
        alias.sub("H2O Co", alias="water company")
        says = [Say(PLAIN), Say(LONG), Say(LONG), digits, telephone, date, alias]
        pieces, rate = self.heard(*says)
        for said, piece in zip((PLAIN, LONG, LONG), pieces, strict=False):
            share = understood(said, piece, rate)
            print(f"       {share:.0%} of {len(said.split())} words were understood")
            self.assertGreaterEqual(share, 0.75, hear(piece, rate))
        digits, telephone, date, alias = (hear(piece, rate) for piece in pieces[3:])
        print(f"       {digits!r}, {telephone!r}, {date!r}, {alias!r}")
        self.assertEqual(figures(digits), "471902", digits)
        self.assertIn("2025550190", figures(telephone), telephone)
        self.assertIn("september", date.lower())
        self.assertEqual(overlap("water company", alias), 1, alias)
        # The second time it comes from memory in one piece: spoken sentence by sentence, it was
        # neither longer nor other, so nothing was missing and no gap was heard between.
        first, second = pieces[1], pieces[2]
        longer = (len(first) - len(second)) / rate
        print(f"       streamed, it was {1000 * longer:.0f} ms longer than from memory")
        self.assertLessEqual(abs(longer), 0.04)
        self.assertGreater(likeness(first, second, rate), 0.95)

    def test_words_that_begin_and_end_softly_are_heard_whole(self):
        says = [Say(text) for text in SOFT]
        pieces, rate = self.heard(*says)
        for text, piece in zip(SOFT, pieces, strict=True):
            heard = words(hear(piece, rate))
            print(f"       {' '.join(heard)}")
            said = words(text)
            self.assertEqual((heard[0], heard[-1]), (said[0], said[-1]))

    def test_rate_volume_and_the_voices_are_as_asked_for(self):
        def marked(**marks):
            say = Say()
            say.prosody(PLAIN, **marks)
            return say

        says = [
            Say(PLAIN),
            marked(rate="70%"),
            marked(rate="x-fast"),
            marked(volume="-12dB"),
            Say(PLAIN, voice="Polly.Joanna"),
            marked(pitch="+30%"),
        ]
        pieces, rate = self.heard(*says)
        plain, slow, fast, soft, woman, high = pieces
        times = {"slow": len(slow) / len(plain), "fast": len(fast) / len(plain)}
        softer = loudest_db(plain, rate) - loudest_db(soft, rate)
        pitch = {
            "man": pitch_hz(plain, rate),
            "woman": pitch_hz(woman, rate),
            "high": pitch_hz(high, rate),
        }
        print(f"       {times}, {softer:.1f} dB softer, {pitch}")
        self.assertTrue(1.3 < times["slow"] < 1.6, times)
        self.assertTrue(0.5 < times["fast"] < 0.75, times)
        self.assertTrue(10 < softer < 14, softer)
        self.assertTrue(85 < pitch["man"] < 130, pitch)
        self.assertTrue(155 < pitch["woman"] < 220, pitch)
        self.assertTrue(1.2 < pitch["high"] / pitch["man"] < 1.4, pitch)
        for piece in (slow, woman):
            self.assertGreaterEqual(understood(PLAIN, piece, rate), 0.75)

    def test_another_language_within_a_text_is_spoken_by_its_voice(self):
        say = Say("Please listen.")
        say.break_(time="1500ms")
        say.lang(PORTUGUESE, xml_lang="pt-BR")
        # Said in English, the same letters sound otherwise.
        pieces, rate = self.heard(say, Say(PORTUGUESE), gap_s=1.8)
        inner = utterances(pieces[0], rate, gap_s=0.8)
        self.assertEqual(len(inner), 2, inner)
        portuguese = pieces[0][inner[1][0] : inner[1][1]]
        spoken = self.engine(PORTUGUESE)
        same, other = (likeness(piece, spoken, rate) for piece in (portuguese, pieces[1]))
        print(f"       likeness {same:.2f}, read in English {other:.2f}")
        self.assertGreater(same, 0.85)
        self.assertLess(other, 0.6)

    def test_an_unknown_voice_is_told_and_somebody_speaks(self):
        pieces, rate = self.heard(Say(LONG, voice="Nobody.Ever"))
        self.assertGreaterEqual(understood(LONG, pieces[0], rate), 0.75)
        call = self.client.calls.list()[0]
        codes = [str(told.error_code) for told in call.notifications.list()]
        self.assertEqual(codes, ["13511"])

    def test_the_table_of_voices_is_shown(self):
        shown = self.house.run("voices").stdout
        self.assertRegex(shown, r"Polly\.Camila +pt-BR +espeak-ng/pt-br")
        self.assertRegex(shown, r"Polly\.Joanna +en-US +flite/slt")

    def engine(self, sentence):
        """The engine's own output at telephone rate, silence at its ends cut off."""
        raw = Path(self.house.folder.name) / "engine.wav"
        words = ["espeak-ng", "-v", "pt-br", "-s", "155", "-b", "1", "--stdin", "-w", str(raw)]
        subprocess.run(words, input=sentence.encode(), check=True)
        small = raw.with_name("engine8.wav")
        convert(raw, small)
        samples, rate = read_wav(small)
        start = utterances(samples[0], rate, gap_s=1.5)[0]
        return samples[0][start[0] : start[1]]
