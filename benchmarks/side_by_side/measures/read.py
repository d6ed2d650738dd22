"""Reading: requests per second and how long they take, over HTTP; and the query alone."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.contestants.none import NoCounting
from benchmarks.side_by_side.contestants.yardsticks import BareServer, PlainRoute
from benchmarks.side_by_side.gallery import Size, four, user_id
from benchmarks.side_by_side.load.readers import Readers
from benchmarks.side_by_side.proof import WrongAnswerError
from benchmarks.side_by_side.report.results import FEWEST, MOST, Figure
from benchmarks.side_by_side.report.tables import FiguresTable, Section, Table
from benchmarks.side_by_side.report.targets import Quotient, at_least, at_most, ours_to
from benchmarks.side_by_side.run import LARGEST_COPIED, Participant, Run, in_turn, percentiles

CONNECTIONS = 32  # of what the targets are about
ONE_PROCESS = {"rows": MOST, "processes": 1, "users": "with content"}
AT_32 = {"connections": CONNECTIONS, "processes": 1, "users": "with content"}
AT_128 = AT_32 | {"connections": 128}
WITHOUT = AT_32 | {"users": "without"}
PER_SECOND, P50 = Figure("read", "per_second"), Figure("read", "p50_ms", ",.2f")
P99, GROWTH = Figure("read", "p99_ms", ",.2f"), Figure("growth", "p50_ms", ",.2f")
PROCESSOR = Figure("read", "processor_us", ",.1f")

TARGETS = {
    "stats route, 32 connections: ours / bare ASGI, same bytes": at_least(
        0.5, ours_to(BareServer.name, PER_SECOND, AT_32 | {"rows": MOST})
    ),
    "stats route, 32 connections: ours / plain FastAPI route with a response model": at_least(
        2, ours_to(PlainRoute.name, PER_SECOND, AT_32 | {"rows": MOST})
    ),
    "stats route, p99 at 128 connections: ours / the same without counting": at_most(
        1.1, ours_to(NoCounting.name, P99, AT_128 | {"rows": MOST})
    ),
    "stats route, 32 connections: ours / hourly, users with content": at_least(
        25, ours_to("hourly", PER_SECOND, AT_32 | {"rows": MOST})
    ),
    "stats route, 32 connections: ours / hourly, users without content": at_least(
        25, ours_to("hourly", PER_SECOND, WITHOUT | {"rows": MOST})
    ),
    "stats route, p50: with the most items / with the fewest": at_most(
        1.2, Quotient(GROWTH, {"rows": MOST}, {"rows": FEWEST}, {"contestant": "ours"})
    ),
}
SECTION = Section(
    "Reading",
    "`GET /api/v1/content/stats/unified?user_id=...`, for a thousand users in turn. *bare ASGI* "
    "is the limit: an application that has the same bytes ready, in the same server. *plain "
    "FastAPI* is what a route of that framework costs by itself, and *none* what ours costs "
    "without counting. Processor time is that of the server process, its own and the system's for "
    "it, which depends less than anything else here on what shares the machine. Memory is "
    "what belongs to a process alone, plus its part of what it shares, after this load.",
    (
        Table(
            "Requests per second, one server process",
            PER_SECOND,
            "connections",
            ONE_PROCESS,
            "read-connections",
        ),
        Table(
            "Requests per second, two server processes",
            PER_SECOND,
            "connections",
            ONE_PROCESS | {"processes": 2},
        ),
        Table("p50 in ms, one server process", P50, "connections", ONE_PROCESS),
        Table("p99 in ms, one server process", P99, "connections", ONE_PROCESS),
        Table(
            "Processor time of the server per request in microseconds, one server process",
            PROCESSOR,
            "connections",
            ONE_PROCESS,
        ),
        Table("p50 in ms, 32 connections", P50, "rows", AT_32, "read-rows"),
        Table("The same, all sizes in turn, p50 in ms", GROWTH, "rows"),
        Table(
            "Requests per second for users without content, 32 connections",
            PER_SECOND,
            "rows",
            WITHOUT,
        ),
        Table(
            "The query alone, p50 in ms, one connection", Figure("query", "p50_ms", ",.3f"), "rows"
        ),
        FiguresTable(
            "Memory in MB",
            {
                "API process": Figure("memory", "api_mb"),
                "connections": Figure("memory", "connections"),
                "their server processes": Figure("memory", "backends_mb"),
            },
            {"rows": MOST},
        ),
    ),
)
BACKENDS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Cell(NamedTuple):
    """One thing to measure of each contestant."""

    connections: int
    processes: int
    users: str  # "with content" or "without"

    @property
    def is_promised(self) -> bool:
        return self._asdict() in (AT_32, AT_128)


def cells(run: Run, size: Size) -> Iterator[Cell]:
    """Everything to measure over HTTP; with several processes on the largest gallery only."""
    is_largest = size == max(run.sizes)
    for processes in run.profile.processes if is_largest else run.profile.processes[:1]:
        for connections in run.profile.connections:
            yield Cell(connections, processes, "with content")
    for connections in run.profile.no_content_connections:
        yield Cell(connections, 1, "without")


def measure(run: Run) -> None:
    """All contestants on each gallery, in rounds; and ours on all galleries in turn."""
    for size in run.sizes:
        _measure_gallery(run, size)
    for kind in run.contestants:
        if kind.is_ours and len(run.sizes) > 1:
            _measure_growth(run, kind)


def _measure_gallery(run: Run, size: Size) -> None:
    readers = Readers(run, size)
    with (
        run.read_only(run.contestants, size) as participants,
        run.served(participants, max(run.profile.processes)) as servers,
    ):
        run.stage.settle()
        for number, cell in run.rounds(list(cells(run, size)), lambda cell: cell.is_promised):
            run.status(
                f"reading {size.rows:,} items, round {number + 1}: {cell.connections} connections, "
                f"{cell.processes} processes, users {cell.users}"
            )
            for participant in in_turn(participants, number):
                figures = readers.read(
                    participant,
                    servers[participant.name][: cell.processes],
                    cell.connections,
                    with_content=cell.users == "with content",
                )
                where = {"rows": size.rows, **cell._asdict(), "round": number}
                run.record("read", participant.name, **where, **figures)
        for number in range(run.profile.rounds):
            for participant in in_turn(participants, number):
                _measure_query(run, participant, readers, number)
        for participant in participants:
            _measure_memory(run, participant, size, servers[participant.name][0].process)


def _measure_growth(run: Run, kind: type[Contestant]) -> None:
    """How a request's time grows with the gallery: all sizes in turn, not one after the other."""
    with ExitStack() as stack:
        galleries = []
        for size in run.sizes:
            participants = stack.enter_context(run.read_only([kind], size))
            servers = stack.enter_context(run.served(participants))[kind.name]
            galleries.append((Readers(run, size), participants[0], servers))
        run.stage.settle()
        for number in range(run.profile.promised_rounds):
            for readers, participant, servers in in_turn(galleries, number):
                rows = readers.size.rows
                run.status(f"reading {rows:,} items in turn, round {number + 1}")
                figures = readers.read(participant, servers, CONNECTIONS)
                run.record("growth", kind.name, rows=rows, round=number, **figures)


