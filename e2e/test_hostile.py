"""Hostile input, and failure: each is answered and bounded, and promises survive a power cut."""

import os
import socket
import stat
import subprocess
import threading
import time
import unittest
from base64 import b64encode
from pathlib import Path

from harness import ACCOUNT, TOKEN, App, Case, House, Reply, alone, free_ports
from harness.house import PROGRAM, ROOT
from harness.wait import until
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import VoiceResponse

PERSON = "+12025550101"
OURS = "+12025550190"
CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
# What the debugger's catalogue says of a connection that fails and of an answer that never comes.
REFUSED, TOO_SLOW = 11202, 11203
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def pause(seconds):
    document = VoiceResponse()
    document.pause(length=seconds)
    return document


class Api(Case):
    def refused(self, status, code, *ask, **more):
        got, headers, body = self.house.ask(*ask, **more)
        self.assertEqual((got, body.get("code"), body.get("status")), (status, code, status), body)
        self.assertTrue(body["message"] and body["more_info"].endswith(str(code)))
        self.assertRegex(headers["Twilio-Request-Id"], "^RQ[0-9a-f]{32}$")
        return headers

    def test_strangers_are_refused(self):
        headers = self.refused(401, 20003, "GET", CALLS, auth=None)
        self.assertIn("Basic", headers["WWW-Authenticate"])
        self.refused(401, 20003, "GET", CALLS, auth=(ACCOUNT, "0" * 32))
        self.refused(401, 20003, "GET", CALLS, auth=("AC" + "0" * 32, TOKEN))
        self.refused(401, 20003, "GET", CALLS, headers={"Authorization": "Basic %%%"}, auth=None)
        self.refused(401, 20003, "GET", CALLS, headers={"Authorization": "Bearer x"}, auth=None)
        other = CALLS.replace(ACCOUNT, "AC" + "f" * 32)
        got, _, body = self.house.ask("GET", other)
        self.assertIn((got, body["code"]), ((401, 20003), (404, 20404)))

    def test_unknown_paths_and_methods(self):
        self.refused(404, 20404, "GET", f"/2010-04-01/Accounts/{ACCOUNT}/Nothing.json")
        self.refused(404, 20404, "GET", CALLS.replace(".json", "/CA12.json"))
        self.refused(405, 20004, "PUT", CALLS, body=b"", headers=FORM)

    def test_bodies_are_bounded_and_may_be_garbage(self):
        got, _, body = self.house.ask("POST", CALLS, b"To=" + b"9" * 3_000_000, headers=FORM)
        self.assertIn(got, (400, 413), body)
        got, _, _ = self.house.ask("POST", CALLS, os.urandom(5000), headers=FORM)
        self.assertIn(got, (400, 413))
        got, _, _ = self.house.ask("POST", CALLS, b"&".join([b"a=b"] * 20000), headers=FORM)
        self.assertIn(got, (400, 413))
        long = "http://127.0.0.1/" + "x" * 9000
        got, _, _ = self.house.ask(
            "POST", CALLS, f"To={PERSON}&From={OURS}&Url={long}".encode(), headers=FORM
        )
        self.assertEqual(got, 400)
        self.assertTrue(self.house.healthy())

    def test_who_sends_too_much_reads_the_refusal_each_time(self):
        """The answer is there long before the body is; were the connection closed at once, the
        client would find it reset, and most would show their user that."""
        large, small = b"To=" + b"9" * 3_000_000, b"To=" + b"9" * 30_000
        elsewhere = "/2010-04-01/Nowhere.json"
        for method, path, auth, body, status in (
            ("POST", CALLS, (ACCOUNT, TOKEN), large, 413),
            ("POST", CALLS, (ACCOUNT, "0" * 32), large, 401),
            ("POST", CALLS, (ACCOUNT, "0" * 32), small, 401),
            ("POST", elsewhere, (ACCOUNT, TOKEN), large, 404),
            ("PUT", CALLS, (ACCOUNT, TOKEN), small, 405),
        ):
            with self.subTest(method=method, path=path, status=status, length=len(body)):
                for _ in range(40):
                    got, headers, _ = self.house.ask(method, path, body, auth=auth, headers=FORM)
                    self.assertEqual((got, headers["Connection"]), (status, "close"))

    def test_who_sends_slowly_or_in_chunks_reads_the_refusal_too(self):
        word = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        for chunked in (False, True):
            with self.subTest(chunked=chunked), self.connection() as line:
                length = "Transfer-Encoding: chunked" if chunked else "Content-Length: 3200000"
                line.sendall(
                    f"POST {CALLS} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {word}\r\n"
                    f"{length}\r\n\r\n".encode()
                )
                piece = b"9" * 32_000
                for _ in range(100):
                    line.sendall(b"7d00\r\n" + piece + b"\r\n" if chunked else piece)
                    time.sleep(0.01)
                self.assertRegex(self.heard(line), rb"^HTTP/1.1 413 [^\0]*\r\nconnection: close\r\n")

    def test_who_waits_for_leave_to_send_too_much_is_refused_before(self):
        """RFC 9110 §10.1.1."""
        word = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        for length, said in ((65_536, b"HTTP/1.1 100 "), (65_537, b"HTTP/1.1 413 ")):
            with self.subTest(length=length), self.connection() as line:
                line.sendall(
                    f"POST {CALLS} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {word}\r\n"
                    f"Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n".encode()
                )
                self.assertEqual(line.recv(len(said)), said)

    def test_a_head_that_is_too_long_is_refused_and_read(self):
        with self.connection() as line:
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 3_000_000)
            self.assertRegex(self.heard(line), rb"^HTTP/1.1 431 ")

    def connection(self):
        return socket.create_connection(("127.0.0.1", self.house.http_port), timeout=20)

    def heard(self, line):
        """All that is answered until the far end closes."""
        pieces = []
        while piece := line.recv(65536):
            pieces.append(piece)
        return b"".join(pieces)

    def test_a_client_that_sends_nothing_does_not_keep_others_out(self):
        idle = [socket.create_connection(("127.0.0.1", self.house.http_port)) for _ in range(300)]
        try:
            for each in idle:
                each.sendall(b"POST " + CALLS.encode() + b" HTTP/1.1\r\nHost: x\r\n")
            self.assertEqual(self.house.ask("GET", CALLS)[0], 200)
        finally:
            for each in idle:
                each.close()


