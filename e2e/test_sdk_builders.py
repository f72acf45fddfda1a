"""Whatever the builders of the official SDKs can emit is read without a warning: both are walked by
reflection, every verb and noun with every attribute in every value the reference names."""

import inspect
import json
import subprocess
import unittest
from pathlib import Path

from twilio.twiml import voice_response

ROOT = Path(__file__).resolve().parent.parent
READER = ROOT / "target/debug/examples/read"
SCHEMA = json.loads((ROOT / "reference/twiml_schema.json").read_text())
TEXTS = {
    "Number": "+12025550101", "WhatsApp": "+12025550101", "Sip": "sip:alice@example.com",
    "SipUri": "sip:alice@example.com", "ReferSip": "sip:alice@example.com",
    "Task": '{"account": 4711}', "Header": "X-Name", "Play": "https://example.com/a.mp3",
}
# Values that a plain text or number can't be just anything for.
VALUES = {
    "digits": "1w2#", "senddigits": "1w2#", "finishonkey": "*", "speechtimeout": "auto",
    "speechmodel": "phone_call", "language": "en-GB", "time": "2s", "callerid": "+12025550190",
    "machinedetection": "Enable", "machinedetectiontimeout": "30", "name": "X-Name",
    "machinedetectionspeechthreshold": "2000", "machinedetectionspeechendthreshold": "1000",
    "machinedetectionsilencetimeout": "3000", "attempt": "1 2", "priority": "1",
    "weight": "5", "maxattempts": "2",
}
# What an element needs where another stands in it.
AROUND = {"enqueue": {"workflow_sid": "WW00000000000000000000000000000001"}}
MIXED = {("Gather", "speechtimeout"), ("Gather", "speechmodel")}


def values(element, attribute):
    """The values that an attribute of this element can have."""
    plain = attribute.replace("_", "").replace("-", "").replace(":", "").lower()
    known = {
        name.replace("-", "").replace(":", "").lower(): kind
        for name, kind in SCHEMA["attributes"].get(element, [])
    }
    kind = known.get(plain, "string")
    if kind.removesuffix("[]") in SCHEMA["enums"]:
        words = SCHEMA["enums"][kind.removesuffix("[]")]
        return [*words, " ".join(words)] if kind.endswith("[]") else words
    if plain.endswith("method"):
        return ["GET", "POST"]
    if plain in VALUES and not (element == "Language" and plain == "speechmodel"):
        return [VALUES[plain]]
    return {"boolean": [True, False], "number": ["7"], "number[]": ["1 2"]}.get(kind, ["some text"])


class Python:
    """Every document that one call of a builder's method makes, with what it stands in."""

    def __init__(self):
        self.documents = []
        self.seen = set()

    def walk(self, path):
        """`path` is the methods from the response inwards; each is walked once for its class."""
        parent = self.build(path, {})[1]
        kind = type(parent)
        if kind in self.seen:
            return
        self.seen.add(kind)
        for name, method in inspect.getmembers(kind, inspect.isfunction):
            if name.startswith("_") or method.__module__ != voice_response.__name__:
                continue
            self.emit([*path, name])
            self.walk([*path, name])

    def emit(self, path):
        response, element = self.build(path, {})
        self.documents.append(str(response))
        method = getattr(type(self.build(path[:-1], {})[1]), path[-1])
        every = {}
        for parameter in list(inspect.signature(method).parameters.values())[1:]:
            if parameter.kind is parameter.VAR_KEYWORD or self.is_text(parameter.name, element):
                continue
            if parameter.name == "digits" and len(path) > 1:
                continue  # Keys can't be played while keys are gathered.
            found = values(type(element).__name__, parameter.name)
            for value in found:
                self.documents.append(str(self.build(path, {parameter.name: value})[0]))
            plain = parameter.name.replace("_", "")
            if (type(element).__name__, plain) not in MIXED:
                every[parameter.name] = found[0]
        self.documents.append(str(self.build(path, every)[0]))

    @staticmethod
    def is_text(name, element):
        return name in {
            "message", "number", "words", "url", "name", "body", "identity", "application_sid",
            "sid", "phone_number", "sip_url", "sim_sid", "client_identity",
        } and name in inspect.signature(type(element).__init__).parameters

    def build(self, path, attributes):
        """The response, and the innermost element with these attributes."""
        response = element = voice_response.VoiceResponse()
        for depth, name in enumerate(path):
            method = getattr(element, name)
            signature = inspect.signature(method)
            given = attributes if depth == len(path) - 1 else AROUND.get(name, {})
            # What the builder's own class takes as its text is given to each.
            made = {}
            for parameter in signature.parameters.values():
                if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD:
                    made[parameter.name] = TEXTS.get(self.named(name), "some text")
            inner = path[depth + 1] if depth + 1 < len(path) else None
            element = method(**{**made, **self.text(name, signature, inner), **given})
        return response, element

    @staticmethod
    def named(method):
        return {"uri": "SipUri", "number": "Number", "whats_app": "WhatsApp", "sip": "Sip",
                "play": "Play", "task": "Task", "header": "Header"}.get(method, method)

    def text(self, name, signature, inner):
        """The text of an element that may have one, unless what stands in it takes its place."""
        first = next(iter(signature.parameters), None)
        always = first in ("message", "words") or (first == "url" and name == "play")
        beside = first == "sip_url" and inner == "headers"
        alone = first in ("sip_url", "identity", "application_sid", "number", "name") and not inner
        if not (always or beside or alone) or name in ("connect", "room", "autopilot"):
            return {}
        return {first: TEXTS.get(self.named(name), "some text")}


class Builders(unittest.TestCase):
    def read(self, documents, least):
        self.assertGreater(len(documents), least)
        text = "\0".join(documents)
        done = subprocess.run([READER], input=text, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, f"{len(documents)} read, 0 with faults\n", done.stdout[:6000])

    def test_python(self):
        python = Python()
        python.walk([])
        classes = {
            kind for _, kind in inspect.getmembers(voice_response, inspect.isclass)
            if kind.__module__ == voice_response.__name__
        }
        self.assertEqual(classes - python.seen, set(), "builders that were not reached")
        self.read(python.documents, 1_500)

    def test_node(self):
        script = ROOT / "e2e/node/builders.mjs"
        done = subprocess.run(["node", script], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.read(done.stdout.split("\0"), 1_500)
