"""How applications are asked: passwords, kept answers, forbidden addresses, certificates."""

import hashlib
import io
import re
import socket
import ssl
import subprocess
import tempfile
import unittest
import wave
from pathlib import Path

from harness import Case, House
from harness.app import App, Reply
from harness.config import serve
from harness.house import TOKEN
from harness.sipp import Sipp
from twilio.twiml.voice_response import VoiceResponse

THEIRS = "+4930901820"
TARGET = "/latest/meta-data/iam"


def xml(document, **headers):
    return Reply(str(document), headers={"Content-Type": "text/xml", **headers})


def hexed(name, *parts):
    return hashlib.new(name, ":".join(parts).encode()).hexdigest()


def header(seen, name):
    """A header of a request, whatever the case of its name."""
    return next((v for k, v in seen.headers.items() if k.lower() == name.lower()), None)


class Client(Case):
    """`serve` with a carrier that answers every call."""

    verify = True

    def build(self):
        self.carrier = Sipp("carrier_answers", calls=1000, seconds=300)
        self.addCleanup(self.carrier.close)
        trunk = {"name": "carrier", "host": f"127.0.0.1:{self.carrier.port}", "options": False}
        account = {"verify_certificates": self.verify}
        return House(config=serve(trunks=[trunk], account=account))

    def call(self, url, **more):
        return self.client.calls.create(
            to=THEIRS, from_="+12025550190", url=url,
            status_callback=self.app.url("/status"), **more,
        )

    def faults(self, call):
        """The codes of a call that has ended."""
        self.ended(call.sid)
        return [int(one.error_code) for one in self.client.calls(call.sid).notifications.list()]


