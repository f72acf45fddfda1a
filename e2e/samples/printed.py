"""The samples as a document prints them: the file is named by the environment variable
`RINGBACK_SAMPLES_DOCUMENT`, as it may not be carried along."""

import os
import re
from pathlib import Path

from .table import DOCUMENTS, SAMPLES

FENCES = {
    "js": "node", "python": "python", "py": "python", "csharp": "csharp", "cs": "csharp",
    "java": "java", "go": "go", "php": "php", "ruby": "ruby", "rb": "ruby",
}


def document():
    """The document's file, or nothing."""
    name = os.environ.get("RINGBACK_SAMPLES_DOCUMENT")
    return Path(name) if name else None


def blocks(text):
    """(word behind the fence, code) in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def language_of(word, code):
    if word in ("bash", "sh", "shell"):
        if re.search(r"^curl ", code, re.MULTILINE):
            return "curl"
        return "cli" if re.search(r"^twilio ", code, re.MULTILINE) else None
    return FENCES.get(word)


def read(path):
    """{(language, name of the sample): code} and the same of documents: the n-th block of a
    language belongs to the n-th row that has the language."""
    samples, documents = {}, {}
    rows = {}
    for word, code in blocks(path.read_text()):
        language = language_of(word, code)
        if language is None:
            continue
        makes_twiml = re.search(r"twiml[./]?voice|VoiceResponse|twiml\.Voice\(|TwiML::", code, re.I)
        kind = "document" if makes_twiml else "sample"
        among = DOCUMENTS if makes_twiml else [s for s in SAMPLES if language in s.languages]
        place = rows.get((kind, language), 0)
        rows[kind, language] = place + 1
        if place >= len(among):
            raise AssertionError(f"a sample in {language} that the table doesn't have: {code}")
        if makes_twiml:
            documents[language, among[place]["name"]] = code
        else:
            samples[language, among[place].name] = code
    return samples, documents
