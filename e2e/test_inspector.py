"""What went over the wire to an application: each request with what was signed, and sent again."""

import base64
import hashlib
import hmac
import json

from harness import Case, Reply, free_ports
from harness.house import ACCOUNT, TOKEN
from harness.wait import until
from twilio.request_validator import RequestValidator

PERSON = "+12025550101"
ROOT = f"/ringback/v1/Accounts/{ACCOUNT}/Webhooks"


def signature(text):
    mac = hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def header(message, name):
    found = [h["value"] for h in message["headers"] if h["name"] == name]
    return found[0] if found else None


class Inspector(Case):
    def get(self, path="", **filters):
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        status, _, body = self.house.ask("GET", f"{ROOT}{path}?{query}")
        self.assertEqual(status, 200, body)
        return body

    def entries(self, sid, count):
        """All requests about a call, oldest first, each as it is shown whole."""
        rows = until(
            lambda: len(rows := self.get(CallSid=sid)["webhooks"]) >= count and rows,
            20,
            f"{count} requests about {sid}",
        )
        self.assertEqual(len(rows), count, rows)
        return [self.get(f"/{row['sid']}") for row in reversed(rows)]

    def replay(self, sid):
        status, _, body = self.house.ask("POST", f"{ROOT}/{sid}/Replay", b"")
        return status, body

    def story(self):
        """A call whose first page is fetched again after a 500 and then leads elsewhere, whose
        action can't be reached, and whose fallback ends it."""
        answers = iter([Reply("no", 500), Reply("", 307, {"Location": "/menu?step=2"})])
        self.app.route("/voice", lambda _: next(answers))
        [dead] = free_ports(1)
        menu = f"<Response><Redirect>http://127.0.0.1:{dead}/gone</Redirect></Response>"
        self.app.route("/menu", menu)
        self.app.route("/fallback", "<Response><Hangup/></Response>")
        call = self.client.calls.create(
            to=PERSON,
            from_="+12025550190",
            url=self.app.url("/voice?a=b#rp=5xx&rc=2"),
            fallback_url=self.app.url("/fallback"),
            status_callback=self.app.url("/status"),
        )
        self.ended(call.sid)
        return call.sid, f"http://127.0.0.1:{dead}/gone"

    def test_each_request_of_a_call_stands_there_with_what_was_signed(self):
        sid, dead = self.story()
        shown = self.entries(sid, 6)
        told = [
            (e["kind"], e["url"].split("/", 3)[3], e["attempt"], e["redirects"], e["status"], e["error_code"])
            for e in shown
        ]
        self.assertEqual(
            told,
            [
                ("document", "voice?a=b", 1, 0, 500, 11200),
                ("document", "voice?a=b", 2, 0, 307, None),
                ("document", "menu?step=2", 2, 1, 200, None),
                ("document", "gone", 1, 0, None, 11202),
                ("fallback", "fallback", 1, 0, 200, None),
                ("status-callback", "status", 1, 0, 204, None),
            ],
        )
        self.assertEqual(shown[3]["url"], dead)
        for entry in shown:
            signed = entry["signature"]
            self.assertFalse(signed["masked"])
            self.assertEqual(signature(signed["signed"]), signed["value"])
            self.assertEqual(header(entry["request"], "x-twilio-signature"), signed["value"])
            self.assertLessEqual(entry["timing"]["waited_us"], entry["timing"]["whole_us"])
        tokens = [entry["idempotency_token"] for entry in shown]
        self.assertEqual(len(set(tokens)), 4)
        self.assertEqual(len(set(tokens[:3])), 1)
        self.assertIsNotNone(shown[5]["timing"]["queued_us"])
        self.assertIsNone(shown[0]["timing"]["queued_us"])
        # What the application saw is what is shown, header by header.
        for entry, seen in zip(
            [e for e in shown if e["url"] != dead], self.app.seen.snapshot(), strict=True
        ):
            theirs = {name.lower(): value for name, value in seen.headers.items()}
            ours = {h["name"]: h["value"] for h in entry["request"]["headers"]}
            self.assertEqual(ours, theirs)
        # The resource that the contract has tells each question once, as before.
        urls = [event.request["url"] for event in self.client.calls(sid).events.list()]
        self.assertEqual(len(urls), 4)

        failed = self.get(CallSid=sid, Failed="true")["webhooks"]
        self.assertEqual([e["error_code"] for e in failed], [11202, 11200])
        for filters, count in [
            ({"Kind": "fallback"}, 1),
            ({"Status": "3xx"}, 1),
            ({"Url": "MENU"}, 1),
            ({"IdempotencyToken": tokens[0]}, 3),
            ({"Until": "2020-01-01"}, 0),
        ]:
            self.assertEqual(len(self.get(**filters)["webhooks"]), count, filters)

    def test_a_replay_is_signed_afresh_marked_and_leaves_the_call_alone(self):
        sid, _ = self.story()
        shown = self.entries(sid, 6)
        before = self.client.calls(sid).fetch()
        status = self.app.requests("/status")[0]
        code, again = self.replay(shown[5]["sid"])
        self.assertEqual(code, 201, again)
        self.assertEqual((again["replay_of"], again["status"]), (shown[5]["sid"], 204))
        [_, seen] = self.app.wait_count("/status", 2)
        self.assertEqual(seen.params, status.params)
        self.assertEqual(seen.headers["x-ringback-replay"], shown[5]["sid"])
        name = "i-twilio-idempotency-token"
        self.assertNotEqual(seen.headers[name], status.headers[name])
        self.assertEqual(seen.headers[name], again["idempotency_token"])
        validator = RequestValidator(TOKEN)
        given = seen.headers["x-twilio-signature"]
        self.assertTrue(validator.validate(self.app.url("/status"), seen.params, given))
        self.assertEqual(self.get(f"/{again['sid']}"), again)
        after = self.client.calls(sid).fetch()
        self.assertEqual(after.date_updated, before.date_updated)
        self.assertEqual(len(self.client.calls(sid).events.list()), 4)

        # With a new token it is signed with that; what was sent stays as it was signed then.
        for step in ("Secondary", "Promote"):
            _, _, made = self.house.ask("POST", f"/v1/AuthTokens/{step}", b"")
        fresh = made["auth_token"]
        path = f"{ROOT}/{shown[4]['sid']}/Replay"
        code, _, again = self.house.ask("POST", path, b"", auth=(ACCOUNT, fresh))
        self.assertEqual(code, 201, again)
        [_, seen] = self.app.wait_count("/fallback", 2)
        validator = RequestValidator(fresh)
        given = seen.headers["x-twilio-signature"]
        self.assertTrue(validator.validate(self.app.url("/fallback"), seen.params, given))
        self.all_signed = False

    def test_passwords_and_cards_are_masked_and_only_what_is_kept_is_sent_again(self):
        card = "4111111111111111"
        sip = '<Response><Dial timeout="5"><Sip username="u" password="opensesame">sip:x@127.0.0.1:9</Sip></Dial></Response>'
        self.app.route("/paid", sip)
        # The card's number stands in the address: an application that carries its state along.
        page = f"<Response><Redirect>/paid?Digits={card}&amp;x=1</Redirect></Response>"
        self.app.route("/voice", page)
        call = self.client.calls.create(
            to=PERSON,
            from_="+12025550190",
            url=f"http://me:opensesame@127.0.0.1:{self.app.port}/voice",
            status_callback=self.app.url("/status"),
        )
        self.ended(call.sid)
        rows = until(
            lambda: len(rows := self.get(CallSid=call.sid)["webhooks"]) >= 3 and rows, 20, "rows"
        )
        entries = [self.get(f"/{row['sid']}") for row in reversed(rows)]
        text = json.dumps(entries)
        self.assertNotIn("opensesame", text)
        self.assertNotIn(card, text)
        first = entries[0]
        self.assertIn("me:***@", first["url"])
        self.assertEqual(signature(first["signature"]["signed"]), first["signature"]["value"])
        paid = next(e for e in entries if "/paid" in e["url"])
        self.assertIn("Digits=***&x=1", paid["url"])
        self.assertTrue(paid["signature"]["masked"])
        url = self.app.url(f"/paid?Digits={card}&x=1")
        seen = self.app.requests("/paid")[0]
        form = {name: v for name, v in seen.params.items() if name not in ("Digits", "x")}
        signed = url + "".join(name + form[name] for name in sorted(form))
        self.assertEqual(
            hashlib.sha256(signed.encode()).hexdigest(), paid["signature"]["signed_sha256"]
        )
        code, body = self.replay(paid["sid"])
        self.assertEqual((code, body["code"]), (400, 20001), body)
        self.assertIn("payment card", body["message"])
        # A password alone is sealed, and goes along again.
        code, again = self.replay(first["sid"])
        self.assertEqual((code, again["status"]), (201, 200), again)
        self.assertNotIn("opensesame", json.dumps(again))
        code, body = self.replay("WH" + "0" * 32)
        self.assertEqual((code, body["code"]), (404, 20404))
