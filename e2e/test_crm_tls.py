"""The CRM's database over TLS, with a real server: what `sslmode` promises holds, and what it
can't hold is refused."""

import subprocess
import tempfile
import unittest
from types import SimpleNamespace

from harness.crm import PROGRAM, Crm
from harness.postgres import SERVICE, Postgres, environment

# Of all connections of the program that are open.
ENCRYPTED = (
    "select count(*) > 0 and bool_and(ssl) from pg_stat_ssl join pg_stat_activity using (pid) "
    "where application_name = 'ringback-crm'"
)


class DatabaseOverTls(unittest.TestCase):
    def server(self, host=None):
        """With TLS for that host, and its authority."""
        server = Postgres()
        self.addCleanup(server.close)
        server.settings = ["log_connections=on"]
        authority = server.secure(host) if host else None
        return server.start(), authority

    def migrate(self, server):
        """Exit code, the sentence of a failure, and what the server says of the connections."""
        told = len(server.log.read_text())
        with tempfile.TemporaryDirectory(prefix="ringback-e2e-") as data:
            done = subprocess.run(
                [str(PROGRAM), "migrate", "--data", data, "--database", server.url(),
                 "--service-role", SERVICE],
                capture_output=True, text=True, timeout=60, env=environment(),
            )
        lines = server.log.read_text()[told:].splitlines()
        lines = [line for line in lines if "authorized" in line and "ringback-crm" in line]
        return done.returncode, done.stderr, ["SSL enabled" in line for line in lines]

    def test_each_mode_does_what_it_says(self):
        server, authority = self.server("localhost")
        ours = f"&sslrootcert={authority}"
        for host, query, encrypted in (
            ("127.0.0.1", "", True),
            ("127.0.0.1", "?sslmode=prefer", True),
            ("127.0.0.1", "?sslmode=disable", False),
            ("127.0.0.1", "?sslmode=require", True),
            ("127.0.0.1", f"?sslmode=require{ours}", True),
            ("127.0.0.1", f"?sslmode=verify-ca{ours}", True),
            ("localhost", f"?sslmode=verify-full{ours}", True),
        ):
            with self.subTest(host=host, query=query):
                server.host, server.query = host, query
                code, said, seen = self.migrate(server)
                self.assertEqual((code, set(seen)), (0, {encrypted}), said)

    def test_what_can_not_be_proved_is_refused_in_one_sentence(self):
        server, authority = self.server("localhost")
        stranger = Postgres()
        self.addCleanup(stranger.close)
        other = f"&sslrootcert={stranger.secure('localhost')}"
        for host, query, why in (
            ("127.0.0.1", f"?sslmode=verify-full&sslrootcert={authority}", "127.0.0.1"),
            ("localhost", "?sslmode=verify-full", "UnknownIssuer"),
            ("localhost", f"?sslmode=verify-full{other}", "invalid peer certificate"),
            ("localhost", f"?sslmode=verify-ca{other}", "invalid peer certificate"),
            ("localhost", f"?sslmode=require{other}", "invalid peer certificate"),
            ("localhost", "?sslmode=allow", "sslmode"),
        ):
            with self.subTest(host=host, query=query):
                server.host, server.query = host, query
                code, said, seen = self.migrate(server)
                self.assertEqual((code != 0, seen, said.count("\n")), (True, [], 1), said)
                self.assertIn(why, said)

    def test_a_server_without_it(self):
        server, _ = self.server()
        for query, goes in (("?sslmode=require", False), ("?sslmode=verify-full", False), ("", True)):
            with self.subTest(query=query):
                server.query = query
                code, said, seen = self.migrate(server)
                self.assertEqual((code == 0, set(seen)), (goes, {False} if goes else set()), said)
                if not goes:
                    self.assertIn("server does not support TLS", said)

    def test_the_service_speaks_it_on_all_its_connections(self):
        server, authority = self.server("localhost")
        server.host, server.query = "localhost", f"?sslmode=verify-full&sslrootcert={authority}"
        crm = Crm(SimpleNamespace(base="http://127.0.0.1:9"), server)
        self.addCleanup(crm.close)
        crm.add_user("ana@example.com", "Ana", "Padaria")
        crm.start()
        self.assertEqual(crm.sign_in("ana@example.com").ask("GET", "/api/calls")[0], 200)
        self.assertEqual(server.sql(ENCRYPTED), "t")
        self.assertEqual(crm.stop(), 0)
