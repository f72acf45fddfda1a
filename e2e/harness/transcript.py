"""What an application was asked, as a text that is the same wherever the same story was played:
calls, recordings and people go by names, times by whether there are any."""

import re

from .house import ACCOUNT

# Told of calls that come and go by SIP, and only of those.
SIP_ONLY = re.compile("SipDomain|SipCallId|SipSourceIp|SipHeader_.*|DialSip.*")
# Told of telephone numbers only.
NUMBER_ONLY = re.compile("(From|To|Caller|Called)(City|State|Zip|Country)|CallToken")
TIMES = {"Timestamp", "RecordingStartTime"}
LENGTHS = {"CallDuration", "Duration", "DialCallDuration", "RecordingDuration"}
# In the order of a recording's life.
STATUSES = ["in-progress", "completed", "absent"]


class Transcript:
    """`people` are {address: name}."""

    def __init__(self, asked, people):
        self.people = people
        self.calls = {}
        self.recordings = {}
        for one in asked:
            if "To" in one.form:
                self.calls[one["CallSid"]] = f"CA({self.person(one['To'])})"
        # Documents are asked one after the other. Callbacks are told beside them and may overtake
        # each other; their own numbers tell their order.
        documents = [one for one in asked if not one.path.startswith("/events/")]
        callbacks = [one for one in asked if one.path.startswith("/events/")]
        self.lines = [self.line(one) for one in documents]
        told = sorted(callbacks, key=self.order)
        self.lines += [self.line(one) for one in told]

    def __str__(self):
        return "".join(f"{line}\n" for line in self.lines)

    def order(self, one):
        place = one.get("SequenceNumber")
        if place is None:
            place = STATUSES.index(one["RecordingStatus"])
        return one.path, self.call(one["CallSid"]), int(place)

    def line(self, one):
        query = "".join(f"?{name}={value}" for name, value in one.query.items())
        words = []
        for name, value in sorted(one.form.items()):
            if SIP_ONLY.fullmatch(name) or NUMBER_ONLY.fullmatch(name):
                continue
            words.append(f"{name}={self.value(name, value)}")
        return " ".join([one.path + query, *words])

    def value(self, name, value):
        if name == "AccountSid":
            return "AC" if value == ACCOUNT else value
        if name in TIMES:
            return "then" if value else ""
        if name in LENGTHS:
            return "some" if int(value) else "none"
        if name in ("From", "To", "Caller", "Called"):
            return self.person(value)
        if name == "RecordingUrl":
            head, sid = value.rsplit("/", 1)
            form = f"http://[^/]+/2010-04-01/Accounts/{ACCOUNT}/Recordings"
            assert re.fullmatch(form, head), value
            return self.recording(sid)
        if re.match("RE[0-9a-f]{32}$", value):
            return self.recording(value)
        if re.match("CA[0-9a-f]{32}$", value):
            return self.call(value)
        return value

    def person(self, address):
        # A SIP address may come with or without a port and parameters.
        for known, name in self.people.items():
            if address == known or re.split("[:;]", address.split("@")[0])[-1] == known:
                return name
        return address

    def call(self, sid):
        return self.calls.get(sid, sid)

    def recording(self, sid):
        return self.recordings.setdefault(sid, f"RE{len(self.recordings) + 1}")
