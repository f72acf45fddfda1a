"""Who may ask: tokens, API keys, subaccounts and test credentials, by the official SDKs."""

import concurrent.futures
import hashlib
import unittest
import xml.etree.ElementTree as ET

from harness import ACCOUNT, TOKEN, House
from harness.config import serve
from harness.sipp import Sipp
from samples import programs
from samples.table import SAMPLES, environment
from test_wire import CALLS, OWNED, Wire
from twilio.base.exceptions import TwilioRestException

NUMBER = "+12025550177"
TEST_ACCOUNT = "AC" + "e" * 32
TEST_TOKEN = "d" * 32
MAIN_KEY = "SK" + "a" * 32
MAIN_SECRET = "b" * 32


class Auth(Wire):
    account = {}

    def build(self):
        self.carrier = Sipp("carrier_busy", calls=1000)
        self.addCleanup(self.carrier.close)
        trunk = {"name": "carrier", "host": f"127.0.0.1:{self.carrier.port}", "options": False}
        key = {"sid": MAIN_KEY, "secret_hash": hashlib.sha256(MAIN_SECRET.encode()).hexdigest()}
        return House(
            config=serve(trunks=[trunk], account=self.account, main_keys=[key]),
        )

    def refused(self, code, status, act):
        with self.assertRaises(TwilioRestException) as raised:
            act()
        self.assertEqual((raised.exception.code, raised.exception.status), (code, status))


class Keys(Auth):
    def test_a_key_is_made_used_and_revoked(self):
        made = self.sdk.new_keys.create(friendly_name="Billing")
        self.assertRegex(made.sid, "^SK[0-9a-f]{32}$")
        self.assertGreaterEqual(len(made.secret), 32)
        self.assertEqual([key.sid for key in self.sdk.keys.list()], [made.sid, MAIN_KEY])
        by_key = self.unmodified(made.sid, made.secret, ACCOUNT)
        call = by_key.calls.create(
            to=NUMBER, from_=OWNED, twiml="<Response/>",
            status_callback=self.app.url("/status"),
        )
        self.ended(call.sid)
        self.assertEqual([one.sid for one in by_key.calls.list()], [call.sid])
        self.assertEqual(self.sdk.keys(made.sid).update(friendly_name="Sales").friendly_name,
                         "Sales")
        _, _, shown = self.house.ask("GET", f"/2010-04-01/Accounts/{ACCOUNT}/Keys/{made.sid}.json")
        self.assertNotIn(made.secret, str(shown))
        # A standard key opens neither keys nor accounts.
        self.refused(20003, 401, lambda: by_key.keys(made.sid).fetch())
        self.refused(20003, 401, lambda: by_key.api.accounts(ACCOUNT).fetch())
        self.assertTrue(self.sdk.keys(made.sid).delete())
        self.refused(20003, 401, lambda: by_key.calls(call.sid).fetch())
        self.assertNotIn(made.secret, self.house.said())

    def test_the_sample_with_a_key_runs(self):
        sample = next(one for one in SAMPLES if one.does == "accounts")
        world = {"account": ACCOUNT, "token": TOKEN, "key": MAIN_KEY, "secret": MAIN_SECRET}
        script = programs.write(sample, "curl")
        said = self.program(["env", *(f"{name}={value}" for name, value in
                                      environment(world).items()), "bash", "-c", script])
        self.assertEqual(ET.fromstring(said).findtext("./Accounts/Account/Sid"), ACCOUNT)


