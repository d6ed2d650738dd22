"""Reading from the primary alone, and from one or two replicas on the same machine: the ratios.

    python -m benchmarks.replicas [--seconds 5] [--rounds 3] [--connections 32]

It seeds a gallery in a temporary folder, serves it with `genonaut up --lite --replicas N`, and asks
for the four counts and for pages of the list. Rounds alternate, so that what else the machine does
weighs on all alike.

All servers share one machine, so this cannot show what replicas are for: further machines. It shows
what reading from them costs, which is a further question for each query, and that their share of
the work is theirs: the CPU time of the primary's processes for a thousand responses.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from benchmarks.loading import loaded
from benchmarks.side_by_side.load.http import Load

NUMBERS = (0, 1, 2)
STATS = "/api/v1/content/stats/unified"
LIST = "/api/v1/content/unified?page_size=24&page="
WHAT = {
    "counts": [(STATS, '{"user_regular_count":')],
    "pages": [(f"{LIST}{number}", '{"items":') for number in range(1, 65)],
}
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one round gave: responses per second, and CPU seconds of the primary for a thousand."""

    per_second: float
    of_the_primary: float


def genonaut(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "genonaut", "--home", str(home), *arguments]


@contextmanager
def serving(home: Path, replicas: int) -> Iterator[int]:
    """`genonaut up` with so many replicas, all of them asked: its port."""
    command = genonaut(home, "up", "--lite", "--empty", "--replicas", str(replicas))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as up:
        try:
            said = next(line for line in up.stdout or () if "is ready at" in line)
            where = said.split(" at ")[1].split()[0]
            while _asked(where) < replicas:
                time.sleep(0.5)
            yield int(where.rpartition(":")[2])
        finally:
            up.send_signal(signal.SIGTERM)


def _asked(where: str) -> int:
    with urlopen(f"{where}/metrics") as response:  # noqa: S310 - our own
        lines = response.read().decode().splitlines()
    asked = [line for line in lines if line.startswith("genonaut_replica_in_use{")]
    return sum(line.endswith(" 1.0") for line in asked)


def measure(home: Path, port: int, what: str, connections: int, seconds: float) -> Measured:
    before = cpu_seconds(home)
    outcome = loaded(home, Load([port], connections, seconds, WHAT[what]))
    used = cpu_seconds(home) - before
    return Measured(outcome.per_second, 1000 * used / outcome.responses)


def cpu_seconds(home: Path) -> float:
    """What the primary's processes have used, those that have ended excepted."""
    data, used = home / "postgres" / "data", 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            if (folder / "cwd").readlink() == data:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                used += sum(map(int, fields[11:13])) / TICKS
    return used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=32)
    options = parser.parse_args()
    found: dict[tuple[str, int], list[Measured]] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o711)
        seed = genonaut(home, "seed", "--env", "demo")  # 120,000 items
        subprocess.run(seed, check=True, stdout=subprocess.DEVNULL)
        for _ in range(options.rounds):
            for replicas in NUMBERS:
                with serving(home, replicas) as port:
                    for what in WHAT:
                        one = measure(home, port, what, options.connections, options.seconds)
                        found.setdefault((what, replicas), []).append(one)
    sys.stdout.write("what    replicas  responses/s  ratio  primary's CPU s per 1,000\n")
    for (what, replicas), several in sorted(found.items()):
        rate = median(one.per_second for one in several)
        ratio = rate / median(one.per_second for one in found[what, 0])
        used = median(one.of_the_primary for one in several)
        sys.stdout.write(f"{what:7} {replicas:8}  {rate:11,.0f}  {ratio:5.2f}  {used:24.3f}\n")


if __name__ == "__main__":
    main()
