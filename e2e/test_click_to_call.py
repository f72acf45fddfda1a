"""The story of the source document: the agent is called first, then joined to the contact."""

import urllib.parse

from harness import ACCOUNT, Case
from harness.sound import loudest_db, read_wav
from twilio.twiml.voice_response import Dial, VoiceResponse

PERSON = "+12025550101"
CONTACT = "+12025550155"
OURS = "+12025550190"


class ClickToCall(Case):
    def connect(self, seen):
        """The document the CRM answers with."""
        document = VoiceResponse()
        document.say("Conectando você ao contato. Aguarde.", language="pt-BR")
        dial = Dial(
            caller_id=OURS,
            timeout=30,
            record="record-from-answer-dual",
            action="/twilio-webhook/dial-complete",
            recording_status_callback=self.app.url("/twilio-webhook/recording"),
            time_limit=6,
        )
        dial.number(
            seen["to"],
            status_callback=self.app.url("/twilio-webhook/child"),
            status_callback_event="initiated ringing answered completed",
        )
        document.append(dial)
        document.say("A chamada não foi completada.", language="pt-BR")
        return document

    def begin(self, agent, contact):
        self.app.route("/twilio-webhook/twiml", self.connect)
        self.app.route("/twilio-webhook/dial-complete", VoiceResponse())
        url = self.app.url("/twilio-webhook/twiml?to=" + urllib.parse.quote(contact))
        # As the document's own code does it: a form by hand, events in one string.
        form = urllib.parse.urlencode(
            {
                "To": agent,
                "From": OURS,
                "Url": url,
                "StatusCallback": self.app.url("/twilio-webhook/status"),
                "StatusCallbackEvent": "initiated ringing answered completed",
                "StatusCallbackMethod": "POST",
                "Record": "true",
                "RecordingStatusCallback": self.app.url("/twilio-webhook/recording"),
            }
        )
        status, _, body = self.house.ask(
            "POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json", form.encode()
        )
        self.assertEqual((status, body["status"]), (201, "queued"), body)
        return body["sid"]

    def test_agent_and_contact_talk_and_the_recording_holds_both(self):
        sid = self.begin(PERSON, CONTACT)
        asked = self.app.wait("/twilio-webhook/twiml")
        self.assertEqual((asked.query["to"], asked["To"]), (CONTACT, PERSON))
        done = self.app.wait("/twilio-webhook/dial-complete", 40)
        self.assertEqual(done["DialCallStatus"], "completed")
        self.assertGreaterEqual(int(done["DialCallDuration"]), 4)
        self.assertRegex(done["RecordingUrl"], "/Recordings/RE[0-9a-f]{32}$")
        last = self.ended(sid, path="/twilio-webhook/status")
        self.assertEqual(last["CallStatus"], "completed")
        self.assertEqual(
            self.statuses(sid, "/twilio-webhook/status"),
            ["initiated", "ringing", "in-progress", "completed"],
        )
        child = done["DialCallSid"]
        self.ended(child, path="/twilio-webhook/child")
        told = self.app.requests("/twilio-webhook/child")
        self.assertEqual(
            self.statuses(child, "/twilio-webhook/child"),
            ["initiated", "ringing", "in-progress", "completed"],
        )
        for seen in told:
            self.assertEqual(seen["ParentCallSid"], sid)
            self.assertEqual(seen["Direction"], "outbound-dial")
            self.assertEqual((seen["From"], seen["To"]), (OURS, CONTACT))
        row = self.client.calls(child).fetch()
        self.assertEqual((row.parent_call_sid, row.status), (sid, "completed"))
        self.assertEqual([c.sid for c in self.client.calls.list(parent_call_sid=sid)], [child])
        dual = self.app.wait("/twilio-webhook/recording", RecordingSource="DialVerb")
        whole = self.app.wait("/twilio-webhook/recording", RecordingSource="OutboundAPI")
        self.assertEqual((dual["RecordingChannels"], whole["RecordingChannels"]), ("2", "1"))
        self.assertEqual(dual["CallSid"], sid)
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/"
        samples, rate = read_wav(self.house.ask("GET", path + dual["RecordingSid"] + ".wav")[2])
        self.assertEqual(len(samples), 2)
        # The contact says hello as it answers; the agent waits until that is over.
        first = 2 * rate
        self.assertGreater(loudest_db(samples[1][:first], rate), -40, "the contact's voice")
        self.assertLess(loudest_db(samples[0][:first], rate), -60, "not on the agent's channel")
        samples, rate = read_wav(self.house.ask("GET", path + whole["RecordingSid"] + ".wav")[2])
        self.assertEqual(len(samples), 1)
        self.assertGreater(loudest_db(samples[0], rate), -40, "the whole call")
        self.assertGreater(len(samples[0]) / rate, 7)

    def test_both_voices_are_in_the_dual_recording(self):
        # The agent is a voicemail that talks for long: his voice goes on after the joining.
        sid = self.begin("+12025550105", CONTACT)
        dual = self.app.wait("/twilio-webhook/recording", 40, RecordingSource="DialVerb")
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/"
        samples, rate = read_wav(self.house.ask("GET", path + dual["RecordingSid"] + ".wav")[2])
        self.assertEqual(len(samples), 2)
        self.assertGreater(loudest_db(samples[0], rate), -40, "the agent's voice")
        self.assertGreater(loudest_db(samples[1], rate), -40, "the contact's voice")
        self.ended(sid, path="/twilio-webhook/status")

    def test_a_contact_that_is_busy_is_told_to_the_action(self):
        sid = self.begin(PERSON, "+12025550102")
        done = self.app.wait("/twilio-webhook/dial-complete", 30)
        self.assertEqual(done["DialCallStatus"], "busy")
        self.assertNotIn("RecordingUrl", done.params)
        self.assertEqual(
            self.ended(sid, path="/twilio-webhook/status")["CallStatus"], "completed"
        )

    def test_the_agent_hangs_up_and_the_contact_is_let_go(self):
        sid = self.begin("+12025550107", CONTACT)
        last = self.ended(sid, path="/twilio-webhook/status")
        self.assertEqual(last["CallStatus"], "completed")
        row = [c for c in self.client.calls.list(parent_call_sid=sid)]
        for child in row:
            self.ended(child.sid, path="/twilio-webhook/child")
