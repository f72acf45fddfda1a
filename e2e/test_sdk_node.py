"""The official Node SDK: `node/calls.mjs` runs through it and says how far it came."""

import subprocess
from pathlib import Path

from harness import ACCOUNT, TOKEN, Case

SCRIPT = Path(__file__).resolve().parent / "node/calls.mjs"


class NodeSdk(Case):
    def test_create_watch_list_update_record_and_delete(self):
        done = subprocess.run(
            ["node", str(SCRIPT), self.house.base, ACCOUNT, TOKEN],
            capture_output=True,
            text=True,
            timeout=90,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("ok "), 7, done.stdout)
