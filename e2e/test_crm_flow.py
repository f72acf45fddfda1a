"""The reference CRM, from the click to the recording: the eight steps of the source document, on
both databases and with both kinds of phone; and what becomes of a log when somebody dies."""

from harness.carrier import Carrier
from harness.config import serve
from harness.crm_case import CONTACT, OURS, CrmCase
from harness.house import House
from harness.phone import Phone
from harness.postgres import Postgres
from harness.sound import best_tone_share, loudest_db


class Flow(CrmCase):
    """The document's flow, step by step."""

    def agent_answers(self):
        """Virtual phones do it by themselves."""

    contact_answers = agent_answers

    def both_speak(self, samples, rate):
        # The contact says hello as it answers; the agent listens, and replies.
        self.assertGreater(loudest_db(samples[1], rate), -40, "the contact's voice")

    def contact_hangs_up(self, log):
        self.ana.fetch(f"/api/calls/{log}/hang-up", "POST", status=(202,))

    contact = CONTACT

    def flow(self):
        contact = self.ana.contact("Ana Souza", self.contact, company="Padaria Real")

        # 1. The user begins the call.
        status, answer = self.ana.click(self.contact, contactId=contact["id"])
        self.assertEqual((status, answer["success"]), (200, True), answer)
        log_id = answer["callLogId"]

        # 2. The function creates the call, and the log has it.
        log = self.ana.log(log_id)
        self.assertEqual(log["callSid"], answer["callSid"])
        self.assertEqual((log["direction"], log["toNumber"]), ("outbound", self.contact))
        self.assertEqual((log["fromNumber"], log["contact"]["name"]), (OURS, "Ana Souza"))
        row = self.house.client().calls(answer["callSid"]).fetch()
        self.assertEqual((row.to, row._from), (self.agent, OURS))

        # 3. The platform calls the agent; the log follows.
        ringing = self.ana.stage(log_id, "agent-ringing")
        self.assertEqual((ringing["status"], ringing["answeredAt"]), ("ringing", None))
        self.agent_answers()

        # 4. The agent answers, and the platform fetches the TwiML.
        answered = self.ana.wait(log_id, lambda log: log["answeredAt"], what="the answer")
        self.assertEqual(answered["status"], "in-progress")
        self.assertIsNone(answered["connectedAt"])

        # 5. The platform joins the contact.
        self.ana.stage(log_id, "contact-ringing")
        self.contact_answers()
        live = self.ana.stage(log_id, "live")
        self.assertEqual(live["other"]["status"], "in-progress")
        self.assertEqual(live["other"]["number"], self.contact)
        child = self.house.client().calls(live["other"]["callSid"]).fetch()
        self.assertEqual(child.parent_call_sid, answer["callSid"])

        # 6. The call goes on, recorded.
        recordings = self.house.client().recordings.list(call_sid=answer["callSid"])
        self.assertIn("DialVerb", [one.source for one in recordings])
        self.talk(log_id)

        # 7. The call ends: status, length and recording arrive.
        self.contact_hangs_up(log_id)
        ended = self.over(log_id)
        self.assertEqual((ended["status"], ended["outcome"]), ("completed", "talked"))
        self.assertGreaterEqual(ended["durationSeconds"], ended["talkSeconds"])
        self.assertGreaterEqual(ended["talkSeconds"], 2)
        moments = [ended[f"{what}At"] for what in ("started", "answered", "connected", "ended")]
        self.assertEqual(moments, sorted(moments))
        kept = self.ana.wait(log_id, lambda log: log["recording"], what="the recording")
        samples, rate = self.recording(kept)
        self.both_speak(samples, rate)
        seconds = kept["recording"]["durationSeconds"]
        self.assertAlmostEqual(samples.shape[1] / rate, seconds, delta=1.2)

        # 8. The page is told, of every step, and only this organization's.
        self.never_back(log_id)
        seen = [log["stage"] for log in self.ana.told(log_id)]
        for stage in ("agent-ringing", "agent-connected", "contact-ringing", "live", "ended"):
            self.assertIn(stage, seen)
        self.assertEqual(self.carla.events.snapshot(), [])
        self.assertEqual(self.carla.fetch("/api/calls")["calls"], [])
        for path in (f"/api/calls/{log_id}", kept["recording"]["url"]):
            self.assertEqual(self.carla.ask("GET", path)[0], 404, path)
            self.assertEqual(self.crm.ask("GET", path)[0], 401, path)
        listed = self.ana.fetch("/api/calls?outcome=talked")["calls"]
        self.assertEqual([one["id"] for one in listed], [log_id])


class OnSqlite(Flow):
    def test_the_eight_steps_of_the_document(self):
        self.flow()


class OnPostgres(Flow):
    postgres = Postgres

    def test_the_eight_steps_of_the_document(self):
        self.flow()


class WithRealPhones(Flow):
    """Baresip is the agent, and another the contact, both behind the house's carrier; each says a
    tone of its own."""

    agent = "+12025550144"
    contact = "+12025550155"

    def build(self):
        self.carrier = Carrier()
        self.addCleanup(self.carrier.close)
        return House(config=serve(trunks=[self.carrier.trunk()]))

    def setUp(self):
        super().setUp()
        self.agents = self.phone(self.agent, 440)
        self.contacts = self.phone(self.contact, 1000)

    def phone(self, number, tone_hz):
        at = f"127.0.0.1:{self.carrier.port}"
        phone = Phone(self.house.folder.name, number, at, tone_hz=tone_hz)
        self.addCleanup(phone.close)
        self.carrier.connect(number, phone)
        return phone

    def agent_answers(self):
        self.agents.answer()

    def contact_answers(self):
        self.contacts.answer()

    def contact_hangs_up(self, log):
        self.contacts.hang_up()

    def both_speak(self, samples, rate):
        self.assertGreater(best_tone_share(samples[0], rate, 440), 0.5, "the agent, left")
        self.assertGreater(best_tone_share(samples[1], rate, 1000), 0.5, "the contact, right")
        self.assertLess(best_tone_share(samples[0], rate, 1000), 0.1)
        self.assertLess(best_tone_share(samples[1], rate, 440), 0.1)

    def test_the_eight_steps_of_the_document(self):
        self.flow()
