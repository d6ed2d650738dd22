"""What several API processes on one socket gain: responses per second, as ratios to one process.

    python -m benchmarks.api_processes [--processes 1 2] [--rounds 9] [--seconds 1]

Serves one gallery as often as there are numbers, each with so many processes, and loads one after
the other in rounds that take turns: with the four counts of a user, and with a page of 50 items.
Every response is looked at, and a wrong one ends the run. PostgreSQL, the load and the API share
the cores: of two, a second process can gain what the first one and PostgreSQL leave idle.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.loading import loaded
from benchmarks.side_by_side.load.http import Load
from genonaut.embedded.server import free_port
from genonaut.running.output import print_table, say

SEEDED: Final = ("--users", "500", "--regular", "20000", "--auto", "40000")
CONNECTIONS: Final = 32
GENONAUT: Final = [sys.executable, "-m", "genonaut"]
REQUESTS: Final = {
    "counts": ("/api/v1/content/stats/unified", '{"user_regular_count":'),
    "page of 50": ("/api/v1/content/unified?page_size=50", '{"items":['),
}


class Gallery:
    """A gallery in a home of its own."""

    def __init__(self, home: Path) -> None:
        home.mkdir(mode=0o711)
        mine = {"GENONAUT_HOME": str(home), "GENONAUT_ENV": "demo", "LOG_LEVEL": "warning"}
        self._environment = os.environ | mine
        subprocess.run([*GENONAUT, "seed", *SEEDED], env=self._environment, check=True)

    @contextmanager
    def served(self, processes: int) -> Iterator[int]:
        """The port at which so many processes serve it, once all of them do."""
        port = free_port()
        command = [*GENONAUT, "api", "--processes", str(processes)]
        environment = self._environment | {"API_PORT": str(port)}
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            next(line for line in process.stdout or () if "is ready at" in line)
            while _of(port)["running"] < processes:
                time.sleep(0.2)
            yield port
            process.terminate()


def _of(port: int) -> dict[str, int]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as response:
        found: dict[str, int] = json.load(response)["processes"]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0)
    given = parser.parse_args()
    found: dict[tuple[str, int], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        Path(folder).chmod(0o711)
        gallery = Gallery(Path(folder) / "home")
        ports = {number: stack.enter_context(gallery.served(number)) for number in given.processes}
        for _ in range(given.rounds):
            for name, request in REQUESTS.items():
                for number, port in ports.items():
                    load = Load([port], CONNECTIONS, given.seconds, [request])
                    rate = loaded(Path(folder), load).per_second
                    found.setdefault((name, number), []).append(rate)
    rows = [
        (name, number, round(statistics.median(rates)), *_ratio(found[name, least], rates))
        for least in [min(given.processes)]
        for (name, number), rates in found.items()
    ]
    say(f"{CONNECTIONS} connections, {os.cpu_count()} cores, {given.rounds} rounds of each:")
    print_table(("what", "processes", "responses/s", "ratio", "least", "most"), rows)


def _ratio(before: list[float], after: list[float]) -> tuple[str, str, str]:
    """The median of the rounds' ratios, and the extremes."""
    ratios = sorted(a / b for a, b in zip(after, before, strict=True))
    chosen = (statistics.median(ratios), ratios[0], ratios[-1])
    return tuple(f"{ratio:.2f}" for ratio in chosen)  # type: ignore[return-value]


if __name__ == "__main__":
    main()
