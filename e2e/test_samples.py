"""The documentation's own code samples against Ringback: `samples/table.toml` says what each of
them sends and prints. Node, Python, the command line and curl are run; of the other languages the
request is sent that the table says they send. With `RINGBACK_SAMPLES_DOCUMENT` naming the document,
the samples are run as they are printed there as well."""

import collections
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import xml.etree.ElementTree as ET
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import ACCOUNT, TOKEN, Case
from harness.plant import plant
from harness.sound import tone_file
from harness.tunnel import Tunnel, clean_environment
from harness.wait import until
from samples import printed, programs
from samples.table import DOCUMENTS, LANGUAGES, NOT_RUN, RUN, SAMPLES, TABLE, environment, instead
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import VoiceResponse

NODE = Path(__file__).resolve().parent / "node/node_modules"
ENDINGS = {"node": "js", "python": "py", "cli": "sh", "curl": "sh"}


class Programs(Case):
    """What it takes to run a program as a customer would."""

    def setUp(self):
        super().setUp()
        self.folder = Path(tempfile.mkdtemp(prefix="ringback-samples-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def world(self, call=""):
        """What takes the place of the samples' names."""
        return {
            "app": self.app.url(""),
            "account": ACCOUNT,
            "token": TOKEN,
            "key": ACCOUNT,
            "secret": TOKEN,
            "call": call,
        }

    def program(self, language, code, world):
        """Runs a program; returns what it printed and what it sent."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        path = folder / f"sample.{ENDINGS[language]}"
        path.write_text(instead(code, world))
        runner = {"node": "node", "python": sys.executable}.get(language, "bash")
        tunnel = Tunnel(self.house.http_port)
        env = {
            **clean_environment(),
            **tunnel.environment(),
            **environment(world),
            "HOME": str(folder),
            "NODE_PATH": str(NODE),
            "PATH": f"{NODE / '.bin'}:{os.environ['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        try:
            done = subprocess.run(
                [runner, str(path)], env=env, capture_output=True, text=True, timeout=90
            )
            self.assertEqual(done.returncode, 0, f"{code}\n{done.stdout}{done.stderr}")
            return done.stdout, tunnel.sent()
        finally:
            tunnel.close()


class Running(Programs):
    """Runs samples of the Calls resource, and checks what they send, print and do."""

    def setUp(self):
        super().setUp()
        self.app.route("/docs/voice.xml", say("Thanks for trying our documentation."))
        self.app.route("/twiml", say("Ahoy."))
        self.app.route("/long", pause(60))
        self.rows = plant(self, TABLE["row"])

    def run_all(self, codes, sender):
        """Runs every sample: `codes` maps (language, name) to what `sender` takes, and the sender
        returns what was printed and what was sent. Answers how many of each language ran well.
        Lists come first, while nothing but the planted rows is there; several run at a time, as
        most of the time goes by in calls."""
        ran = collections.Counter()
        for lists in (True, False):
            turns = [
                (sample, language)
                for sample in SAMPLES
                if (sample.does == "list") == lists
                for language in LANGUAGES
                if (language, sample.name) in codes
            ]
            with ThreadPoolExecutor(4) as pool:
                faults = list(pool.map(lambda turn: self.turn(*turn, codes, sender), turns))
            for (sample, language), fault in zip(turns, faults):
                with self.subTest(language=language, sample=sample.name):
                    if fault:
                        raise fault
                    ran[language] += 1
        return ran

    def turn(self, sample, language, codes, sender):
        """One sample; returns what was wrong with it."""
        try:
            world = self.world(self.prepare(sample))
            said, sent = sender(sample, language, codes[language, sample.name], world)
            if language in RUN:
                self.check_request(sample, language, sent, world)
            self.check_effect(sample, language, said, world["call"])
        except Exception as fault:
            return fault
        return None

    def prepare(self, sample):
        """A call for what needs one: a live one to change, an ended one to show and delete."""
        if sample.does == "update":
            call = self.client.calls.create(
                to="+12025550101", from_="+12025550190", url=self.app.url("/long"),
                status_callback=self.app.url("/status"),
            )
            self.app.wait("/long", CallSid=call.sid)
            return call.sid
        if sample.sid:
            call = self.place("+12025550102")
            self.ended(call.sid)
            return call.sid
        return ""

    def check_request(self, sample, language, sent, world):
        """The program sent exactly what the table says."""
        self.assertEqual(len(sent), 1, sent)
        method, path, parameters = sample.request(language)
        path = instead(path.replace("{account}", ACCOUNT), world)
        self.assertEqual((sent[0].host, sent[0].method, sent[0].path),
                         ("api.twilio.com", method, path))
        wanted = [(name, instead(value, world)) for name, value in parameters]
        self.assertEqual(sorted(sent[0].parameters), sorted(wanted))

    def sids(self, language, said):
        """The SIDs that a program printed."""
        if language == "cli":
            return re.findall(r"\bCA[0-9a-f]{32}\b", said)
        if language in RUN and language != "curl":
            return said.split()
        body = json.loads(said)
        return [call["sid"] for call in body["calls"]] if "calls" in body else [body["sid"]]

    def check_effect(self, sample, language, said, call):
        """What was printed is right, and what was asked for happens."""
        if sample.does == "accounts":
            self.assertEqual(ET.fromstring(said).findtext("./Accounts/Account/Sid"), ACCOUNT)
        elif sample.does == "list":
            wanted = [self.rows[name] for name in sample.finds(language)]
            self.assertEqual(self.sids(language, said), wanted)
        elif sample.does == "remove":
            if language != "cli":
                self.assertEqual(said.strip(), "")
            with self.assertRaises(TwilioRestException) as raised:
                self.client.calls(call).fetch()
            self.assertEqual(raised.exception.code, 20404)
        else:
            sid, = self.sids(language, said)
            self.assertRegex(sid, "^CA[0-9a-f]{32}$")
            if sample.sid:
                self.assertEqual(sid, call)
            getattr(self, sample.name.replace(" ", "_"), lambda sid: None)(sid)

    # What each sample leads to, by its name.

    def create_with_TwiML(self, sid):
        self.completed(sid)

    def create_with_a_URL(self, sid):
        self.assertEqual(self.app.wait("/docs/voice.xml", CallSid=sid).method, "POST")
        self.completed(sid)

    def create_with_a_status_callback(self, sid):
        self.assertEqual(self.app.wait("/docs/voice.xml", CallSid=sid).method, "GET")
        told = self.app.wait("/events", CallSid=sid)
        self.assertEqual((told.method, told["CallStatus"]), ("POST", "completed"))
        self.assertEqual(len(self.app.requests("/events", CallSid=sid)), 1)

    def create_with_two_events(self, sid):
        self.completed(sid)
        self.app.wait_count("/events", 2, CallSid=sid)
        self.assertEqual(self.statuses(sid, "/events"), ["initiated", "in-progress"])

    def update_with_TwiML(self, sid):
        self.assertEqual(self.ended(sid)["CallStatus"], "completed")

    def update_with_a_URL(self, sid):
        self.assertEqual(self.app.wait("/docs/voice.xml", CallSid=sid).method, "POST")
        self.assertEqual(self.ended(sid)["CallStatus"], "completed")

    def update_to_hang_up(self, sid):
        self.assertEqual(self.ended(sid, 5)["CallStatus"], "completed")

    def update_the_status_callback(self, sid):
        self.app.wait("/twiml", CallSid=sid)
        self.app.wait("/status-changed", CallSid=sid, CallStatus="completed")
        self.assertEqual(self.app.requests("/status", CallSid=sid), [])

    def completed(self, sid):
        until(lambda: self.client.calls(sid).fetch().status == "completed", 20, f"{sid} completed")

    def send(self, sample, language, world):
        """Sends what the SDK of a language sends; returns the body of the answer."""
        method, path, parameters = sample.request(language)
        path = instead(path.replace("{account}", ACCOUNT), world)
        pairs = [(name, instead(value, world)) for name, value in parameters]
        kind = TABLE["language"][language]
        quote = urllib.parse.quote_plus if kind["space"] == "+" else urllib.parse.quote
        encoded = urllib.parse.urlencode(pairs, quote_via=quote)
        headers = {
            "Accept": "application/json",
            "Accept-Charset": "utf-8",
            "User-Agent": kind["agent"],
            "Authorization": "Basic " + b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode(),
        }
        body = None
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = encoded
        elif encoded:
            path += "?" + encoded
        door = http.client.HTTPConnection("127.0.0.1", self.house.http_port, timeout=20)
        door.request(method, path, body, headers)
        answer = door.getresponse()
        said = answer.read().decode()
        door.close()
        self.assertEqual(answer.status, sample.status, said)
        if sample.does != "remove":
            self.assertTrue(answer.headers["Content-Type"].startswith("application/json"))
        return said, []

    def as_they_are_printed(self):
        samples, _ = printed.read(printed.document())
        wanted = {(language, s.name) for s in SAMPLES for language in s.languages}
        self.assertEqual(set(samples), wanted)
        ran = self.run_all(
            {key: code for key, code in samples.items() if key[0] in RUN},
            lambda _, language, code, world: self.program(language, code, world),
        )
        for language in LANGUAGES:
            codes = {name: code for (at, name), code in samples.items() if at == language}
            if language in RUN:
                print(f"       printed in {language}: {len(codes)}, of them ran well: {ran[language]}")
                continue
            for sample in SAMPLES:
                if sample.name in codes:
                    self.check_says(sample, language, codes[sample.name])
            print(f"       printed in {language}: {len(codes)}, not run, but as the table has them")

    def check_says(self, sample, language, code):
        """A printed sample in a language that isn't run names the values of the table."""
        bare = re.sub(r"[\s_\"'-]", "", code).lower()
        for _, value in sample.parameters(language):
            moment = programs.is_moment(value)
            spelled = [value, value.replace("-", "")]
            if moment:
                year, month, day = (int(part) for part in value[:10].split("-"))
                spelled += [f"{year}, {month}, {day}, 0", value[:10]]
            found = any(re.sub(r"[\s_\"'-]", "", each).lower() in bare for each in spelled)
            self.assertTrue(found, f"{sample.name} in {language} has no {value}: {code}")


class Samples(Running):
    """The table's samples: our programs, one language a test."""

    def own(self, language):
        codes = {
            (language, sample.name): programs.write(sample, language)
            for sample in SAMPLES
            if language in sample.languages
        }
        self.run_all(
            codes, lambda _, language, code, world: self.program(language, code, world)
        )

    def test_node(self):
        self.own("node")

    def test_python(self):
        self.own("python")

    def test_the_command_line(self):
        self.own("cli")

    def test_curl(self):
        self.own("curl")

    def test_requests_of_the_languages_that_are_not_run(self):
        codes = {(at, s.name): s for s in SAMPLES for at in s.languages if at in NOT_RUN}
        self.run_all(
            codes, lambda sample, language, _, world: self.send(sample, language, world)
        )


class Writing(Programs):
    """The samples that write TwiML: the SDK's document is the table's, and a call carries it out."""

    all_signed = False  # Media is fetched without a signature that the test could check.

    def check(self, codes):
        for row in DOCUMENTS:
            for language in ("node", "python"):
                with self.subTest(document=row["name"], language=language):
                    world = self.world()
                    said, _ = self.program(language, codes[language, row["name"]], world)
                    self.assertEqual(plain(said), plain(instead(row["xml"], world)))
                    self.app.seen.clear()
                    self.app.route("/voice", said)
                    call = self.place("+12025550101")
                    getattr(self, row["name"].replace(" ", "_"))(call.sid)

    def as_they_are_printed(self):
        _, documents = printed.read(printed.document())
        self.check(documents)
        print(f"       printed documents: {len(documents)}, of them run: {2 * len(DOCUMENTS)}")

    def say(self, sid):
        self.assertEqual(self.ended(sid)["CallStatus"], "completed")

    def dial_a_number_with_callbacks(self, sid):
        self.app.wait_count("/calls/events", 4, 30)
        told = self.app.requests("/calls/events")
        self.assertEqual({seen["ParentCallSid"] for seen in told}, {sid})
        self.assertEqual(
            sorted(seen["CallStatus"] for seen in told),
            ["completed", "in-progress", "initiated", "ringing"],
        )
        self.ended(sid)

    def play_in_a_loop(self, sid):
        self.app.wait("/cowbell.mp3")
        self.assertGreaterEqual(int(self.ended(sid)["CallDuration"]), 2)

    def setUp(self):
        super().setUp()
        from harness import Reply

        tone = self.folder / "tone.wav"
        # Ten times are three seconds, one more than is asked for: a duration counts whole seconds.
        tone_file(tone, 620, seconds=0.3)
        self.app.route(
            "/cowbell.mp3", Reply(tone.read_bytes(), headers={"Content-Type": "audio/wav"})
        )


class Documents(Writing):
    """The table's documents."""

    def test_documents_of_the_sdks_are_carried_out(self):
        self.check({
            (language, row["name"]): programs.write_document(row["name"], language)
            for row in DOCUMENTS
            for language in ("node", "python")
        })


if printed.document():

    class Printed(Running):
        def test_the_samples_as_they_are_printed(self):
            self.as_they_are_printed()

    class PrintedDocuments(Writing):
        def test_the_documents_as_they_are_printed(self):
            self.as_they_are_printed()

else:
    print("not run: the samples as printed; RINGBACK_SAMPLES_DOCUMENT names no document")


def say(text):
    document = VoiceResponse()
    document.say(text)
    return document


def pause(seconds):
    document = VoiceResponse()
    document.pause(length=seconds)
    return document


def plain(xml):
    """A document without the spaces between elements and the order of attributes."""
    def show(element):
        inner = "".join(show(child) for child in element)
        text = (element.text or "").strip()
        return f"<{element.tag} {sorted(element.attrib.items())}>{text}{inner}</{element.tag}>"

    return show(ET.fromstring(xml.strip().encode()))


if __name__ == "__main__":
    unittest.main()