def _measure_query(run: Run, participant: Participant, readers: Readers, number: int) -> None:
    """The statement by itself, again and again, for one user after the other."""
    contestant, size = participant.contestant, readers.size
    times: list[float] = []
    with participant.connect() as connection:
        deadline = time.perf_counter() + run.profile.query_seconds
        while time.perf_counter() < deadline:
            user = user_id(1 + len(times) % size.users)
            started = time.perf_counter()
            reported = contestant.read(connection, user)
            times.append((time.perf_counter() - started) * 1000)
            if reported != (true := four(readers.true, user)):
                wrong = f"reports {reported} for {user} instead of {true}"
                raise WrongAnswerError(participant.name, wrong)
    if not contestant.answers_from_memory:
        figures = percentiles(times)
        run.record("query", participant.name, rows=size.rows, round=number, **figures)


def _measure_memory(run: Run, participant: Participant, size: Size, process: int) -> None:
    if size.rows > LARGEST_COPIED:
        return  # all contestants share the database, so backends cannot be told apart
    with participant.connect() as connection:
        backends = [int(str(row[0])) for row in connection.execute(BACKENDS)]
    run.record(
        "memory",
        participant.name,
        rows=size.rows,
        api_mb=_megabytes([process]),
        connections=len(backends),
        backends_mb=_megabytes(backends),
    )


def _megabytes(processes: list[int]) -> float | None:
    """Their own memory, and their part of what they share; None if it may not be read."""
    kilobytes = 0
    for process in processes:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            return None
        kilobytes += sum(int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:")
    return kilobytes / 1024
