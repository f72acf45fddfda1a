"""What the official clients need on the wire. They are unmodified here: `api.twilio.com` leads to
the house by a proxy and a test authority's certificate, and every request is seen as it was sent."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import unittest
from base64 import b64encode
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

from harness import ACCOUNT, TOKEN, Case, House
from harness.config import serve
from harness.tunnel import Tunnel, authority_path, clean_environment
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

BUSY = "+12025550102"
OWNED = "+12025550190"
HERE = Path(__file__).resolve().parent
CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
PAGING = {
    "end", "first_page_uri", "next_page_uri", "last_page_uri", "page", "page_size",
    "previous_page_uri", "total", "num_pages", "start", "uri",
}


class Wire(Case):
    def setUp(self):
        super().setUp()
        self.tunnel = Tunnel(self.house.http_port)
        self.addCleanup(self.tunnel.close)
        # `requests` reads it at each request.
        before = os.environ.get("REQUESTS_CA_BUNDLE")
        os.environ["REQUESTS_CA_BUNDLE"] = str(authority_path() / "ca.pem")
        if before is None:
            self.addCleanup(os.environ.pop, "REQUESTS_CA_BUNDLE")
        self.sdk = self.unmodified()

    def unmodified(self, *credentials, **options):
        """The SDK's client as a customer makes it, but for the proxy."""
        http_client = TwilioHttpClient(proxy={"https": self.tunnel.url}, timeout=20)
        return Client(*(credentials or (ACCOUNT, TOKEN)), http_client=http_client, **options)

    def busy(self, count):
        """Makes calls that have ended; their SIDs, newest first."""
        made = [self.place(BUSY).sid for _ in range(count)]
        for sid in made:
            self.ended(sid)
        return made[::-1]

    def node(self, script, *words):
        """Runs a script with the Node SDK."""
        return self.program(["node", str(HERE / "node" / script), *words])

    def program(self, command, timeout=60):
        home = tempfile.mkdtemp(prefix="ringback-wire-")
        self.addCleanup(shutil.rmtree, home, ignore_errors=True)
        bin = HERE / "node/node_modules/.bin"
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout,
            env={
                **clean_environment(), **self.tunnel.environment(), "HOME": home,
                "PATH": f"{bin}:{os.environ['PATH']}",
                "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN,
            },
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def last(self):
        return self.tunnel.sent()[-1]


class Requests(Wire):
    def test_a_list_is_a_repeated_key_and_one_value_with_spaces_is_the_same(self):
        for events in (["initiated", "completed"], ["initiated completed"]):
            call = self.sdk.calls.create(
                to=BUSY, from_=OWNED, url=self.app.url("/voice"),
                status_callback=self.app.url("/status"), status_callback_event=events,
            )
            sent = [value for name, value in self.last().parameters
                    if name == "StatusCallbackEvent"]
            self.assertEqual(sent, events)
            self.ended(call.sid)
            self.assertEqual(self.statuses(call.sid), ["initiated", "busy"])

    def test_inequalities_are_part_of_the_name_and_are_repeated_by_every_page(self):
        sids = self.busy(3)
        today = datetime.now(timezone.utc)
        found = self.sdk.calls.list(
            start_time_after=today - timedelta(days=1), start_time_before=today + timedelta(days=1),
            page_size=2,
        )
        self.assertEqual(sorted(call.sid for call in found), sorted(sids))
        asked = self.tunnel.sent()
        self.assertEqual(len(asked), 2)
        for request in asked:
            self.assertIn("StartTime%3E=", request.target)
            self.assertIn("StartTime%3C=", request.target)
        self.assertEqual(self.sdk.calls.list(start_time_before=date(2020, 1, 1)), [])
        self.assertIn("StartTime%3C=2020-01-01", self.last().target)

    def test_booleans_with_a_capital_are_understood(self):
        self.sdk.calls.create(
            to=BUSY, from_=OWNED, url=self.app.url("/voice"), record=True,
            machine_detection="Enable", async_amd=True,
        )
        sent = dict(self.last().parameters)
        # A parameter that is a string to the SDK gets Python's spelling.
        self.assertEqual((sent["Record"], sent["AsyncAmd"]), ("true", "True"))
        for word in ("True", "False", "true", "false"):
            body = f"To=%2B12025550102&From=%2B12025550190&Twiml=%3CResponse%2F%3E&Record={word}"
            status, _, said = self.house.ask("POST", CALLS, body.encode())
            self.assertEqual(status, 201, said)

    def test_edges_and_regions_are_host_names(self):
        sid, = self.busy(1)
        for options, host in (
            ({"region": "ie1", "edge": "dublin"}, "api.dublin.ie1.twilio.com"),
            ({"region": "ie1"}, "api.ie1.twilio.com"),
            ({"region": "au1", "edge": "sydney"}, "api.sydney.au1.twilio.com"),
        ):
            found = self.unmodified(**options).calls(sid).fetch()
            self.assertEqual((found.sid, self.tunnel.hosts[-1]), (sid, host))
            self.assertEqual(self.last().headers["host"], host)


