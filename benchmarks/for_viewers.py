"""The four counts for a visitor and a member, beside one count: the figures of docs/counting.md.

    python -m benchmarks.for_viewers [--beside FOLDER]

Served at the same time: a gallery in which every tenth item is private, in the mode `accounts`; and
beside it the same items without private ones, by the checkout of another version in a folder (with
its `.venv`), or else by this one in the mode `open`, where a viewer sees all and one count is read.
Responses per second in rounds that take turns; and the processor time that API and PostgreSQL took
for each, which other programs on the machine disturb less. Every response is compared with what its
viewer must be told, and a wrong one ends the run.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from genonaut.config import load_settings
from genonaut.db.counts import COUNTS, refresh_count
from genonaut.db.session import open_database
from genonaut.embedded.server import free_port
from genonaut.running.output import print_table, say

USERS, REGULAR, AUTO = 500, 20_000, 40_000
CONNECTIONS = (1, 8, 32)
ROUNDS, SECONDS = 15, 0.7
START_SECONDS = 60.0
PATH = "/api/v1/content/stats/unified"
HIDE = "UPDATE content_items_all SET visibility = 'private' WHERE id %% 10 = 0"
# By plain SQL, regular and auto: for a visitor, and for the member with the most items.
TRUTH = """
    WITH member AS (SELECT creator_id AS id, count(*) FROM content_items_all GROUP BY 1
                    ORDER BY 2 DESC, 1 LIMIT 1)
    SELECT username,
           count(*) FILTER (WHERE visibility = 'public') AS visitor,
           count(*) FILTER (WHERE visibility = 'public' OR item.creator_id = member.id) AS member
    FROM content_items_all AS item, member JOIN users USING (id)
    GROUP BY username, source_type ORDER BY source_type DESC"""


class Gallery:
    """A version of Genonaut with a home of its own."""

    def __init__(self, folder: Path, home: Path, mode: str) -> None:
        home.mkdir(mode=0o711)
        self._data = home / "postgres" / "data"
        self.port = free_port()
        python = sys.executable if folder == Path.cwd() else folder / ".venv/bin/python"
        self._command = [str(python), "-m", "genonaut"]
        self._folder = folder
        mine = {"GENONAUT_HOME": str(home), "API_PORT": str(self.port), "LOG_LEVEL": "warning"}
        self._environment = os.environ | mine | {"AUTH_MODE": mode, "GENONAUT_ENV": "demo"}
        self.run("seed", "--users", str(USERS), "--regular", str(REGULAR), "--auto", str(AUTO))

    def run(self, *arguments: str) -> str:
        """Run a command, and return what it prints."""
        options: dict[str, Any] = {"cwd": self._folder, "env": self._environment, "text": True}
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [*self._command, *arguments], check=True, stdout=subprocess.PIPE, **options
        )
        return done.stdout

    @contextmanager
    def served(self) -> Iterator[None]:
        """Its API, until the `with` ends."""
        command = [*self._command, "api"]
        with subprocess.Popen(
            command, cwd=self._folder, env=self._environment, stdout=subprocess.DEVNULL
        ) as process:
            self._api = process.pid
            yield
            process.terminate()

    def microseconds(self) -> float:
        """The processor time of the API and of PostgreSQL's processes until now."""
        found = 0
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                ours = process.name == str(self._api) or (process / "cwd").readlink() == self._data
                for thread in process.glob("task/*/schedstat") if ours else ():
                    found += int(thread.read_text().split()[0])
        return found / 1000


Side = tuple[Gallery, str, list[int]]
"""Which gallery, what a request says of its sender, and the counts that must come back."""


async def load(side: Side, connections: int) -> tuple[float, float]:
    """Responses per second, and microseconds of the processors for each.

    Each connection sends its next request when it has a response.
    """
    gallery, header, expected = side
    request = f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\n".encode()
    answered, spent, started = 0, gallery.microseconds(), time.perf_counter()

    async def one() -> None:
        nonlocal answered
        reader, writer = await asyncio.open_connection("127.0.0.1", gallery.port)
        while time.perf_counter() < started + SECONDS:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            found = list(json.loads(await reader.readexactly(length)).values())
            if found[2:4] != expected:
                raise SystemExit(f"Told {found}, and not {expected}: no results.")
            answered += 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    seconds = time.perf_counter() - started
    return answered / seconds, (gallery.microseconds() - spent) / answered


def made_private(home: Path) -> tuple[str, list[int], list[int]]:
    """Make items private. Returns the member's name, and what visitor and member must be told."""
    settings = load_settings("demo").model_copy(update={"home": home})
    with open_database(settings, role="owner") as database:
        with database.transaction() as session:
            session.connection().exec_driver_sql(HIDE)
        for count in COUNTS.values():
            refresh_count(database, count, "benchmark")
        with database.transaction() as session:
            rows = session.connection().exec_driver_sql(TRUTH).all()
    return rows[0].username, [row.visitor for row in rows], [row.member for row in rows]


async def answers(port: int) -> None:
    """Wait until something listens."""
    for _ in range(int(START_SECONDS / 0.2)):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.2)
        else:
            return writer.close()
    raise SystemExit("The API does not start.")


def main() -> None:
    """Seed, serve, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--beside", type=Path, metavar="FOLDER")
    beside = parser.parse_args().beside
    with tempfile.TemporaryDirectory(prefix="genonaut-viewers-") as folder, ExitStack() as stack:
        Path(folder).chmod(0o711)
        one = Gallery(beside or Path.cwd(), Path(folder) / "one", "open")
        ours = Gallery(Path.cwd(), Path(folder) / "ours", "accounts")
        name, visitor, member = made_private(Path(folder) / "ours")
        token = ours.run("token", "add", "benchmark", "--user", name).strip().splitlines()[-1]
        sides: dict[str, Side] = {
            "one count": (one, "", [REGULAR, AUTO]),
            "a visitor": (ours, "", visitor),
            "a member": (ours, f"Authorization: Bearer {token}\r\n", member),
        }
        for gallery in (one, ours):
            stack.enter_context(gallery.served())
            asyncio.run(answers(gallery.port))
        report(sides)


def report(sides: dict[str, Side]) -> None:
    """Measure and print; ratios are those of the same round, and more is better."""
    rows = []
    for connections in CONNECTIONS:
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
        for number in range(ROUNDS):
            for name in sorted(sides, reverse=number % 2 == 1):
                found[name].append(asyncio.run(load(sides[name], connections)))
        for name, rounds in found.items():
            pairs = list(zip(found["one count"], rounds, strict=True))
            figures = (
                statistics.median(rate for rate, _ in rounds),
                statistics.median(rate / other for (other, _), (rate, _) in pairs),
                statistics.median(spent for _, spent in rounds),
                statistics.median(other / spent for (_, other), (_, spent) in pairs),
            )
            shown = zip(("{:,.0f}", "{:.3f}") * 2, figures, strict=True)
            rows.append([str(connections), name, *(form.format(it) for form, it in shown)])
    print_table(["connections", "viewer", "per second", "ratio", "us of processors", "ratio"], rows)
    say("Every response was right.")


if __name__ == "__main__":
    main()
