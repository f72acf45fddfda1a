"""`ringback dev --intercept`: unchanged clients that find it by their environment alone, as a shell
has it that read `env.sh`. Nothing here names a base URL, a host or a certificate to a client."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

from harness import ACCOUNT, TOKEN, Case, House
from harness.tunnel import authority_path, clean_environment
from harness.wait import free_ports

HERE = Path(__file__).resolve().parent
BUSY, OWNED = "+12025550102", "+12025550190"

PYTHON = """
import time
from twilio.rest import Client

client = Client()
call = client.calls.create(to="+12025550101", from_="+12025550190",
                           twiml="<Response><Say>Hello.</Say></Response>")
assert call.status == "queued", call.status
assert call.uri == f"/2010-04-01/Accounts/{call.account_sid}/Calls/{call.sid}.json", call.uri
while (seen := client.calls(call.sid).fetch()).status not in ("completed", "failed", "busy"):
    time.sleep(0.1)
assert call.sid in [c.sid for c in client.calls.list(page_size=1)]
edge = Client(edge="dublin", region="ie1")
assert edge.calls(call.sid).fetch().sid == call.sid
print(call.sid, seen.status)
"""

NODE = """
const twilio = require("twilio");
const client = twilio();
(async () => {
  const call = await client.calls.create({
    to: "+12025550101", from: "+12025550190", twiml: "<Response><Say>Hello.</Say></Response>",
  });
  let seen = call;
  while (!["completed", "failed", "busy"].includes(seen.status)) {
    await new Promise((go) => setTimeout(go, 100));
    seen = await client.calls(call.sid).fetch();
  }
  const listed = await client.calls.list({ pageSize: 1 });
  if (!listed.some((one) => one.sid === call.sid)) throw new Error("it isn't listed");
  console.log(call.sid, seen.status);
})();
"""

UNSERVED = """
from twilio.rest import Client
try:
    Client().video.v1.rooms.list()
except Exception as error:
    print(error)