class Webhooks(Case):
    """An application that misbehaves; the call goes on with the fallback, or ends."""

    def fallen_back(self, url, seconds=25, **more):
        self.app.route("/fallback", pause(1))
        call = self.client.calls.create(
            to=PERSON,
            from_=OURS,
            url=url,
            fallback_url=self.app.url("/fallback"),
            status_callback=self.app.url("/status"),
            **more,
        )
        seen = self.app.wait("/fallback", seconds)
        self.assertEqual(seen["ErrorUrl"], url)
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")
        return int(seen["ErrorCode"])

    def test_an_error_of_the_application_leads_to_the_fallback(self):
        url = self.app.route("/voice", Reply("oh no", 500))
        self.assertEqual(self.fallen_back(url), 11200)

    def test_nobody_listens(self):
        port = free_ports(1)[0]
        self.assertEqual(self.fallen_back(f"http://127.0.0.1:{port}/voice"), REFUSED)

    def test_an_application_that_hangs_is_left_after_fifteen_seconds(self):
        gate = threading.Event()
        self.addCleanup(gate.set)

        def hang(_):
            gate.wait(40)
            return Reply(status=204)

        url = self.app.route("/voice", hang)
        begun = time.monotonic()
        code = self.fallen_back(url, 30)
        self.assertEqual(code, TOO_SLOW)
        self.assertLess(time.monotonic() - begun, 24)

    def test_an_endless_body_is_cut(self):
        url = self.app.route(
            "/voice", Reply("<Response>" + " " * 3_000_000, headers={"Content-Type": "text/xml"})
        )
        self.assertIn(self.fallen_back(url), (11200, 11750))

    def test_an_xml_bomb_is_an_error_in_the_document(self):
        bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + "".join(
            f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)
        )
        bomb += "]><Response><Say>&j;</Say></Response>"
        url = self.app.route("/voice", Reply(bomb, headers={"Content-Type": "text/xml"}))
        self.assertEqual(self.fallen_back(url), 12100)

    def test_what_is_no_twiml_is_an_error_in_the_document(self):
        url = self.app.route("/voice", Reply("<html>", headers={"Content-Type": "text/xml"}))
        self.assertEqual(self.fallen_back(url), 12100)

    def test_an_endless_redirection_ends(self):
        url = self.app.url("/voice")
        self.app.route("/voice", Reply(status=302, headers={"Location": url}))
        self.assertEqual(self.fallen_back(url), 11215)

    def test_without_a_fallback_the_call_ends_and_says_so(self):
        self.app.route("/voice", Reply("no", 404))
        call = self.place(PERSON)
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")

    def test_a_slow_status_callback_keeps_nobody_waiting(self):
        gate = threading.Event()
        self.addCleanup(gate.set)

        def slow(seen):
            if seen["CallStatus"] == "initiated":
                gate.wait(30)
            return Reply(status=204)

        self.app.route("/status", slow)
        call = self.place(PERSON, document=pause(1))
        self.ended(call.sid, 10)
        gate.set()