class Subaccounts(Auth):
    def test_a_parent_makes_uses_suspends_and_closes_one(self):
        made = self.sdk.api.accounts.create(friendly_name="Customer")
        self.assertEqual((made.friendly_name, made.status), ("Customer", "active"))
        self.assertEqual(made.owner_account_sid, ACCOUNT)
        self.assertEqual({one.sid for one in self.sdk.api.accounts.list()}, {ACCOUNT, made.sid})
        own = self.unmodified(made.sid, made.auth_token)
        self.assertEqual([one.sid for one in own.api.accounts.list()], [made.sid])
        self.refused(20404, 404, lambda: own.api.accounts(ACCOUNT).fetch())
        as_parent = self.unmodified(ACCOUNT, TOKEN, made.sid)
        number = as_parent.incoming_phone_numbers.create(phone_number="+12025550179")
        self.assertEqual(number.account_sid, made.sid)
        call = as_parent.calls.create(to=NUMBER, from_="+12025550179", twiml="<Response/>")
        self.assertEqual(call.account_sid, made.sid)
        self.assertEqual([one.sid for one in own.calls.list()], [call.sid])
        self.assertEqual(self.sdk.calls.list(), [])
        self.refused(20404, 404, lambda: self.sdk.calls(call.sid).fetch())
        place = self.sdk.api.accounts(made.sid)
        self.assertEqual(place.update(status="suspended").status, "suspended")
        with self.assertRaises(TwilioRestException):
            own.calls.create(to=NUMBER, from_="+12025550179", twiml="<Response/>")
        self.assertEqual(place.update(status="active").status, "active")
        own.calls(call.sid).fetch()
        self.assertEqual(place.update(status="closed").status, "closed")
        with self.assertRaises(TwilioRestException):
            own.calls(call.sid).fetch()


class Tokens(Auth):
    def test_a_second_token_takes_the_place_of_the_first(self):
        made = self.sdk.accounts.v1.secondary_auth_token().create()
        self.assertEqual(self.tunnel.hosts[-1], "accounts.twilio.com")
        second = self.unmodified(ACCOUNT, made.secondary_auth_token)
        self.assertEqual(second.calls.list(), [])
        self.assertEqual(self.sdk.calls.list(), [])
        promoted = second.accounts.v1.auth_token_promotion().update()
        self.assertEqual(promoted.auth_token, made.secondary_auth_token)
        self.assertEqual(second.calls.list(), [])
        self.refused(20003, 401, lambda: self.sdk.calls("CA" + "0" * 32).fetch())


class TestCredentials(Auth):
    account = {"test_sid": TEST_ACCOUNT, "test_token": TEST_TOKEN}

    def test_magic_numbers_answer_and_nothing_happens(self):
        test = self.unmodified(TEST_ACCOUNT, TEST_TOKEN)

        def create(to, from_="+15005550006"):
            return test.calls.create(
                to=to, from_=from_, twiml="<Response/>",
                status_callback=self.app.url("/status"),
            )

        call = create("+14108675310")
        self.assertEqual((call.status, call.account_sid), ("queued", TEST_ACCOUNT))
        for to, code in (
            ("+15005550001", 21217), ("+15005550002", 21214),
            ("+15005550003", 21215), ("+15005550004", 21216),
        ):
            self.refused(code, 400, lambda to=to: create(to))
        self.refused(21212, 400, lambda: create("+14108675310", "+15005550001"))
        self.refused(21210, 400, lambda: create("+14108675310", OWNED))
        bought = test.incoming_phone_numbers.create(phone_number="+15005550006")
        self.assertEqual(bought.phone_number, "+15005550006")
        self.refused(
            21422, 400, lambda: test.incoming_phone_numbers.create(phone_number="+15005550000")
        )
        self.refused(
            21421, 400, lambda: test.incoming_phone_numbers.create(phone_number="+15005550001")
        )
        self.assertEqual(self.sdk.calls.list(), [])
        self.assertEqual([n.phone_number for n in self.sdk.incoming_phone_numbers.list()], [OWNED])
        self.assertEqual(self.app.seen.snapshot(), [])


class TooMany(Auth):
    account = {"requests_at_once": 1}

    def test_requests_beyond_the_bound_are_429_and_the_sdk_tries_again(self):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _: self.house.ask("GET", CALLS), range(400)))
        statuses = {status for status, _, _ in answers}
        self.assertEqual(statuses, {200, 429})
        for status, _, body in answers:
            if status == 429:
                self.assertEqual((body["code"], body["status"]), (20429, 429))
        said = self.node("retry.cjs")
        self.assertIn("ok 40 lists", said)


if __name__ == "__main__":
    unittest.main()
