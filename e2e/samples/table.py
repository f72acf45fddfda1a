"""Reads `table.toml`, and says what each sample sends in each language."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

TABLE = tomllib.loads((Path(__file__).parent / "table.toml").read_text())
LANGUAGES = list(TABLE["language"])
RUN = [name for name in LANGUAGES if TABLE["language"][name]["run"]]
NOT_RUN = [name for name in LANGUAGES if name not in RUN]
METHODS = {"create": "POST", "update": "POST", "remove": "DELETE"}
STATUSES = {"create": 201, "remove": 204}
PLACEHOLDER = "CAXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"
# How many the samples ask for, in the words of their language.
LIMIT = 20


@dataclass
class Sample:
    """One row of the table."""

    row: dict

    @property
    def name(self):
        return self.row["name"]

    @property
    def does(self):
        return self.row["does"]

    @property
    def languages(self):
        return self.row.get("languages", LANGUAGES)

    @property
    def sid(self):
        """The placeholder of the call it is about; none for creating and listing."""
        if self.does in ("fetch", "update", "remove"):
            return self.row.get("sid", PLACEHOLDER)
        return None

    def parameters(self, language):
        """The parameters as pairs, without the size of a page."""
        kind = language if language in ("cli", "curl") else "sdk"
        return [tuple(pair) for pair in self.row.get(kind, self.row.get("parameters", []))]

    def finds(self, language):
        """The names of the rows that a list must find, newest first."""
        if language not in ("cli", "curl") and "finds_sdk" in self.row:
            return self.row["finds_sdk"]
        return self.row["finds"]

    def request(self, language):
        """Method, path below the API's version, and parameters that go over the wire."""
        if self.does == "accounts":
            return "GET", "/2010-04-01/Accounts", []
        path = "/2010-04-01/Accounts/{account}/Calls"
        path += f"/{self.sid}.json" if self.sid else ".json"
        sent = self.parameters(language)
        # The command line stops by itself and asks for no size.
        if self.does == "list" and language != "cli":
            sent.append(("PageSize", str(LIMIT)))
        return METHODS.get(self.does, "GET"), path, sent

    @property
    def status(self):
        """The status of the answer."""
        return STATUSES.get(self.does, 200)


SAMPLES = [Sample(row) for row in TABLE["sample"]]
DOCUMENTS = TABLE["document"]


def instead(text, world):
    """Puts what there is in this world in the place of what the samples name."""
    for printed, ours in TABLE["instead"].items():
        text = text.replace(printed, ours.format(**world))
    return text


def environment(world):
    return {name: value.format(**world) for name, value in TABLE["environment"].items()}