@alone("it floods a house, and holds it to a time while it does")
class Signalling(Case):
    def flood(self, count, make):
        """Datagrams as fast as they go; nobody reads the answers."""
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.bind(("127.0.0.1", 0))
        for index in range(count):
            line.sendto(make(index, line.getsockname()[1]), self.house.sip_at)
        line.close()

    def invite(self, index, port):
        return (
            f"INVITE sip:{OURS}@{self.house.sip} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKflood{index}\r\n"
            f"From: <sip:+12025550{index % 1000:03}@127.0.0.1>;tag=f{index}\r\n"
            f"To: <sip:{OURS}@{self.house.sip}>\r\nCall-ID: flood-{index}\r\nCSeq: 1 INVITE\r\n"
            f"Contact: <sip:flood@127.0.0.1:{port}>\r\nMax-Forwards: 70\r\n"
            "Content-Length: 0\r\n\r\n"
        ).encode()

    def resident_mb(self):
        for line in Path(f"/proc/{self.house.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0

    def test_garbage_datagrams_and_streams(self):
        self.flood(3000, lambda i, _: os.urandom(i % 1400 + 1))
        self.flood(500, lambda i, p: self.invite(i, p)[: i % 300 + 10])
        for garbage in (b"\x00" * 100_000, b"INVITE " + b"a" * 100_000, os.urandom(50_000)):
            with socket.create_connection(self.house.sip_at, 5) as stream:
                stream.settimeout(10)
                try:
                    stream.sendall(garbage)
                    stream.shutdown(socket.SHUT_WR)
                    while stream.recv(65536):
                        pass
                except OSError:
                    continue
        self.assertTrue(self.house.healthy())
        call = self.place(PERSON, document=pause(1))
        self.assertEqual(self.ended(call.sid)["CallStatus"], "completed")

    def test_a_flood_of_invites_is_bounded_and_calls_go_on(self):
        document = pause(2)
        number = self.client.incoming_phone_numbers.list(phone_number=OURS)[0]
        number.update(voice_url=self.app.route("/flooded", document))
        before = self.resident_mb()
        worst = 0.0
        for wave in range(5):
            self.flood(2000, lambda i, p, wave=wave: self.invite(wave * 2000 + i, p))
            begun = time.monotonic()
            self.assertTrue(self.house.healthy())
            worst = max(worst, time.monotonic() - begun)
        self.assertLess(worst, 2.0, "/health kept answering")
        self.assertLess(self.resident_mb() - before, 1500)
        # While it is flooded a new call may be refused as well; afterwards none is.
        until(self.a_call_completes, 60, "a call after the flood")

    def a_call_completes(self):
        try:
            call = self.place(PERSON, document=pause(1))
        except TwilioRestException as refusal:
            # Too much waits for its turn.
            self.assertEqual(refusal.status, 503, refusal)
            return False
        return self.ended(call.sid, 30)["CallStatus"] == "completed"

    def test_unknown_methods_and_unowned_numbers_are_answered(self):
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.bind(("127.0.0.1", 0))
        line.settimeout(5)
        self.addCleanup(line.close)
        port = line.getsockname()[1]
        options = self.invite(1, port).replace(b"INVITE", b"OPTIONS")
        line.sendto(options, self.house.sip_at)
        self.assertTrue(line.recv(65536).startswith(b"SIP/2.0 200"))
        strange = self.invite(2, port).replace(b"INVITE", b"DANCE").replace(b"flood2", b"strange")
        line.sendto(strange, self.house.sip_at)
        self.assertRegex(line.recv(65536), b"^SIP/2.0 (405|501)")
        unowned = self.invite(3, port).replace(OURS.encode(), b"+12025559999")
        line.sendto(unowned, self.house.sip_at)
        answer = line.recv(65536)
        while answer.startswith(b"SIP/2.0 1"):
            answer = line.recv(65536)
        self.assertTrue(answer.startswith(b"SIP/2.0 4"), answer)


class PowerCut(Case):
    """kill -9, and what must be true after the next start."""

    all_signed = True

    def test_a_cut_call_ends_as_failed_and_promised_callbacks_arrive(self):
        self.app.route("/status", Reply(status=204))
        call = self.place(PERSON, document=pause(60))
        self.app.wait("/status", CallStatus="in-progress")
        # What is promised while the application is away must come when it is back.
        port = self.app.port
        self.app.close()
        self.house.kill()
        self.app = App(TOKEN, port)
        self.addCleanup(self.app.close)
        self.house.start()
        last = self.ended(call.sid, 20)
        self.assertEqual(last["CallStatus"], "failed")
        self.assertEqual(self.client.calls(call.sid).fetch().status, "failed")
        self.assertEqual(len(self.app.requests("/status", CallStatus="failed")), 1)

    def test_rows_recordings_and_callbacks_in_flight_survive(self):
        gate = threading.Event()

        def held(seen):
            if seen["CallStatus"] == "completed" and not gate.is_set():
                gate.set()
                threading.Event().wait(20)
            return Reply(status=204)

        self.app.route("/status", held)
        call = self.place(PERSON, document=pause(1))
        self.assertTrue(gate.wait(20), "the callback is on its way")
        self.house.kill()
        self.house.start()
        self.app.wait_count("/status", 2, CallStatus="completed")
        self.assertEqual(self.client.calls(call.sid).fetch().status, "completed")


class Sentences(unittest.TestCase):
    """What can't start says why in one sentence and ends with an error."""

    def run_house(self, *words, env=None):
        done = subprocess.run(
            [str(PROGRAM), *words],
            capture_output=True,
            text=True,
            timeout=20,
            env={**os.environ, "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN,
                 **(env or {})},
        )
        self.assertNotEqual(done.returncode, 0, done.stdout)
        said = [line for line in done.stderr.splitlines() if line.strip()]
        self.assertEqual(len(said), 1, done.stderr)
        self.assertNotIn("panicked", done.stderr)
        return said[0]

    def setUp(self):
        self.house = House()
        self.addCleanup(self.house.close)
        self.own = ["--http", f"127.0.0.1:{self.house.http_port}", "--sip", self.house.sip]

    def test_a_port_in_use(self):
        with socket.create_server(("127.0.0.1", self.house.http_port)):
            said = self.run_house("dev", *self.own, "--data", str(self.house.data))
        self.assertIn(str(self.house.http_port), said)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(self.house.sip_at)
            said = self.run_house("dev", *self.own, "--data", str(self.house.data))
        self.assertIn(str(self.house.sip_port), said)

    def test_a_folder_that_cannot_be_written(self):
        place = Path(self.house.folder.name) / "file"
        place.write_text("in the way")
        said = self.run_house("dev", *self.own, "--data", str(place / "data"))
        self.assertIn(str(place), said)
        if os.geteuid() != 0:
            closed = Path(self.house.folder.name) / "closed"
            closed.mkdir()
            closed.chmod(stat.S_IRUSR | stat.S_IXUSR)
            said = self.run_house("dev", *self.own, "--data", str(closed / "data"))
            self.assertIn(str(closed), said)

    def test_bad_configurations(self):
        path = Path(self.house.folder.name) / "bad.toml"
        self.assertIn("missing.toml", self.run_house("serve", "--config", "missing.toml"))
        path.write_text("this is = = no toml")
        self.assertIn("bad.toml", self.run_house("serve", "--config", str(path)))
        path.write_text('colour = "green"\n')
        self.assertIn("colour", self.run_house("serve", "--config", str(path)))

    def test_a_written_configuration_is_understood(self):
        path = Path(self.house.folder.name) / "ringback.toml"
        done = self.house.run("init", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = path.read_text() if path.exists() else done.stdout
        path.write_text(text)
        checked = self.house.run("check", "--config", path)
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_help_teaches(self):
        told = self.house.run("--help")
        self.assertEqual(told.returncode, 0)
        for word in ("dev", "serve", "sim", "ladder"):
            self.assertIn(word, told.stdout)


class FirstCall(Case):
    """What `./run` prints works as printed."""

    def test_the_printed_curl_line_places_a_call_and_its_ladder_is_shown(self):
        line = self.house.lines.wait_for(
            lambda items: next((each for each in items if "curl " in each), None), 5, "a curl line"
        )
        command = line[line.index("curl ") :]
        whole = self.house.lines.snapshot()
        index = next(i for i, each in enumerate(whole) if "curl " in each)
        while command.endswith("\\"):
            index += 1
            command = command[:-1] + whole[index]
        done = subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, timeout=20, cwd=ROOT
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"status":"queued"', done.stdout.replace(" ", ""))
        sid = self.client.calls.list()[0].sid
        until(lambda: self.client.calls(sid).fetch().status == "completed", 30, "the first call")
        self.house.lines.wait_for(
            lambda items: any("INVITE" in each for each in items), 5, "the ladder in the terminal"
        )
        # It is written when the last message of the call has been answered.
        ladder = until(
            lambda: (told := self.house.run("ladder", sid, "--data", self.house.data))
            and told.returncode == 0
            and told,
            10,
            "the ladder of an ended call",
        )
        for word in ("INVITE", "180", "200", "BYE"):
            self.assertIn(word, ladder.stdout)

    def test_metrics_are_told(self):
        self.place(PERSON, document=pause(1))
        self.app.wait("/status", 15, CallStatus="completed")
        status, _, text = self.house.ask("GET", "/metrics", auth=None)
        self.assertEqual(status, 200)
        self.assertIn("ringback_", text.decode() if isinstance(text, bytes) else str(text))
