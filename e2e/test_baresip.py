"""Real phones: two baresips that register, are called, hear, press keys and talk to each other."""

import subprocess
from pathlib import Path

from harness import ACCOUNT, Case, House
from harness.config import serve
from harness.hear import closest, hear, once, overlap
from harness.phone import Phone
from harness.sound import (
    best_tone_share,
    convert,
    level_db,
    likeness,
    loudest_db,
    read_wav,
    tone_share,
    utterances,
)
from twilio.twiml.voice_response import VoiceResponse

OURS = "+12025550190"
ALICE_HZ, BOB_HZ = 440, 620

UNSEEN = [
    "The harbour master counted seventeen fishing boats before the storm arrived.",
    "Please bring your passport and two copies of the contract to the office.",
    "Every evening the old gardener waters the roses behind the yellow house.",
]
PROMPTS = [
    "Welcome to the customer service of the city library.",
    "For billing questions, press one.",
    "All our agents are busy at the moment, please hold the line.",
    "Your appointment has been moved to next Monday morning.",
    "The number you have entered is not valid.",
    "This call may be recorded for training purposes.",
    "Please leave a message after the tone.",
    "Your order was shipped yesterday afternoon.",
    "The weather tomorrow will be sunny and warm.",
    "Thank you for calling and goodbye.",
]
PORTUGUESE = [
    "Conectando você ao contato, aguarde um momento por favor.",
    "A chamada não foi completada, tente novamente amanhã de manhã.",
]


