"""Stories of people who call the shop of `apps/`, each played in two networks at once: with the
virtual phones of `ringback dev`, and with real phones at `ringback serve`. What the application
was asked must be the same in both, and the same whichever of the two applications it is: it stands
in `apps/transcripts/`, one file a story. UPDATE_EXPECT=1 writes them anew."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import ACCOUNT
from harness.hear import hear, overlap
from harness.network import FLOWS, NUMBERS, Real, Virtual
from harness.shop import Shop
from harness.sound import loudest_db, read_wav
from harness.transcript import Transcript
from harness.wait import until
from twilio.base.exceptions import TwilioException

TRANSCRIPTS = Path(__file__).resolve().parent / "apps/transcripts"
TALK_LIMIT = 5


class World:
    """One shop, one house and its people."""

    def __init__(self, kind, network, agent, team, quiet):
        self.network = network(agent, team, quiet)
        self.house = self.network.house
        self.kind = kind

    def __enter__(self):
        self.shop = None
        try:
            self.house.start()
            self.client = self.house.client()
            self.shop = Shop(self.kind, self.network.agent, self.network.team, TALK_LIMIT)
            for path in FLOWS:
                self.client.incoming_phone_numbers.create(
                    phone_number=NUMBERS[path],
                    voice_url=self.shop.url(path),
                    status_callback=self.shop.url("/events/call"),
                )
            self.network.open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.network.close()
        if self.shop:
            self.shop.close()
        self.house.close()

    def call(self, path, query=""):
        """The caller rings the number of a route."""
        if query:
            number, = self.client.incoming_phone_numbers.list(phone_number=NUMBERS[path])
            number.update(voice_url=self.shop.url(path + query))
        self.network.call(NUMBERS[path])

    def runs(self, path, count=1):
        """Waits until the count-th document of a path has come to the house, which by then carries
        it out."""
        sid = self.shop.wait(path, count)["CallSid"]

        def arrived():
            try:
                events = self.client.calls(sid).events.list()
            except TwilioException:
                # The application is asked before the row of a call that comes in is durable.
                return False
            urls = [one.request["url"].split("?")[0] for one in events]
            return urls.count(self.shop.url(path)) >= count

        until(arrived, 10, f"the answer of {path}")

    def over(self):
        """Waits for the end of the caller's call."""
        self.sid = self.shop.wait("/events/call", seconds=60, CallStatus="completed")["CallSid"]

    def recording(self):
        """Waits until it is there; samples and rate."""
        told = self.shop.wait("/events/recording", RecordingStatus="completed")
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{told['RecordingSid']}.wav"
        status, _, wav = self.house.ask("GET", path)
        assert status == 200, wav
        return read_wav(wav)

    def ladder(self):
        """The ladder of the caller's call, line by line. It is kept once the call's last message
        has been answered, which is after its end was told."""

        def kept():
            done = self.house.run("ladder", self.sid, "--data", self.house.data)
            assert done.returncode == 0, done.stderr
            return "/events/call" in done.stdout and done.stdout.splitlines()

        return until(kept, 10, f"the ladder of {self.sid}")

    def transcript(self):
        people = {**self.network.people, **{NUMBERS[path]: path[1:] for path in FLOWS}}
        return str(Transcript(self.shop.asked.snapshot(), people))