class Answers(Wire):
    def test_created_updated_and_deleted_have_their_statuses(self):
        number = self.sdk.incoming_phone_numbers.create_with_http_info(phone_number="+12025550178")
        self.assertEqual(number.status_code, 201)
        place = self.sdk.incoming_phone_numbers(number.data.sid)
        self.assertEqual(place.update_with_http_info(friendly_name="Hall").status_code, 200)
        self.assertEqual(place.fetch_with_http_info().status_code, 200)
        gone = place.delete_with_http_info()
        self.assertEqual((gone.status_code, gone.data), (204, True))
        sid, = self.busy(1)
        status, headers, body = self.house.ask("DELETE", CALLS.replace(".json", f"/{sid}.json"))
        self.assertEqual((status, body), (204, b""))
        self.assertIn(headers.get("Content-Length"), (None, "0"))

    def test_dates_are_those_of_rfc_2822_in_utc(self):
        sid, = self.busy(1)
        _, _, body = self.house.ask("GET", CALLS.replace(".json", f"/{sid}.json"))
        for name in ("date_created", "date_updated", "start_time", "end_time"):
            self.assertRegex(
                body[name], r"^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$"
            )
            age = datetime.now(timezone.utc) - parsedate_to_datetime(body[name])
            self.assertLess(abs(age), timedelta(minutes=5))
        call = self.sdk.calls(sid).fetch()
        self.assertEqual(call.date_created, parsedate_to_datetime(body["date_created"]))

    def test_a_page_has_one_key_that_is_not_about_paging(self):
        account = f"/2010-04-01/Accounts/{ACCOUNT}"
        sid, = self.busy(1)
        lists = {
            "/2010-04-01/Accounts.json": "accounts",
            f"{account}/Calls.json": "calls",
            f"{account}/Calls/{sid}/Events.json": "events",
            f"{account}/Calls/{sid}/Notifications.json": "notifications",
            f"{account}/Calls/{sid}/Recordings.json": "recordings",
            f"{account}/Recordings.json": "recordings",
            f"{account}/Notifications.json": "notifications",
            f"{account}/IncomingPhoneNumbers.json": "incoming_phone_numbers",
            f"{account}/Applications.json": "applications",
            f"{account}/OutgoingCallerIds.json": "outgoing_caller_ids",
            f"{account}/Keys.json": "keys",
            f"{account}/SigningKeys.json": "signing_keys",
        }
        for path, key in lists.items():
            with self.subTest(path=path):
                status, _, body = self.house.ask("GET", path)
                self.assertEqual(status, 200, body)
                self.assertEqual(set(body) - PAGING, {key})
                self.assertTrue(body["uri"].startswith("/2010-04-01/Accounts"), body["uri"])
                self.assertIsNone(body["next_page_uri"])

    def test_connection_close_is_answered_and_kept(self):
        word = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        for method, path, status in (("GET", CALLS, b"200"), ("GET", "/2010-04-01/no.json", b"404")):
            with socket.create_connection(("127.0.0.1", self.house.http_port), timeout=10) as door:
                door.sendall(
                    f"{method} {path} HTTP/1.1\r\nHost: api.twilio.com\r\nConnection: close\r\n"
                    f"Authorization: Basic {word}\r\n\r\n".encode()
                )
                said = b""
                while piece := door.recv(65_536):
                    said += piece
            head = said.split(b"\r\n\r\n", 1)[0].lower()
            self.assertTrue(head.startswith(b"http/1.1 " + status), head)
            self.assertIn(b"\r\nconnection: close", head)

    def test_a_connection_is_kept_otherwise(self):
        door = http.client.HTTPConnection("127.0.0.1", self.house.http_port, timeout=10)
        word = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        places = set()
        for _ in range(3):
            door.request("GET", CALLS, headers={"Authorization": f"Basic {word}"})
            answer = door.getresponse()
            self.assertEqual(answer.status, 200)
            json.loads(answer.read())
            places.add(door.sock.getsockname())
        door.close()
        self.assertEqual(len(places), 1)

    def test_errors_are_objects_that_the_sdk_reads(self):
        with self.assertRaises(TwilioRestException) as raised:
            self.sdk.calls("CA" + "0" * 32).fetch()
        fault = raised.exception
        self.assertEqual((fault.status, fault.code, fault.method), (404, 20404, "GET"))
        self.assertIn("/Calls/CA" + "0" * 32, fault.uri)
        self.assertIn("was not found", fault.msg)
        status, _, body = self.house.ask("GET", "/2010-04-01/Accounts/AC0.json")
        self.assertEqual(status, 404)
        self.assertEqual(set(body), {"code", "message", "more_info", "status"})
        self.assertEqual(body["more_info"], "https://www.twilio.com/docs/errors/20404")
        with self.assertRaises(TwilioRestException) as raised:
            self.unmodified(ACCOUNT, "0" * 32).calls("CA" + "0" * 32).fetch()
        self.assertEqual((raised.exception.status, raised.exception.code), (401, 20003))


