"""The menu application of the client for Rust (`sdk/examples/menu.rs`), called by virtual phones: it
answers nobody whose signature doesn't hold, so every request it takes proves one."""

import os
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request

from harness import ACCOUNT, TOKEN, Case
from harness.house import ROOT
from harness.wait import Board, free_ports, until
from twilio.request_validator import RequestValidator

MENU = ROOT / "target/debug/examples/menu"
PRESSES_1, ANSWERS, OWNED = "+12025550106", "+12025550101", "+12025550190"


class MenuApplication(Case):
    def setUp(self):
        super().setUp()
        self.assertTrue(MENU.exists(), "cargo build --workspace --all-targets makes it")
        (port,) = free_ports(1)
        self.base = f"http://127.0.0.1:{port}"
        self.menu = subprocess.Popen(
            [str(MENU)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PORT": str(port), "TWILIO_AUTH_TOKEN": TOKEN},
        )
        self.addCleanup(self.menu.stdout.close)
        self.addCleanup(self.menu.wait, 5)
        self.addCleanup(self.menu.kill)
        self.said = Board()
        threading.Thread(target=self.read, daemon=True).start()
        self.said.wait_for(lambda lines: self.base in " ".join(lines), 10, "its address")

    def read(self):
        for line in self.menu.stdout:
            self.said.add(line.decode().rstrip("\n"))

    def ask(self, path, form, signature):
        body = urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(f"{self.base}{path}", data=body)
        request.add_header("X-Twilio-Signature", signature)
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def test_a_caller_chooses_and_is_joined(self):
        call = self.client.calls.create(
            to=PRESSES_1,
            from_=OWNED,
            url=f"{self.base}/voice",
            status_callback=f"{self.base}/ended",
        )

        def joined():
            children = self.client.calls.list(parent_call_sid=call.sid)
            return children and children[0].status == "in-progress" and children[0]

        child = until(joined, 30, "the second leg")
        self.assertEqual(child.to, ANSWERS)
        self.client.calls(child.sid).update(status="completed")
        ended = f"{call.sid} ended after "
        line = self.said.wait_for(
            lambda lines: next((line for line in lines if line.startswith(ended)), None),
            30,
            "the callback at the end",
        )
        self.assertRegex(line, r"ended after [1-9]\d* s$")

        def asked():
            events = self.client.calls(call.sid).events.list()
            paths = [event.request["url"].removeprefix(self.base) for event in events]
            return "/ended" in paths and paths

        # The callback's answer is on its way while the application already says the end.
        paths = until(asked, 10, "the callback among the events")
        self.assertEqual(paths, ["/voice", "/choice", "/dialled", "/ended"])
        # A request that it refused would be told here.
        told = self.client.calls(call.sid).notifications.list()
        self.assertEqual([(one.error_code, one.message_text) for one in told], [])

    def test_nobody_else_is_answered(self):
        form = {
            "CallSid": "CA" + "1" * 32,
            "AccountSid": ACCOUNT,
            "From": OWNED,
            "To": ANSWERS,
            "CallStatus": "in-progress",
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
        }
        good = RequestValidator(TOKEN).compute_signature(f"{self.base}/voice", form)
        status, document = self.ask("/voice", form, good)
        self.assertEqual(status, 200, document)
        self.assertIn("<Gather", document)
        other = RequestValidator("another token").compute_signature(f"{self.base}/voice", form)
        for path, changed, signature in [
            ("/voice", form, other),
            ("/voice", {**form, "From": ANSWERS}, good),
            ("/voice?more=1", form, good),
            ("/choice", form, good),
            ("/voice", form, "no signature"),
        ]:
            status, why = self.ask(path, changed, signature)
            self.assertEqual(status, 403, (path, why))
            self.assertNotIn(TOKEN, why)
