"""Reading: requests per second and how long they take, over HTTP; and the query alone."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from benchmarks.side_by_side import targets
from benchmarks.side_by_side.contestants import Contestant
from benchmarks.side_by_side.errors import WrongAnswerError
from benchmarks.side_by_side.gallery import Counts, Four, Size, four, user_id
from benchmarks.side_by_side.reading import load_readers, true_counts
from benchmarks.side_by_side.run import LARGEST_COPIED, Entrant, Run, in_turn, percentile
from benchmarks.side_by_side.serving import Server, served

BACKENDS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Cell(NamedTuple):
    """One thing to measure of each contestant."""

    connections: int
    processes: int
    users: str  # "with content" or "without"


def cells(run: Run, size: Size) -> Iterator[Cell]:
    """All that is to be measured over HTTP; with several processes on the largest gallery only."""
    largest = size.rows == max(run.profile.rows)
    for processes in run.profile.processes if largest else run.profile.processes[:1]:
        for connections in run.profile.connections:
            yield Cell(connections, processes, "with content")
    for connections in run.profile.strangers_connections:
        yield Cell(connections, 1, "without")


def measure(run: Run) -> None:
    """All contestants on each gallery, in rounds; and ours on all galleries in turn."""
    for size in run.sizes:
        _measure_gallery(run, size)
    for kind in run.contestants:
        if kind.is_ours and len(run.sizes) > 1:
            _measure_growth(run, kind)


def _measure_gallery(run: Run, size: Size) -> None:
    with ExitStack() as stack:
        entrants = stack.enter_context(run.readers(size, run.contestants))
        run.stage.settle()
        servers = {
            entrant.name: stack.enter_context(
                served(run.stage, entrant, max(run.profile.processes))
            )
            for entrant in entrants
        }
        true = true_counts(run.stage, size)
        for turn, cell in run.rounds(list(cells(run, size)), _is_promised):
            run.say(f"reading {size.rows:,} rows, round {turn + 1}: {_words(cell)}")
            for entrant in in_turn(entrants, turn):
                some = servers[entrant.name][: cell.processes]
                _measure_cell(run, entrant, some, size, cell, true, turn)
        for turn in range(run.profile.rounds):
            for entrant in in_turn(entrants, turn):
                _measure_query(run, entrant, size, true, turn)
        for entrant in entrants:
            _note_memory(run, entrant, size, servers[entrant.name][0].process)


def _is_promised(cell: Cell) -> bool:
    return cell._asdict() == targets.READ


def _measure_growth(run: Run, kind: type[Contestant]) -> None:
    """How a request's time grows with the gallery: all sizes in turn, not one after the other."""
    connections = targets.READ_CONNECTIONS
    with ExitStack() as stack:
        galleries = []
        for size in run.sizes:
            (entrant,) = stack.enter_context(run.readers(size, [kind]))
            servers = stack.enter_context(served(run.stage, entrant, 1))
            galleries.append((size, entrant, servers, true_counts(run.stage, size)))
        run.stage.settle()
        for turn in range(run.profile.promised_rounds):
            for size, entrant, servers, true in in_turn(galleries, turn):
                run.say(f"reading {size.rows:,} rows in turn, round {turn + 1}")
                outcome = load_readers(run, entrant, servers, size, connections, true)
                p50 = percentile(outcome.milliseconds, 50)
                run.note("growth", kind.name, rows=size.rows, round=turn, p50_ms=p50)


def _measure_cell(
    run: Run,
    entrant: Entrant,
    servers: list[Server],
    size: Size,
    cell: Cell,
    true: Counts,
    turn: int,
) -> None:
    strangers = cell.users == "without"
    outcome = load_readers(run, entrant, servers, size, cell.connections, true, strangers=strangers)
    run.note(
        "read",
        entrant.name,
        rows=size.rows,
        **cell._asdict(),
        round=turn,
        per_second=len(outcome.milliseconds) / outcome.seconds,
        p50_ms=percentile(outcome.milliseconds, 50),
        p99_ms=percentile(outcome.milliseconds, 99),
        unanswered=outcome.unanswered,
    )


def _measure_query(run: Run, entrant: Entrant, size: Size, true: Counts, turn: int) -> None:
    """The statement by itself, over and over, for a user after the other."""
    times = []
    with entrant.connect() as connection:
        deadline = time.perf_counter() + run.profile.query_seconds
        number = 0
        while time.perf_counter() < deadline:
            number += 1
            user = user_id(1 + number % size.users)
            started = time.perf_counter()
            told = entrant.contestant.read(connection, user)
            times.append((time.perf_counter() - started) * 1000)
            _require(entrant.name, told, four(true, user), user)
    if entrant.name != "none":
        p50, p99 = percentile(times, 50), percentile(times, 99)
        run.note("query", entrant.name, rows=size.rows, round=turn, p50_ms=p50, p99_ms=p99)


def _require(name: str, told: Four, true: Four, user: UUID) -> None:
    if told != true:
        raise WrongAnswerError(
            f"The contestant {name!r} tells {told} of {user} instead of {true}. "
            "There are no results."
        )


def _note_memory(run: Run, entrant: Entrant, size: Size, process: int) -> None:
    if size.rows > LARGEST_COPIED:
        return  # it cannot be said whose connection is whose
    with entrant.connect() as connection:
        backends = [int(str(row[0])) for row in connection.execute(BACKENDS)]
    run.note(
        "memory",
        entrant.name,
        rows=size.rows,
        api_mb=_megabytes([process]),
        connections=len(backends),
        backends_mb=_megabytes(backends),
    )


def _megabytes(processes: list[int]) -> float | None:
    """Memory of their own, and their part of what they share; None if it may not be looked at."""
    kilobytes = 0
    for process in processes:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            return None
        kilobytes += sum(int(line.split()[1]) for line in text.splitlines() if line[:4] == "Pss:")
    return kilobytes / 1024


def _words(cell: Cell) -> str:
    return f"{cell.connections} connections, {cell.processes} processes, users {cell.users}"
