"""Calls to the organization's number: they ring the agent, and are logged like the others."""

from harness.crm_case import OURS, CrmCase
from harness.sipp import Sipp

CALLER = "+12025550123"


class Inbound(CrmCase):
    def setUp(self):
        super().setUp()
        self.integration = self.ana.fetch("/api/integration")
        self.house.client().incoming_phone_numbers.list(phone_number=OURS)[0].update(
            voice_url=self.integration["webhooks"]["voice"],
            status_callback=self.integration["webhooks"]["status"],
        )

    def call(self, scenario="caller_talks", *more):
        run = Sipp(
            scenario, self.house.sip, keys={"caller": CALLER}, more=["-s", OURS, *more]
        )
        self.addCleanup(run.close)
        first = self.ana.events.wait_for(
            lambda items: next((e for e in items if e.get("event") == "call"), None),
            20,
            "a call's log",
        )
        return run, first["data"]["id"]

    def test_a_caller_talks_to_the_agent(self):
        contact = self.ana.contact("Ana Souza", CALLER)
        run, log_id = self.call("caller_talks", "-d", "6000")
        live = self.ana.stage(log_id, "live")
        self.assertEqual((live["direction"], live["fromNumber"], live["toNumber"]),
                         ("inbound", CALLER, OURS))
        self.assertEqual(live["contact"]["id"], contact["id"])
        self.assertEqual(live["agent"]["number"], self.agent)
        run.finish()
        ended = self.over(log_id)
        self.assertEqual((ended["status"], ended["outcome"]), ("completed", "talked"))
        self.assertGreaterEqual(ended["talkSeconds"], 3)
        kept = self.ana.wait(log_id, lambda log: log["recording"], what="the recording")
        samples, rate = self.recording(kept)
        self.assertGreater(samples.shape[1] / rate, 3)
        self.never_back(log_id)
        listed = self.ana.fetch("/api/calls?direction=inbound")["calls"]
        self.assertEqual([one["id"] for one in listed], [log_id])
        self.assertEqual(self.carla.events.snapshot(), [])

    def test_an_agent_who_is_busy_is_told_to_the_caller(self):
        self.ana.integrate("+12025550102")
        run, log_id = self.call("caller_listens")
        run.finish()
        ended = self.ana.stage(log_id, "ended")
        self.assertEqual((ended["status"], ended["outcome"]), ("completed", "agent-busy"))
