"""The machine the figures are taken on, and how programs are put on its cores."""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
ACCOUNT, TOKEN = "AC" + "0123456789abcdef" * 2, "fedcba9876543210" * 2
CORES = os.cpu_count() or 1
HOUSE_CORES = os.environ.get("BENCH_HOUSE_CORES", f"0-{max(CORES // 2 - 1, 0)}")
LOAD_CORES = os.environ.get("BENCH_LOAD_CORES", f"{min(CORES // 2, CORES - 1)}-{CORES - 1}")
TICK = os.sysconf("SC_CLK_TCK")


def on(cores, *words):
    return ["taskset", "-c", cores, *[str(word) for word in words]]


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) >> 20
    return f"{CORES} × {model[1] if model else 'CPU'}, {memory} GB"


def cpu_seconds(pid):
    """What a process has used of all cores."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def status_kb(pid, name):
    """A line of `/proc/PID/status`: VmRSS, RssAnon."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", text)[1])
