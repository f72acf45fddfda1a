"""The base of the tests of the reference CRM: a house, the CRM, two organizations in it."""

import io
import subprocess
import tempfile
import unittest
import wave
from datetime import UTC, datetime
from pathlib import Path

import numpy

from .crm import PASSWORD, Crm
from .house import TOKEN, House
from .page import Browser
from .wait import until

AGENT = "+12025550101"
CONTACT = "+5511999990001"
OURS = "+12025550190"
STAGES = [
    "asking",
    "agent-calling",
    "agent-ringing",
    "agent-connected",
    "contact-calling",
    "contact-ringing",
    "live",
    "ended",
]


class CrmCase(unittest.TestCase):
    """A house, a CRM, and two organizations in it that don't know each other."""

    postgres = None
    agent = AGENT

    def setUp(self):
        self.house = self.build()
        self.addCleanup(self.house.close)
        self.house.start()
        if self.postgres is not None:
            server = self.postgres()
            self.addCleanup(server.close)
            server.start()
        self.crm = Crm(self.house, server if self.postgres else None)
        self.addCleanup(self.crm.close)
        self.crm.add_user("ana@acme.example", "Ana", "Acme", "owner", "pt-BR")
        self.crm.add_user("carla@borealis.example", "Carla", "Borealis", "owner")
        self.crm.start()
        self.ana = self.crm.sign_in("ana@acme.example")
        self.carla = self.crm.sign_in("carla@borealis.example")
        self.ana.integrate(self.agent)
        self.ana.listen()
        self.carla.listen()

    def build(self):
        return House()

    def tearDown(self):
        faults = self._outcome.result.failures + self._outcome.result.errors
        if any(getattr(test, "test_case", test) is self for test, _ in faults):
            print(f"--- {self.id()}: the CRM said last:\n{self.crm.said()}")
            print(f"--- ringback said last:\n{self.house.said()[-4000:]}\n---")
            return
        self.assertEqual(self.crm.stop(), 0, self.crm.said())
        self.assertNotIn("panicked", self.crm.said())
        self.assertEqual(self.house.stop(), 0, self.house.said()[-3000:])
        for secret in (TOKEN, self.ana.token):
            self.assertNotIn(secret, self.crm.said())

    def never_back(self, log_id):
        """What the stream brought of a log only ever went on."""
        told = self.ana.told(log_id)
        stages = [STAGES.index(log["stage"]) for log in told]
        self.assertEqual(stages, sorted(stages))
        revisions = [log["revision"] for log in told]
        self.assertEqual(revisions, sorted(set(revisions)))

    def talk(self, log_id, seconds=4):
        """Lets both talk for so long."""
        other = self.house.client().calls(self.ana.log(log_id)["other"]["callSid"])

        def long_enough():
            began = other.fetch().start_time
            return began and (datetime.now(UTC) - began).total_seconds() > seconds

        until(long_enough, 10 + seconds, f"{seconds} s of talk")

    def over(self, log_id):
        """The end of both legs, in whatever order it was told."""
        return self.ana.wait(
            log_id, lambda log: log["stage"] == "ended" and log["talkSeconds"], what="the end"
        )

    def recording(self, log):
        """The recording as a signed-in browser has it: its two channels, and their rate."""
        status, headers, sound = self.ana.ask("GET", log["recording"]["url"])
        self.assertEqual((status, headers["Content-Type"]), (200, "audio/mpeg"))
        with tempfile.TemporaryDirectory() as folder:
            heard = Path(folder) / "heard.mp3"
            heard.write_bytes(sound)
            decoded = subprocess.run(
                ["lame", "--quiet", "--decode", heard, "-"], capture_output=True, timeout=30
            )
        self.assertEqual(decoded.returncode, 0, decoded.stderr)
        # Written to a pipe, the head doesn't know the length.
        with wave.open(io.BytesIO(decoded.stdout)) as read:
            channels, rate = read.getnchannels(), read.getframerate()
        samples = numpy.frombuffer(decoded.stdout[44:], "<i2").astype(float) / 32768
        self.assertEqual(channels, 2)
        return samples[: len(samples) // 2 * 2].reshape(-1, 2).T, rate


class PageCase(CrmCase):
    """The same, with people who use the page in a real browser."""

    takes_a_core = True

    def setUp(self):
        super().setUp()
        self.browser = Browser()
        self.addCleanup(self.browser.close)
        self.faults = []

    def tearDown(self):
        super().tearDown()
        self.assertEqual(self.faults, [], "what went wrong in the page")

    def visit(self, **more):
        page = self.browser.window(**more).new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.goto(self.crm.base)
        return page

    def open(self, email="ana@acme.example", **more):
        """Signs in as a person does."""
        page = self.visit(**more)
        page.locator("input[name=email]").fill(email)
        page.locator("input[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_test_id("sign-out").wait_for()
        return page
