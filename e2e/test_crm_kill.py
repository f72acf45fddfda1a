"""Either process dies in the middle of a call: after it is back, the log is right."""

from harness.crm_case import CONTACT, CrmCase
from harness.postgres import Postgres
from harness.wait import until


class CrmDies(CrmCase):
    def test_the_crm_dies_while_both_talk_and_misses_the_end(self):
        _, answer = self.ana.click(CONTACT)
        log_id = answer["callLogId"]
        self.ana.stage(log_id, "live")
        self.talk(log_id)
        self.crm.kill()
        # The call ends, and its callbacks find nobody.
        call = self.house.client().calls(answer["callSid"])
        call.update(status="completed")
        until(lambda: call.fetch().status == "completed", 10, "the end of the call")
        self.crm.start()
        self.settled(log_id, call.fetch())

    def test_the_crm_dies_before_the_agent_answers(self):
        _, answer = self.ana.click(CONTACT)
        log_id = answer["callLogId"]
        self.ana.stage(log_id, "agent-ringing")
        self.crm.kill()
        self.crm.start()
        # A document that could not be had in time ends the call; otherwise both talk.
        call = self.house.client().calls(answer["callSid"])

        def over():
            row = call.fetch()
            if self.ana.log(log_id)["stage"] == "live":
                call.update(status="completed")
            return row.status in ("completed", "failed") and row

        self.settled(log_id, until(over, 60, "the end of the call"), talked=None)

    def settled(self, log_id, row, talked=True):
        """The log says of the call what the platform's row says."""
        self.ana.listen()
        look = lambda: (log := self.ana.log(log_id))["stage"] == "ended" and log  # noqa: E731
        ended = until(look, 30, "the end in the log")
        self.assertEqual(ended["status"], row.status)
        self.assertEqual(ended["durationSeconds"], int(row.duration))
        if talked:
            self.assertEqual(ended["outcome"], "talked")
            look = lambda: self.ana.log(log_id)["recording"]  # noqa: E731
            until(look, 30, "the recording in the log")
            samples, rate = self.recording(self.ana.log(log_id))
            self.assertGreater(samples.shape[1] / rate, 0.5)
        # Nothing is left that would keep the agent's line busy.
        self.assertEqual(self.ana.fetch("/api/calls?live=true")["calls"], [])


class CrmDiesOnPostgres(CrmDies):
    postgres = Postgres


class HouseDies(CrmCase):
    def test_the_platform_dies_while_both_talk(self):
        _, answer = self.ana.click(CONTACT)
        log_id = answer["callLogId"]
        self.ana.stage(log_id, "live")
        self.house.kill()
        self.house.start()
        call = self.house.client().calls(answer["callSid"])
        until(lambda: call.fetch().status == "failed", 10, "the end in the platform's row")
        row = call.fetch()
        look = lambda: (log := self.ana.log(log_id))["stage"] == "ended" and log  # noqa: E731
        ended = until(look, 60, "the end in the log")
        self.assertEqual(ended["status"], row.status)
        self.never_back(log_id)
        self.assertEqual(self.ana.fetch("/api/calls?live=true")["calls"], [])
        # And the line is free again.
        status, again = self.ana.click(CONTACT)
        self.assertEqual(status, 200, again)
        self.ana.stage(again["callLogId"], "live")
        self.ana.fetch(f"/api/calls/{again['callLogId']}/hang-up", "POST", status=(202,))
        self.ana.stage(again["callLogId"], "ended")

    def test_a_platform_that_is_down_is_told_and_logged(self):
        self.house.kill()
        status, answer = self.ana.click(CONTACT)
        self.assertEqual((status, answer["code"]), (500, "call-refused"), answer)
        (log,) = self.ana.fetch("/api/calls")["calls"]
        self.assertEqual((log["status"], log["outcome"], log["stage"]),
                         ("failed", "failed", "ended"))
        self.house.start()
