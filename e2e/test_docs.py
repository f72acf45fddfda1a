"""Programs that the documentation prints, run as they are printed."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

from harness import ACCOUNT, TOKEN, Case, free_ports
from harness.wait import Board, until

PAGE = Path(__file__).resolve().parents[1] / "docs/apps.md"


class YourApplication(Case):
    """`docs/apps.md`: an application in Flask, and a caller."""

    def program(self, name, **environment):
        """Starts one of the page's programs; returns it and the lines it prints."""
        text = next(text for text in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
                    if text.startswith(f"# {name}\n"))
        path = Path(self.house.folder.name) / name
        path.write_text(text)
        credentials = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}
        process = subprocess.Popen(
            [sys.executable, str(path)], env={**os.environ, **credentials, **environment},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        lines = Board()

        def read():
            for line in process.stdout:
                lines.add(line.rstrip("\n"))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()

        def end():
            process.kill()
            process.wait(5)
            reader.join(5)
            process.stdout.close()

        self.addCleanup(end)
        return process, lines

    def test_each_agent_does_as_the_page_says(self):
        rows = re.findall(r"^\| `(\+1202\d+)` \| .* \| `(.*)` \| `(.*)` \|$", PAGE.read_text(), re.M)
        self.assertEqual(len(rows), 6, rows)
        for agent, status, bridged in rows:
            with self.subTest(agent):
                port, = free_ports(1)
                _, printed = self.program("app.py", AGENT=agent, PORT=str(port))
                printed.wait_for(
                    lambda lines: any("Running on" in line for line in lines), 20, "Flask"
                )
                caller, said = self.program(
                    "call.py", RINGBACK_URL=self.house.base, APP_URL=f"http://127.0.0.1:{port}"
                )
                until(lambda caller=caller: caller.poll() is not None, 60, "the end of call.py")
                self.assertEqual(caller.returncode, 0, said.snapshot())
                printed.wait_for(
                    lambda lines, bridged=bridged: f"The agent took it: {bridged}" in lines, 10,
                    f"what the agent did: {printed.snapshot()}",
                )
                dialled = [call.status for call in self.client.calls.list(to=agent)]
                self.assertEqual(dialled, [status])
                # Nothing went wrong: the program would have printed it.
                self.assertFalse([line for line in said.snapshot() if line.startswith(" ")])