class Pages(Wire):
    def test_the_sdk_walks_page_after_page_until_the_last(self):
        sids = self.busy(7)
        self.assertEqual([call.sid for call in self.sdk.calls.list(page_size=2)], sids)
        asked = self.tunnel.sent()
        self.assertEqual(len(asked), 4)
        for request in asked[1:]:
            self.assertTrue(request.target.startswith(f"{CALLS}?"), request.target)
            self.assertIn("PageToken=PA", request.target)
        path, walked = f"{CALLS}?PageSize=3", []
        while path:
            _, _, body = self.house.ask("GET", path)
            walked += [call["sid"] for call in body["calls"]]
            path = body["next_page_uri"]
            self.assertTrue(path is None or path.startswith("/2010-04-01/"))
        self.assertEqual(walked, sids)

    def test_a_limit_ends_the_walk_and_a_stream_asks_no_sooner_than_it_must(self):
        sids = self.busy(5)
        self.assertEqual([call.sid for call in self.sdk.calls.list(limit=3)], sids[:3])
        self.assertIn("PageSize=3", self.last().target)
        self.assertEqual(len(self.tunnel.sent()), 1)
        self.assertEqual([c.sid for c in self.sdk.calls.list(limit=3, page_size=2)], sids[:3])
        self.assertEqual(len(self.tunnel.sent()), 3)
        stream = self.sdk.calls.stream(page_size=2)
        self.assertEqual([next(stream).sid for _ in range(2)], sids[:2])
        self.assertEqual(len(self.tunnel.sent()), 4)
        self.assertEqual([call.sid for call in stream], sids[2:])
        self.assertEqual(len(self.tunnel.sent()), 6)

    def test_a_page_is_found_again_by_its_address_while_calls_arrive(self):
        sids = self.busy(5)
        page = self.sdk.calls.page(page_size=2)
        address = page.next_page_url
        self.assertTrue(address.startswith("https://api.twilio.com/2010-04-01/"), address)
        self.busy(2)
        second = self.sdk.calls.get_page(address)
        self.assertEqual([call.sid for call in second], sids[2:4])
        third = second.next_page()
        self.assertEqual([call.sid for call in third], sids[4:])
        self.assertIsNone(third.next_page())
        self.assertEqual([call.sid for call in third.previous_page()], sids[2:4])

    def test_the_command_line_walks_pages_on_connections_that_close(self):
        sids = self.busy(5)
        said = self.program(
            ["twilio", "api:core:calls:list", "--page-size", "2", "-o", "json"], 90
        )
        self.assertEqual([call["sid"] for call in json.loads(said)], sids)
        asked = self.tunnel.sent()
        self.assertEqual(len(asked), 3)
        self.assertEqual({request.headers["connection"] for request in asked}, {"close"})


class Node(Wire):
    def test_pages_errors_hosts_and_dates(self):
        self.busy(5)
        said = self.node("wire.cjs")
        self.assertEqual(said.count("ok "), 5, said)
        self.assertEqual(self.tunnel.hosts[-1], "api.dublin.ie1.twilio.com")


class OwnCertificate(Wire):
    """The house's own TLS: the tunnel only carries bytes."""

    def build(self):
        return House(config=self.config)

    def config(self, house):
        at = authority_path()
        text = serve()(house)
        mark = "[http]\n"
        keys = f'certificate = "{at / "leaf.pem"}"\nkey = "{at / "leaf.key"}"\n'
        house.base = house.base.replace("http:", "https:")
        return text.replace(mark, mark + keys)

    def setUp(self):
        # The test's own requests trust the authority too.
        os.environ["SSL_CERT_FILE"] = str(authority_path() / "ca.pem")
        self.addCleanup(os.environ.pop, "SSL_CERT_FILE")
        super().setUp()
        self.tunnel.opened = False

    def test_python_node_and_curl_trust_and_use_it(self):
        self.assertEqual(self.sdk.calls.list(), [])
        self.assertEqual(self.sdk.api.accounts(ACCOUNT).fetch().sid, ACCOUNT)
        said = self.program(
            ["curl", "-sS", "-u", f"{ACCOUNT}:{TOKEN}", f"https://api.twilio.com{CALLS}"]
        )
        self.assertEqual(json.loads(said)["calls"], [])
        self.assertIn("ok list", self.node("wire.cjs", "list"))
        self.assertEqual(self.tunnel.sent(), [])


if __name__ == "__main__":
    unittest.main()
