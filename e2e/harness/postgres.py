"""A PostgreSQL server of a test's own: made empty, on loopback, gone with the test."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .wait import free_ports, until

OWNER = "crm_owner"
# Owns nothing, and can't pass by the policies.
SERVICE = "crm_service"


def program(name):
    """Where the distribution keeps what isn't on everybody's path; on it may stand a wrapper."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda f: int(f.parent.name))
    found = [folder / name for folder in reversed(folders) if (folder / name).exists()]
    if found or shutil.which(name):
        return str(found[0]) if found else shutil.which(name)
    raise AssertionError(f"{name} is missing: run tools/install tests")


class Postgres:
    """One server with one empty database; its owner is no superuser."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="ringback-e2e-pg-"))
        (self.port,) = free_ports(1)
        # It refuses to run as root.
        self.user = "nobody" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
            self.folder.chmod(0o755)
        self.log = self.folder / "log"
        # What is set besides, and what its address ends in.
        self.settings, self.query, self.host = [], "", "127.0.0.1"
        self.process = None

    def secure(self, host):
        """TLS with a certificate for this host, whose authority is returned; before it is started."""
        at = self.folder
        authority, key, certificate = at / "authority.pem", at / "server.key", at / "server.pem"
        fresh = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        (at / "names").write_text(f"subjectAltName=DNS:{host}\n")
        for words in (
            ["req", "-x509", *fresh, "-keyout", at / "authority.key", "-out", authority,
             "-subj", "/CN=authority of a test", "-days", "2"],
            ["req", *fresh, "-keyout", key, "-out", at / "asked", "-subj", "/CN=database"],
            ["x509", "-req", "-in", at / "asked", "-CA", authority, "-CAkey", at / "authority.key",
             "-CAcreateserial", "-days", "2", "-extfile", at / "names", "-out", certificate],
        ):
            words = ["openssl", *map(str, words)]
            done = subprocess.run(words, capture_output=True, text=True, timeout=30)
            assert done.returncode == 0, done.stderr
        key.chmod(0o600)
        if self.user:
            shutil.chown(key, self.user)
        self.settings += ["ssl=on", f"ssl_key_file={key}", f"ssl_cert_file={certificate}"]
        return authority

    def as_user(self, *words):
        words = [str(word) for word in words]
        if self.user is None:
            return words
        return ["setpriv", f"--reuid={self.user}", "--regid=nogroup", "--clear-groups", *words]

    def start(self):
        rows = self.folder / "rows"
        made = subprocess.run(
            self.as_user(
                program("initdb"), "--pgdata", rows, "--username", "boss", "--auth", "trust",
                "--encoding", "UTF8", "--locale", "C", "--no-sync",
            ),
            capture_output=True, text=True, timeout=120, cwd="/", env=environment(),
        )
        assert made.returncode == 0, made.stderr
        settings = ["fsync=off", "full_page_writes=off", *self.settings]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                self.as_user(
                    program("postgres"), "-D", rows, "-p", self.port, "-h", "127.0.0.1",
                    "-k", "", *(word for each in settings for word in ("-c", each)),
                ),
                stdout=log, stderr=log, cwd="/", env=environment(),
            )
        until(lambda: self.sql("select 1", check=False), 30, "PostgreSQL")
        self.sql(f"create role {OWNER} login createrole")
        self.sql(f"create role {SERVICE} login")
        self.sql(f"create database crm owner {OWNER}")
        return self

    def url(self, role=OWNER, password=None):
        word = f":{password}" if password else ""
        return f"postgres://{role}{word}@{self.host}:{self.port}/crm{self.query}"

    def sql(self, text, role="boss", database="postgres", check=True):
        """Rows as lines, columns parted by `|`."""
        done = subprocess.run(
            [
                program("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                "-h", "127.0.0.1", "-p", str(self.port), "-U", role, "-d", database, "-c", text,
            ],
            capture_output=True, text=True, timeout=30, env=environment(),
        )
        if check:
            assert done.returncode == 0, done.stderr
        return done.stdout.strip() if done.returncode == 0 else None

    def close(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        shutil.rmtree(self.folder, ignore_errors=True)


def environment():
    """Without what a person may have set for a database of their own."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"}
