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
        self.process = None

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
        self.process = subprocess.Popen(
            self.as_user(
                program("postgres"), "-D", rows, "-p", self.port, "-h", "127.0.0.1",
                "-k", "", "-c", "fsync=off", "-c", "full_page_writes=off",
            ),
            stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd="/", env=environment(),
        )
        until(lambda: self.sql("select 1", check=False), 30, "PostgreSQL")
        self.sql(f"create role {OWNER} login createrole")
        self.sql(f"create role {SERVICE} login")
        self.sql(f"create database crm owner {OWNER}")
        return self

    def url(self, role=OWNER, password=None):
        word = f":{password}" if password else ""
        return f"postgres://{role}{word}@127.0.0.1:{self.port}/crm"

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
