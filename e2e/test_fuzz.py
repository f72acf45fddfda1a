"""Schemathesis against the running house: whatever is sent, no answer is a fault of ours, every
refusal is an error object, and what succeeds has the types of the contract. The description it
works from is made of `reference/contract.json`; chance is seeded."""

import json
import subprocess
import sys
import unittest
from pathlib import Path

from harness import ACCOUNT, TOKEN, Case
from harness.tunnel import clean_environment

ROOT = Path(__file__).resolve().parents[1]
BUSY = "+12025550102"
OWNED = "+12025550190"
SEED = 20_240_117
SECONDS = 45
RESOURCES = (
    "Calls", "Recordings", "Notifications", "IncomingPhoneNumbers", "Applications",
    "OutgoingCallerIds", "Keys", "SigningKeys",
)
# Closing the account would end the test; verifying a number makes a call that nobody answers.
LEFT_OUT = {"UpdateAccount", "CreateValidationRequest"}
KNOWN = {
    "To": [BUSY],
    "From": [OWNED],
    "PhoneNumber": ["+12025550171"],
    "Twiml": ["<Response/>"],
}
FAULT = {
    "type": "object",
    "properties": {
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "more_info": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 499},
    },
    "required": ["code", "message", "more_info", "status"],
}


class Fuzz(Case):
    takes_a_core = True
    all_signed = False  # Whatever addresses chance makes up are asked.

    def test_no_input_breaks_the_contract(self):
        ended = self.place(BUSY).sid
        self.ended(ended)
        path = Path(self.house.folder.name) / "openapi.json"
        description = self.description(ended)
        path.write_text(json.dumps(description))
        done = subprocess.run(
            [
                str(Path(sys.executable).parent / "st"), "run", str(path),
                "--url", self.house.base,
                "--auth", f"{ACCOUNT}:{TOKEN}",
                "--checks", "not_a_server_error,status_code_conformance,"
                "content_type_conformance,response_schema_conformance",
                "--phases", "coverage,fuzzing",
                "--max-examples", "25",
                "--max-time", str(SECONDS),
                "--seed", str(SEED),
                "--generation-database", "none",
                "--continue-on-failure",
                "--suppress-health-check", "all",
                "--warnings", "off",
                "--no-color",
            ],
            cwd=self.house.folder.name,
            env={**clean_environment(), "HOME": self.house.folder.name},
            capture_output=True,
            text=True,
            timeout=SECONDS + 90,
        )
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, 0, said[-8000:])
        self.assertEqual(self.house.ask("GET", "/health")[0], 200)

    def description(self, call):
        """A small OpenAPI document of the resources that are built."""
        paths, built = {}, served()
        contract = json.loads((ROOT / "reference/contract.json").read_text())
        for operation in contract["voice_api_v2010"]:
            place = operation["path"].split("/{AccountSid}/")
            if len(place) == 2 and not place[1].startswith(RESOURCES):
                continue
            if operation["operation"] not in built - LEFT_OUT:
                continue
            paths.setdefault(operation["path"], {})[operation["method"].lower()] = {
                "operationId": operation["operation"],
                "parameters": [
                    {
                        "name": one["name"],
                        "in": one["in"],
                        "required": one["in"] == "path" or one.get("required", False),
                        "schema": self.schema(one["name"], one, call),
                    }
                    for one in operation["parameters"]
                ],
                **self.body(operation, call),
                "responses": {
                    **{
                        status: answer(shape)
                        for status, shape in operation["responses"].items()
                    },
                    **{"4XX": answer(FAULT)},
                },
            }
        self.assertGreater(sum(len(methods) for methods in paths.values()), 15)
        return {
            "openapi": "3.0.3",
            "info": {"title": "Ringback", "version": "2010-04-01"},
            "paths": paths,
        }

    def body(self, operation, call):
        if not operation["body"]:
            return {}
        properties = {
            name: self.schema(name, one, call)
            for name, one in operation["body"].get("properties", {}).items()
        }
        schema = {
            "type": "object",
            "properties": properties,
            # A call needs a document as well.
            "required": operation["body"].get("required", [])
            + (["Twiml"] if operation["operation"] == "CreateCall" else []),
            "additionalProperties": False,
        }
        return {
            "requestBody": {
                "content": {"application/x-www-form-urlencoded": {"schema": schema}}
            }
        }

    def schema(self, name, one, call):
        """The schema of an input: often something that exists, so that chance comes further."""
        if name == "AccountSid" or one.get("pattern", "").startswith("^AC"):
            return {"type": "string", "enum": [ACCOUNT]}
        if name in ("Sid", "CallSid") and one.get("pattern", "").startswith("^CA"):
            return {"type": "string", "enum": [call, "CA" + "0" * 32]}
        known = KNOWN.get(name)
        if one.get("format") == "uri":
            known = [self.app.url("/fuzz")]
        kept = {
            key: value
            for key, value in one.items()
            if key in ("type", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum",
                       "items")
        }
        return {"anyOf": [{"type": "string", "enum": known}, kept]} if known else kept


def served():
    """The operations that are there: the compatibility page is held to the program by a test."""
    page = (ROOT / "docs/compatibility.md").read_text()
    table = page.split("<!-- begin operations", 1)[1].split("<!-- end operations", 1)[0]
    rows = [line.split("|") for line in table.splitlines() if line.count("|") == 4]
    return {name.strip() for row in rows for name in row[2].split(",")}


def answer(shape):
    """An answer; one without a body has no content."""
    if not shape:
        return {"description": "done"}
    return {
        "description": "done",
        "content": {"application/json": {"schema": loosened(shape)}},
    }


def loosened(shape):
    """Addresses of pages are relative, dates those of RFC 2822: no format of OpenAPI. And where an
    identifier may be missing, the contract's own examples have an empty text."""
    if isinstance(shape, list):
        return [loosened(value) for value in shape]
    if not isinstance(shape, dict):
        return shape
    found = {key: loosened(value) for key, value in shape.items() if key != "format"}
    if found.get("nullable") is True and isinstance(found.get("pattern"), str):
        found["pattern"] = f"^({found['pattern'].strip('^$')})?$"
        found.pop("minLength", None)
    return found


if __name__ == "__main__":
    unittest.main()