"""


class Intercept(Case):
    arguments = ()

    def build(self):
        self.proxy_port, = free_ports(1)
        return House([f"--intercept=127.0.0.1:{self.proxy_port}", *self.arguments])

    @property
    def folder(self):
        return self.house.data / "intercept"

    def shell(self, *command, timeout=60):
        """Runs a program in a shell that has read the script, with credentials of its own and
        nothing else that could lead it here."""
        home = tempfile.mkdtemp(prefix="ringback-intercept-")
        self.addCleanup(shutil.rmtree, home, ignore_errors=True)
        modules = HERE / "node/node_modules"
        return subprocess.run(
            ["sh", "-euc", '. "$0" && exec "$@"', str(self.folder / "env.sh"), *command],
            capture_output=True, text=True, timeout=timeout, cwd=home,
            env={
                **clean_environment(), "HOME": home, "NODE_PATH": str(modules),
                "PATH": f"{modules}/.bin:{os.environ['PATH']}",
                "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN,
            },
        )

    def said_by(self, *command, timeout=60):
        done = self.shell(*command, timeout=timeout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout


class UnchangedClients(Intercept):
    def test_the_python_sdk_creates_a_call_and_sees_its_end(self):
        said = self.said_by(sys.executable, "-c", PYTHON)
        sid, status = said.split()
        self.assertEqual(status, "completed")
        self.assertEqual(self.client.calls(sid).fetch().status, "completed")

    def test_the_node_sdk_creates_a_call_and_sees_its_end(self):
        said = self.said_by("node", "-e", NODE)
        sid, status = said.split()
        self.assertEqual(status, "completed")
        self.assertEqual(self.client.calls(sid).fetch().status, "completed")

    def test_the_vendors_command_line_creates_and_lists_calls(self):
        self.app.route("/voice", "<Response/>")
        said = self.said_by(
            "twilio", "api:core:calls:create", "--to", BUSY, "--from", OWNED,
            "--url", self.app.url("/voice"), "--status-callback", self.app.url("/status"),
            "-o", "json", timeout=120,
        )
        call, = json.loads(said)
        self.assertEqual((call["status"], call["to"]), ("queued", BUSY))
        self.ended(call["sid"])
        listed = json.loads(self.said_by("twilio", "api:core:calls:list", "-o", "json", timeout=120))
        self.assertEqual([(c["sid"], c["status"]) for c in listed], [(call["sid"], "busy")])

    def test_curl_asks_the_api_by_its_name_encrypted_or_not(self):
        for scheme in ("https", "http"):
            path = f"/2010-04-01/Accounts/{ACCOUNT}.json"
            url = f"{scheme}://api.twilio.com{path}"
            # It reads no proxy for http in capitals.
            said = self.said_by(
                "curl", "-sS", "-x", f"http://127.0.0.1:{self.proxy_port}",
                "-u", f"{ACCOUNT}:{TOKEN}", url,
            )
            self.assertEqual(json.loads(said)["uri"], path)


class Others(Intercept):
    def test_a_host_of_the_vendors_that_is_not_served_is_refused_in_words(self):
        said = self.said_by(sys.executable, "-c", UNSERVED)
        self.assertIn("video.twilio.com is not served by ringback", said)
        done = self.shell("curl", "-sSv", "https://video.twilio.com/v1/Rooms")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("502 video.twilio.com is not served by ringback; --intercept-pass", done.stderr)

    def test_another_host_shows_its_own_certificate(self):
        at = authority_path()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(at / "leaf.pem", at / "leaf.key")
        door = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(door.close)
        asked = []

        def serve():
            with context.wrap_socket(door.accept()[0], server_side=True) as stream:
                asked.append(stream.recv(4096))
                stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother")

        threading.Thread(target=serve, daemon=True).start()
        # Only the stranger's own authority is trusted, and loopback isn't left out.
        done = self.shell(
            "curl", "-sSv", "--noproxy", "none.example", "--cacert", str(at / "ca.pem"),
            f"https://localhost:{door.getsockname()[1]}/x",
        )
        self.assertEqual(done.stdout, "other", done.stderr)
        self.assertIn("Test authority", done.stderr)
        self.assertIn(f"CONNECT localhost:{door.getsockname()[1]}", done.stderr)
        self.assertTrue(asked[0].startswith(b"GET /x HTTP/1.1\r\n"), asked)


class LocalAuthority(Intercept):
    def openssl(self, *words, fails=False):
        done = subprocess.run(
            ["openssl", *map(str, words)], capture_output=True, text=True, timeout=30
        )
        self.assertEqual(done.returncode != 0, fails, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def leaf(self, host):
        """Signed with the authority's own key, as a thief would."""
        at = Path(tempfile.mkdtemp(prefix="ringback-leaf-"))
        self.addCleanup(shutil.rmtree, at)
        name = f"IP:{host}" if host[0].isdigit() else f"DNS:{host}"
        (at / "extensions").write_text(f"subjectAltName={name}\nextendedKeyUsage=serverAuth\n")
        self.openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/O=thief", "-keyout", at / "key", "-out", at / "csr",
        )
        self.openssl(
            "x509", "-req", "-in", at / "csr", "-CA", self.folder / "ca.pem",
            "-CAkey", self.folder / "ca.key", "-CAcreateserial", "-CAserial", at / "serial",
            "-days", "2", "-extfile", at / "extensions", "-out", at / "pem",
        )
        return at / "pem"

    def test_openssl_takes_its_word_for_the_hosts_of_the_api_alone(self):
        ca = self.folder / "ca.pem"
        for host in ("api.twilio.com", "api.dublin.ie1.twilio.com"):
            self.openssl("verify", "-x509_strict", "-CAfile", ca, self.leaf(host))
        for host in ("example.com", "twilio.com", "video.twilio.com"):
            said = self.openssl("verify", "-CAfile", ca, self.leaf(host), fails=True)
            self.assertIn("permitted subtree violation", said)
        said = self.openssl("verify", "-CAfile", ca, self.leaf("127.0.0.1"), fails=True)
        self.assertIn("excluded subtree violation", said)
        shown = self.openssl("x509", "-in", ca, "-noout", "-text")
        self.assertIn("CA:TRUE, pathlen:0", shown)
        self.assertIn("X509v3 Name Constraints: critical", shown)

    def test_its_key_stays_in_its_file(self):
        key = self.folder / "ca.key"
        self.assertEqual(key.stat().st_mode & 0o7777, 0o600)
        secret = key.read_text().splitlines()[1]
        self.said_by("curl", "-sS", "https://api.twilio.com/health")
        for file in self.house.data.rglob("*"):
            if file.is_file() and file != key:
                self.assertNotIn(secret.encode(), file.read_bytes(), file)
        self.assertNotIn(secret, self.house.said())

    def screen(self):
        """Waits for the first screen: requests may be answered before it."""
        whole = lambda lines: any("-jar app.jar" in line for line in lines)
        self.house.lines.wait_for(whole, 10, "the first screen")

    def test_it_is_kept_over_a_restart_and_the_first_screen_tells_of_it_once(self):
        told = "The local authority is new"
        self.screen()
        is_told = lambda lines: any(told in line for line in lines)
        self.house.lines.wait_for(is_told, 10, told)
        for word in ("env.sh", "HTTP_PROXY", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "keytool"):
            self.assertIn(word, self.house.said())
        before = (self.folder / "ca.pem").read_bytes()
        self.assertEqual(self.house.stop(), 0)
        self.house.lines = type(self.house.lines)()
        self.house.start()
        self.screen()
        self.assertEqual((self.folder / "ca.pem").read_bytes(), before)
        self.assertEqual(self.house.stop(), 0)
        self.assertNotIn(told, self.house.said())


class RefusedStarts(Intercept):
    """One sentence, and an exit that isn't 0."""

    def setUp(self):
        super().setUp()
        self.assertEqual(self.house.stop(), 0)

    def refused(self):
        done = subprocess.run(
            [str(word) for word in self.house.command()], capture_output=True, text=True,
            timeout=30, env={**os.environ, "TWILIO_ACCOUNT_SID": ACCOUNT},
        )
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Aringback: [^\n]+\n\Z")
        return done.stderr

    def test_a_port_that_is_taken(self):
        with socket.create_server(("127.0.0.1", self.proxy_port)):
            self.assertIn(f"can't listen on 127.0.0.1:{self.proxy_port}", self.refused())

    def test_a_key_that_others_may_read(self):
        (self.folder / "ca.key").chmod(0o644)
        said = self.refused()
        self.assertIn("ca.key is open to other users (mode 0644)", said)
        self.assertIn("remove it", said)

    def test_a_certificate_that_is_none(self):
        (self.folder / "ca.pem").write_text("garbage")
        self.assertIn("ca.pem holds no certificate", self.refused())


if __name__ == "__main__":
    unittest.main()
