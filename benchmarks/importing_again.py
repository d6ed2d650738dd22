"""Importing what was imported before, beside listing it and asking the database.

Both sides run in one process, in turn, with the database open and the files in the system's cache:
neither the start of a program nor its imports count. Of several rounds the quickest counts, since
other programs can only add to it. Processor time includes that of the database's process.
"""

import hashlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from genonaut.config import load_settings
from genonaut.db.session import open_database
from genonaut.ingest.importer import import_paths
from genonaut.library.roots import Library

ROUNDS = 15
BATCH = 1000
LOOK_UP = text(
    "SELECT path_digest, bytes, modified_ns FROM library_seen WHERE path_digest = ANY(:digests)"
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: as a clock shows them, and of the processors."""

    wall: float
    cpu: float


def measure(folder: Path) -> tuple[Cost, Cost]:
    """What importing the folder again costs, and the least that it has to do."""
    settings = load_settings()
    library = Library.of(settings)
    again, least = list[Cost](), list[Cost]()
    with open_database(settings) as database, database.engine.connect() as connection:
        server = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        for _ in range(ROUNDS):
            again.append(_cost(server, lambda: _import(connection, library, folder)))
            least.append(_cost(server, lambda: _list(connection, folder)))
    return _quickest(again), _quickest(least)


def _import(connection: Connection, library: Library, folder: Path) -> None:
    report = import_paths(connection, [folder], library=library).as_json()
    if report["read"] != report["already_there"] or report["files"][0]["error"]:
        sys.exit(f"Importing again did something: {report}")


def _list(connection: Connection, folder: Path) -> None:
    """List and stat, and for each thousand files one query for what they were."""
    with os.scandir(folder) as entries:
        found = [(entry.path, entry.stat()) for entry in entries]
    for start in range(0, len(found), BATCH):
        paths = [path for path, _ in found[start : start + BATCH]]
        digests = [hashlib.sha256(os.fsencode(path)).digest() for path in paths]
        connection.execute(LOOK_UP, {"digests": digests}).all()
    connection.rollback()


def _cost(server: int, work: Callable[[], None]) -> Cost:
    wall, cpu, other = time.perf_counter(), time.process_time(), _cpu_of(server)
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu + _cpu_of(server) - other)


def _cpu_of(process: int) -> float:
    """Seconds; more finely than `stat` has them."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def _quickest(costs: list[Cost]) -> Cost:
    return Cost(min(cost.wall for cost in costs), min(cost.cpu for cost in costs))
