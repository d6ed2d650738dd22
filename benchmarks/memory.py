"""What `genonaut up` costs while it is idle, and how long it takes to begin.

    python -m benchmarks.memory [--lite] [--seconds 20] [--home FOLDER]

Prints the seconds from the command to the first true number, and each process of ours: its
proportional set size (shared pages are divided among those that share them) and the CPU time that
it has used. The servers, PostgreSQL and Valkey, are no Python and are printed as one sum each.

Run it twice: the first run makes the database.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

STATS = "/api/v1/content/stats/unified"
TICKS = os.sysconf("SC_CLK_TCK")
SERVERS = {"postgres": "PostgreSQL", "valkey-server": "Valkey"}


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the gallery, or a server's processes together."""

    name: str
    mebibytes: float
    cpu_seconds: float
    is_python: bool


@contextmanager
def running(home: Path, *options: str) -> Iterator[tuple[float, float]]:
    """`genonaut up`: the seconds until it was ready, and until a client had the first number."""
    started = time.monotonic()
    command = [sys.executable, "-P", "-m", "genonaut", "up", "--home", str(home), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as up:
        try:
            said = next(line for line in up.stdout or () if "is ready at" in line)
            where = said.split(" at ")[1].split()[0]
            ready = time.monotonic() - started
            with urllib.request.urlopen(where + STATS) as response:  # noqa: S310 - our own
                assert json.load(response)["exact"]
            yield ready, time.monotonic() - started
        finally:
            up.send_signal(signal.SIGTERM)


def processes(home: Path) -> list[Process]:
    """Those of a home, the largest first."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, KeyError):
            found += _of(folder, home)
    sums = [_sum(name, [one for one in found if one.name == name]) for name in SERVERS.values()]
    ours = [one for one in found if one.is_python] + [one for one in sums if one.mebibytes]
    return sorted(ours, key=lambda one: (not one.is_python, -one.mebibytes))


def _of(folder: Path, home: Path) -> list[Process]:
    words = (folder / "cmdline").read_text().split("\0")
    at_home = (folder / "cwd").readlink().is_relative_to(home)
    names = f"GENONAUT_HOME={home}\0" in (folder / "environ").read_text() or str(home) in words
    if not (at_home or names) or folder.name == str(os.getpid()):
        return []
    server = next((name for program, name in SERVERS.items() if program in words[0]), None)
    lines = [line.split() for line in (folder / "smaps_rollup").read_text().splitlines()]
    sizes = {line[0]: line[1] for line in lines}
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    used = sum(map(int, fields[11:13])) / TICKS
    is_part = "genonaut" in words or "genonaut.embedded.keeper" in words
    name = " ".join(words[words.index("-m") + 1 : -1]) if is_part else words[0]
    if not (server or is_part):
        return []
    return [Process(server or name, int(sizes["Pss:"]) / 1024, used, is_part)]


def _sum(name: str, parts: list[Process]) -> Process:
    mebibytes, seconds = (
        sum(one.mebibytes for one in parts),
        sum(one.cpu_seconds for one in parts),
    )
    return Process(name, mebibytes, seconds, is_python=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lite", action="store_true")
    parser.add_argument("--seconds", type=float, default=20, help="how long it is idle first")
    parser.add_argument("--home", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="genonaut-memory-") as made:
        home = (chosen.home or Path(made)).absolute()
        with running(home, *["--lite"] * chosen.lite) as (ready, first):
            time.sleep(chosen.seconds)
            found = processes(home)
    sys.stdout.write(f"ready after {ready:.2f} s, the first number after {first:.2f} s\n")
    for one in found:
        sys.stdout.write(f"{one.mebibytes:7.1f} MB {one.cpu_seconds:6.2f} s CPU  {one.name}\n")
    ours = sum(one.mebibytes for one in found if one.is_python)
    sys.stdout.write(f"{ours:7.1f} MB in our Python processes\n")


if __name__ == "__main__":
    main()