class Asking(Client):
    def guard(self, seen, algorithm="SHA-256"):
        """Whether a request shows the right digest, reckoned by hashlib alone."""
        shown = dict(re.findall(r'(\w+)="?([^",]*)"?', header(seen, "Authorization") or ""))
        name = {"SHA-256": "sha256", "MD5": "md5"}[algorithm]
        if shown.get("username") != "me":
            return False
        ha1 = hexed(name, "me", "voice", "pass:1")
        ha2 = hexed(name, seen.method, seen.raw_path)
        nc, cnonce = shown.get("nc", ""), shown.get("cnonce", "")
        wanted = hexed(name, ha1, "number-1", nc, cnonce, "auth", ha2)
        return shown.get("uri") == seen.raw_path and shown.get("response") == wanted

    def test_an_application_with_digest_is_answered(self):
        for algorithm in ("MD5", "SHA-256"):
            with self.subTest(algorithm):
                first, last = f"/{algorithm}/first", f"/{algorithm}/last"
                challenge = (
                    f'Digest realm="voice", nonce="number-1", qop="auth", algorithm={algorithm}'
                )

                def guarded(document, algorithm=algorithm, challenge=challenge):
                    def answer(seen):
                        if self.guard(seen, algorithm):
                            return xml(document)
                        return Reply(status=401, headers={"WWW-Authenticate": challenge})

                    return answer

                document = VoiceResponse()
                document.redirect(last)
                self.app.route(first, guarded(document))
                self.app.route(last, guarded("<Response><Hangup/></Response>"))
                url = self.app.url(first).replace("://", "://me:pass%3A1@")
                if algorithm != "MD5":
                    # Another place, of which nothing is known yet.
                    url = url.replace("127.0.0.1", "localhost")
                    self.app.validator = Anybody()
                call = self.call(url)
                self.assertEqual(self.faults(call), [])
                asked = self.app.requests(first)
                self.assertEqual(
                    [self.guard(seen, algorithm) for seen in asked], [False, True]
                )
                self.assertIsNone(header(asked[0], "Authorization"))
                again, = self.app.requests(last)
                self.assertIn("nc=00000002", header(again, "Authorization"))

    def test_what_is_fresh_is_asked_for_once(self):
        sound = io.BytesIO()
        with wave.open(sound, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(b"\0\1" * 800)
        fresh = {"Cache-Control": "public, max-age=300"}
        self.app.route("/beep.wav", Reply(
            sound.getvalue(), headers={"Content-Type": "audio/wav", **fresh}))
        document = VoiceResponse()
        document.play("/beep.wav")
        # A version, and stale at once: it is asked for by it, and confirmed.
        document.play("/version.wav")
        self.app.route("/menu.xml", xml(document, **fresh))

        def by_version(seen):
            if header(seen, "If-None-Match") == '"7"':
                return Reply(status=304, headers={"ETag": '"7"'})
            headers = {"Content-Type": "audio/wav", "ETag": '"7"', "Cache-Control": "no-cache"}
            return Reply(sound.getvalue(), headers=headers)

        self.app.route("/version.wav", by_version)
        # Without the call's parameters, so that every call finds the same document.
        self.app.route("/voice", Reply(status=303, headers={"Location": "/menu.xml"}))
        for _ in range(3):
            self.assertEqual(self.faults(self.call(self.app.url("/voice"))), [])
        counted = {path: len(self.app.requests(path)) for path in
                   ("/voice", "/menu.xml", "/beep.wav", "/version.wav")}
        self.assertEqual(
            counted, {"/voice": 3, "/menu.xml": 1, "/beep.wav": 1, "/version.wav": 3})
        versions = [header(s, "If-None-Match") for s in self.app.requests("/version.wav")]
        self.assertEqual(versions, [None, '"7"', '"7"'])

    def test_a_redirect_to_a_forbidden_address_is_a_notification(self):
        trap = socket.create_server(("127.0.0.2", 0))
        self.addCleanup(trap.close)
        inside = f"http://127.0.0.2:{trap.getsockname()[1]}{TARGET}"
        self.app.route("/out", Reply(status=302, headers={"Location": inside}))
        self.app.route("/meta", Reply(
            status=307, headers={"Location": f"http://169.254.169.254{TARGET}"}))
        document = VoiceResponse()
        document.play(inside)
        self.app.route("/sound", xml(document))
        odd = f"http://0x7f000002:{trap.getsockname()[1]}/"
        # A forbidden address is taken by the API, and refused when it is asked.
        for url in (self.app.url("/out"), self.app.url("/meta"), self.app.url("/sound"), odd):
            with self.subTest(url):
                self.assertIn(11210, self.faults(self.call(url)))
        trap.setblocking(False)
        with self.assertRaises(BlockingIOError):
            trap.accept()
        self.assertIn("forbidden address", self.house.said())

    def test_what_an_application_says_of_its_edge_is_checked(self):
        self.app.route("/voice", xml("<Response/>"))
        self.assertEqual(self.faults(self.call(self.app.url("/voice#e=ashburn,dublin"))), [])
        self.assertIn(11240, self.faults(self.call(self.app.url("/voice#e=atlantis"))))


class Anybody:
    """The address that is asked has another name than the application knows."""

    def validate(self, *_):
        return True


class Secured(Client):
    """An application whose certificate is self-signed and for another host."""

    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory(prefix="ringback-tls-")
        self.addCleanup(self.folder.cleanup)
        at = Path(self.folder.name)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-subj", "/CN=other.example", "-days", "1", "-keyout", "key.pem", "-out",
             "cert.pem"],
            cwd=at, check=True, capture_output=True, timeout=30,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(at / "cert.pem", at / "key.pem")
        self.secure = App(TOKEN)
        self.addCleanup(self.secure.close)
        server = self.secure.server
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.secure.route("/voice", xml("<Response><Hangup/></Response>"))
        self.url = self.secure.url("/voice").replace("http:", "https:")


class Strict(Secured):
    def test_a_certificate_nobody_vouches_for_is_refused(self):
        self.assertIn(11237, self.faults(self.call(self.url)))
        self.assertEqual(self.secure.requests("/voice"), [])


class Relaxed(Secured):
    verify = False

    def test_any_certificate_is_taken_where_the_account_says_so(self):
        call = self.call(self.url)
        self.assertEqual(self.faults(call), [])
        self.assertEqual(self.secure.wait("/voice")["CallSid"], call.sid)


if __name__ == "__main__":
    unittest.main()