class Stories:
    """The base of a test of one application; `kind` says which."""

    def play(self, name, story, agent=None, team=(), quiet=False):
        with ThreadPoolExecutor(2) as pool:
            played = [pool.submit(self.played, network, story, agent, team, quiet)
                      for network in (Virtual, Real)]
        for network, future in zip((Virtual, Real), played, strict=True):
            self.compare(name, network.__name__.lower(), future.result())

    def played(self, network, story, agent, team, quiet):
        with World(self.kind, network, agent, team, quiet) as world:
            try:
                story(world)
                # Whatever is owed is told before it ends.
                self.assertEqual(world.house.stop(), 0, world.house.said()[-3000:])
                self.assertNotIn("panicked", world.house.said())
            except BaseException:
                print(f"--- {network.__name__}: {world.shop.summary()}\n"
                      f"{world.house.said()[-6000:]}\n{world.network.said()}\n---")
                raise
            return world.transcript()

    def compare(self, name, network, transcript):
        page = TRANSCRIPTS / f"{name}.txt"
        if os.environ.get("UPDATE_EXPECT") and network == "virtual":
            page.parent.mkdir(exist_ok=True)
            # The other application's test may be reading it.
            fresh = page.with_suffix(f".{os.getpid()}")
            fresh.write_text(transcript)
            fresh.replace(page)
        self.maxDiff = None
        expected = page.read_text().splitlines()
        self.assertEqual(transcript.splitlines(), expected, f"{page.name}, {network} phones")

    def says(self, verdict):
        """A voice that was listened to."""
        right, heard = verdict
        self.assertTrue(right, heard)

    def test_who_cannot_sign_is_refused(self):
        shop = Shop(self.kind, "+12025550101", ["+12025550101"], TALK_LIMIT)
        self.addCleanup(shop.close)
        for path in (*FLOWS, "/menu/choice", "/screening/whisper", "/events/call"):
            # The official middleware of Node takes a missing signature for a bad request.
            self.assertIn(shop.ask(path), (400, 403))
            self.assertEqual(shop.ask(path, {"X-Twilio-Signature": "bm90IG91cnM="}), 403)
        self.assertEqual(shop.asked.snapshot(), [])

    def test_menu_with_a_wrong_key_and_an_order(self):
        def story(world):
            world.call("/menu")
            world.runs("/menu")
            world.network.press("9")
            world.runs("/menu", 2)
            world.network.press("2")
            world.runs("/menu/choice", 2)
            world.network.press("4711#")
            world.over()

        self.play("menu-keys", story)

    def test_menu_with_nobody_at_the_keys(self):
        def story(world):
            world.call("/menu")
            world.over()

        self.play("menu-silence", story)

    def test_voicemail_ended_by_a_key(self):
        def story(world):
            world.call("/voicemail")
            world.shop.wait("/events/recording", RecordingStatus="in-progress")
            world.network.speak()
            world.network.press("#")
            world.over()
            samples, rate = world.recording()
            self.assertEqual(len(samples), 1)
            self.says(world.network.is_the_caller(samples[0], rate))

        self.play("voicemail-key", story)

    def test_voicemail_ended_by_hanging_up(self):
        def story(world):
            world.call("/voicemail")
            world.shop.wait("/events/recording", RecordingStatus="in-progress")
            world.network.speak()
            world.network.hang_up()
            world.over()
            samples, rate = world.recording()
            self.says(world.network.is_the_caller(samples[0], rate))

        self.play("voicemail-hang-up", story)

    def test_voicemail_without_a_word(self):
        def story(world):
            world.call("/voicemail")
            world.over()
            world.shop.wait("/events/recording", RecordingStatus="absent")

        self.play("voicemail-silence", story, quiet=True)

    def test_screening_accepted(self):
        def story(world):
            world.call("/screening")
            world.network.act()
            world.over()

        self.play("screening-accepted", story, agent="presses 1")

    def test_screening_declined_by_saying_nothing(self):
        def story(world):
            world.call("/screening")
            world.network.act()
            world.over()
            # What the agent was told, where there is somebody whose ear we have.
            if isinstance(world.network, Real):
                agent = world.network.phones["agent"]
                agent.wait("CALL_CLOSED")
                # The name before it, said alone, is beyond the recogniser even when flite's own
                # file is given to it; the question is not.
                heard = hear(*agent.heard())
                self.assertGreaterEqual(overlap("Press one to take it.", heard), 0.8, heard)

        self.play("screening-ignored", story, agent="talks")

    def test_screening_declined_by_another_key(self):
        def story(world):
            world.call("/screening")
            world.network.act()
            world.over()

        self.play("screening-other-key", story, agent="presses 2")

    def test_screening_declined_by_hanging_up(self):
        def story(world):
            world.call("/screening")
            world.network.act()
            world.over()

        self.play("screening-hung-up", story, agent="leaves")

    def test_forwarding_is_recorded_with_both_voices(self):
        def story(world):
            world.call("/forwarding")
            world.network.act()
            world.shop.wait("/events/leg", CallStatus="in-progress")
            world.network.speak()
            world.over()
            samples, rate = world.recording()
            self.assertEqual(len(samples), 2)
            self.says(world.network.is_the_caller(samples[0], rate))
            self.says(world.network.is_the_agent(samples[1], rate))

        self.play("forwarding", story, agent="talks")

    def test_forwarding_answers_the_caller_when_the_agent_answers(self):
        def story(world):
            world.call("/forwarding", "?on_bridge=yes")
            world.network.act()
            world.over()
            samples, rate = world.recording()
            self.assertGreater(loudest_db(samples[1], rate), -40)
            agent, caller = self.answers(world)
            self.assertLessEqual(agent, caller)

        self.play("forwarding-on-bridge", story, agent="talks")

    def test_forwarding_answers_the_caller_late_when_the_agent_is_busy(self):
        def story(world):
            world.call("/forwarding", "?on_bridge=yes")
            world.network.act()
            world.over()

        self.play("forwarding-busy", story, agent="busy")

    def answers(self, world):
        """When the agent answered, and when the caller was answered (in seconds of the ladder)."""
        # Phones have their own words for OK.
        ok = [line.split() for line in world.ladder() if re.search(" 200 [A-Za-z]+ INVITE$", line)]
        agent, = [float(at) for at, who, *_ in ok if who != "switch"]
        caller, = [float(at) for at, who, *_ in ok if who == "switch"]
        return agent, caller

    def test_hunt_past_a_busy_and_an_absent_colleague(self):
        def story(world):
            world.call("/hunt")
            world.network.act()
            world.over()

        self.play("hunt", story, team=("busy", "rings", "leaves"))