class RealPhones(Case):
    def build(self):
        return House(config=serve(phones=[("alice", "wonderland"), ("bob", "builder-of-things")]))

    def phone(self, name, password, tone_hz):
        phone = Phone(self.house.folder.name, name, self.house.sip, password, tone_hz)
        self.addCleanup(phone.close)
        return phone

    def alice(self):
        return self.phone("alice", "wonderland", ALICE_HZ)

    def bob(self):
        return self.phone("bob", "builder-of-things", BOB_HZ)

    def say_to(self, phone, document):
        """Calls a phone, lets the document run, and returns what the phone heard."""
        call = self.place(f"sip:{phone.name}@{self.house.sip}", document=document)
        phone.answer()
        self.assertEqual(self.ended(call.sid, 90)["CallStatus"], "completed")
        phone.wait("CALL_CLOSED")
        return phone.heard()

    def test_a_registered_phone_is_called_and_understands_what_is_said(self):
        alice = self.alice()
        document = VoiceResponse()
        document.pause(length=1)
        for sentence in [*UNSEEN, *PROMPTS]:
            document.say(sentence)
            document.pause(length=1)
        samples, rate = self.say_to(alice, document)
        pieces = utterances(samples, rate, around_s=0.2)
        self.assertEqual(len(pieces), len(UNSEEN) + len(PROMPTS), pieces)
        heard = [hear(samples[a:b], rate) for a, b in pieces[: len(UNSEEN)]]
        said = " ".join(UNSEEN)
        share = overlap(said, " ".join(heard))
        print(f"       {share:.0%} of the words of three unseen sentences were understood")
        self.assertGreaterEqual(share, 0.7, heard)
        # To tell ten prompts apart it is enough to hear each once.
        heard = [once(samples[a:b], rate) for a, b in pieces[len(UNSEEN) :]]
        told_apart = [closest(text, PROMPTS) for text in heard]
        self.assertEqual(told_apart, PROMPTS, heard)

    def test_portuguese_arrives_as_the_engine_spoke_it(self):
        alice = self.alice()
        document = VoiceResponse()
        document.pause(length=1)
        for sentence in PORTUGUESE:
            document.say(sentence, language="pt-BR")
            document.pause(length=2)
        samples, rate = self.say_to(alice, document)
        pieces = utterances(samples, rate, gap_s=1.5)
        self.assertEqual(len(pieces), len(PORTUGUESE), pieces)
        spoken = [self.engine(sentence) for sentence in PORTUGUESE]
        for index, (start, end) in enumerate(pieces):
            same, other = (likeness(samples[start:end], spoken[i], rate) for i in (index, ~index))
            print(f"       likeness {same:.2f}, of another sentence {other:.2f}")
            self.assertGreater(same, 0.85)
            self.assertLess(other, 0.6)

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

    def test_the_phones_keys_are_gathered(self):
        alice = self.alice()
        document = VoiceResponse()
        document.gather(num_digits=4, timeout=10, action="/keys")
        self.app.route("/keys", VoiceResponse())
        call = self.place(f"sip:alice@{self.house.sip}", document=document)
        alice.answer()
        self.app.wait("/voice")
        alice.press("1590")
        self.assertEqual(self.app.wait("/keys")["Digits"], "1590")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")

    def test_two_phones_are_joined_and_each_is_on_its_channel(self):
        alice, bob = self.alice(), self.bob()
        document = VoiceResponse()
        dial = document.dial(
            record="record-from-answer-dual",
            time_limit=6,
            action="/dialled",
            recording_status_callback=self.app.url("/recording"),
        )
        dial.sip(f"sip:bob@{self.house.sip}")
        self.app.route("/dialled", VoiceResponse())
        call = self.place(f"sip:alice@{self.house.sip}", document=document)
        alice.answer()
        bob.answer()
        self.assertEqual(self.app.wait("/dialled", 25)["DialCallStatus"], "completed")
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")
        for phone, own, other in ((alice, ALICE_HZ, BOB_HZ), (bob, BOB_HZ, ALICE_HZ)):
            phone.wait("CALL_CLOSED")
            samples, rate = phone.heard()
            self.assertGreater(len(samples) / rate, 4)
            middle = samples[-3 * rate : -rate]
            self.assertGreater(level_db(middle), -30, f"{phone.name} hears")
            self.assertGreater(tone_share(middle, rate, other), 0.9, f"{phone.name} hears")
            self.assertLess(tone_share(middle, rate, own), 0.01, f"{phone.name} hears itself")
        told = self.app.wait("/recording")
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{told['RecordingSid']}.wav"
        samples, rate = read_wav(self.house.ask("GET", path)[2])
        self.assertEqual(len(samples), 2)
        for channel, tone in ((0, ALICE_HZ), (1, BOB_HZ)):
            inner = samples[channel][rate:-rate]
            self.assertGreater(tone_share(inner, rate, tone), 0.9, f"channel {channel}")

    def test_a_phone_calls_an_owned_number(self):
        document = VoiceResponse()
        document.say(UNSEEN[1])
        number = self.client.incoming_phone_numbers.list(phone_number=OURS)[0]
        number.update(
            voice_url=self.app.route("/voice", document),
            status_callback=self.app.url("/status"),
        )
        alice = self.alice()
        alice.dial(f"sip:{OURS}@{self.house.sip}")
        alice.wait("CALL_ESTABLISHED")
        voice = self.app.wait("/voice")
        self.assertEqual((voice["Direction"], voice["To"]), ("inbound", OURS))
        self.assertIn("alice", voice["From"])
        self.assertEqual(self.app.wait("/status")["CallStatus"], "completed")
        alice.wait("CALL_CLOSED")
        samples, rate = alice.heard()
        self.assertGreater(loudest_db(samples, rate), -40)
        self.assertGreaterEqual(overlap(UNSEEN[1], hear(samples, rate)), 0.7)

    def test_a_phone_that_declines_and_one_that_is_not_there(self):
        alice = self.alice()
        call = self.place(f"sip:alice@{self.house.sip}", document=VoiceResponse())
        alice.wait("CALL_INCOMING")
        alice.hang_up()
        self.assertIn(self.ended(call.sid)["CallStatus"], ("busy", "no-answer"))
        call = self.place(f"sip:bob@{self.house.sip}", document=VoiceResponse())
        self.assertIn(self.ended(call.sid)["CallStatus"], ("failed", "no-answer"))

    def test_a_phone_that_hangs_up_ends_the_call(self):
        alice = self.alice()
        document = VoiceResponse()
        document.pause(length=30)
        call = self.place(f"sip:alice@{self.house.sip}", document=document)
        alice.answer()
        self.app.wait("/voice")
        alice.hang_up()
        self.assertEqual(self.ended(call.sid, 5)["CallStatus"], "completed")

    def test_a_phone_puts_us_on_hold_and_comes_back(self):
        alice, bob = self.alice(), self.bob()
        document = VoiceResponse()
        document.dial(time_limit=9).sip(f"sip:bob@{self.house.sip}")
        call = self.place(f"sip:alice@{self.house.sip}", document=document)
        alice.answer()
        bob.answer()
        alice.command("hold")
        alice.command("resume")
        self.assertEqual(self.ended(call.sid, 25)["CallStatus"], "completed")
        bob.wait("CALL_CLOSED")
        samples, rate = bob.heard()
        self.assertGreater(best_tone_share(samples[-2 * rate :], rate, ALICE_HZ), 0.9)
