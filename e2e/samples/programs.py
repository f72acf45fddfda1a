"""Programs made of the table's rows, one way of writing for each language that is run."""

import re
import shlex

from .table import LIMIT

OPERATORS = {">": "After", "<": "Before"}


def words(name):
    """`StartTime>` → [`start`, `time`, `after`]."""
    spelled = name[:-1] + OPERATORS[name[-1]] if name[-1] in OPERATORS else name
    return [word.lower() for word in re.findall("[A-Z][a-z]*", spelled)]


def camel(name):
    first, *rest = words(name)
    return first + "".join(word.capitalize() for word in rest)


def snake(name):
    spelled = "_".join(words(name))
    return "from_" if spelled == "from" else spelled


def kebab(name):
    return "-".join(words(name))


def grouped(parameters):
    """Repeated names become one with a list."""
    found = {}
    for name, value in parameters:
        found.setdefault(name, []).append(value)
    return [(name, values[0] if len(values) == 1 else values) for name, values in found.items()]


def is_moment(value):
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value)


def write(sample, language):
    """The program's text."""
    return {"node": node, "python": python, "cli": cli, "curl": curl}[language](sample)


def node(sample):
    def literal(value):
        if isinstance(value, list):
            return "[" + ", ".join(literal(each) for each in value) + "]"
        if is_moment(value):
            return f'new Date("{value[:10]} {value[11:19]}")'
        return '"' + value.replace('"', '\\"') + '"'

    options = [
        f"{camel(name)}: {literal(value)}"
        for name, value in grouped(sample.parameters("node"))
    ]
    place = f'client.calls("{sample.sid}")' if sample.sid else "client.calls"
    if sample.does == "list":
        act = f"""const found = await {place}.list({{ {", ".join([*options, f"limit: {LIMIT}"])} }});
  found.forEach((each) => console.log(each.sid));"""
    elif sample.does == "remove":
        act = f"await {place}.remove();"
    else:
        given = f"{{ {', '.join(options)} }}" if options else ""
        act = f"""const call = await {place}.{sample.does}({given});
  console.log(call.sid);"""
    return f"""const twilio = require("twilio");
const client = twilio(process.env.TWILIO_ACCOUNT_SID, process.env.TWILIO_AUTH_TOKEN);
async function main() {{
  {act}
}}
main();
"""


def python(sample):
    def literal(value):
        if is_moment(value):
            year, month, day = (int(part) for part in value[:10].split("-"))
            return f"datetime({year}, {month}, {day}, 0, 0, 0)"
        return repr(value)

    options = [
        f"{snake(name)}={literal(value)}"
        for name, value in grouped(sample.parameters("python"))
    ]
    place = f'client.calls("{sample.sid}")' if sample.sid else "client.calls"
    if sample.does == "list":
        act = f"""for each in {place}.list({", ".join([*options, f"limit={LIMIT}"])}):
    print(each.sid)"""
    elif sample.does == "remove":
        act = f"{place}.delete()"
    else:
        act = f"call = {place}.{sample.does}({', '.join(options)})\nprint(call.sid)"
    return f"""import os
from datetime import datetime
from twilio.rest import Client
client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])
{act}
"""


def cli(sample):
    command = ["twilio", f"api:core:calls:{sample.does}"]
    if sample.sid:
        command += ["--sid", sample.sid]
    for name, value in grouped(sample.parameters("cli")):
        command += [f"--{kebab(name)}", *(value if isinstance(value, list) else [value])]
    return shlex.join(command) + "\n"


def curl(sample):
    method, path, sent = sample.request("curl")
    path = path.replace("{account}", "$TWILIO_ACCOUNT_SID")
    if sample.does == "accounts":
        return (
            f"curl -G https://api.twilio.com{path} "
            "-u $TWILIO_API_KEY:$TWILIO_API_KEY_SECRET\n"
        )
    query = ""
    data = ""
    if sample.does == "list":
        encoded = [f"{name}={value.replace('+', '%2B').replace(':', '%3A')}" for name, value in sent]
        query = "?" + "&".join(encoded)
    else:
        data = "".join(
            " --data-urlencode " + shlex.quote(f"{name}={value}") for name, value in sent
        )
    return (
        f'curl -X {method} "https://api.twilio.com{path}{query}"{data}'
        " -u $TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN\n"
    )


DOCUMENTS = {
    "node": {
        "say": "response.say('Hello!');",
        "dial a number with callbacks": """response.dial().number({
  statusCallbackEvent: 'initiated ringing answered completed',
  statusCallback: 'https://myapp.com/calls/events',
  statusCallbackMethod: 'POST',
}, '+12349013030');""",
        "play in a loop": "response.play({ loop: 10 }, 'https://api.twilio.com/cowbell.mp3');",
    },
    "python": {
        "say": "response.say('Hello!')",
        "dial a number with callbacks": """dial = Dial()
dial.number(
    '+12349013030',
    status_callback_event='initiated ringing answered completed',
    status_callback='https://myapp.com/calls/events',
    status_callback_method='POST',
)
response.append(dial)""",
        "play in a loop": "response.play('https://api.twilio.com/cowbell.mp3', loop=10)",
    },
}


def write_document(name, language):
    """A program that prints a document made by the SDK."""
    act = DOCUMENTS[language][name]
    if language == "node":
        return f"""const VoiceResponse = require("twilio").twiml.VoiceResponse;
const response = new VoiceResponse();
{act}
console.log(response.toString());
"""
    return f"""from twilio.twiml.voice_response import Dial, VoiceResponse
response = VoiceResponse()
{act}
print(response)
"""
