"""Reading: requests per second and how long they take, over HTTP; and the query alone."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from socket import create_server
from typing import NamedTuple
from uuid import UUID

from genonaut.bench.errors import LoadError, WrongAnswerError
from genonaut.bench.gallery import STRANGERS, Counts, Four, Size, four, truth, user_id
from genonaut.bench.http_load import Load, Outcome
from genonaut.bench.run import LARGEST_COPIED, Entrant, Run, in_turn, percentile
from genonaut.bench.stage import Stage

ROUTE = "/api/v1/content/stats/unified"
SAMPLE = 1000  # users who are asked for
READY_SECONDS = 60.0
CANCEL_OTHERS = """
SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'
"""


BACKENDS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Cell(NamedTuple):
    """One thing to measure of each contestant."""

    connections: int
    processes: int
    users: str  # "with content" or "without"


class Server(NamedTuple):
    """A process that serves a route."""

    port: int
    process: int


def cells(run: Run, size: Size) -> Iterator[Cell]:
    """All that is to be measured over HTTP; with several processes on the largest gallery only."""
    largest = size.rows == max(run.profile.rows)
    for processes in run.profile.processes if largest else run.profile.processes[:1]:
        for connections in run.profile.connections:
            yield Cell(connections, processes, "with content")
    for connections in run.profile.strangers_connections:
        yield Cell(connections, 1, "without")


def measure(run: Run) -> None:
    """All contestants on each gallery, in rounds."""
    for rows in run.profile.rows:
        _measure_gallery(run, Size(rows, run.profile.users))


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
        for turn in range(run.profile.rounds):
            for cell in cells(run, size):
                run.say(f"reading {size.rows:,} rows, round {turn + 1}: {_words(cell)}")
                for entrant in in_turn(entrants, turn):
                    some = servers[entrant.name][: cell.processes]
                    _measure_cell(run, entrant, some, size, cell, true, turn)
            for entrant in in_turn(entrants, turn):
                _measure_query(run, entrant, size, true, turn)
        for entrant in entrants:
            _note_memory(run, entrant, size, servers[entrant.name][0].process)


def true_counts(stage: Stage, size: Size) -> Counts:
    """What is true of a gallery that nobody has written to."""
    with stage.connect(stage.gallery(size)) as connection:
        return truth(connection)


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


def load_readers(
    run: Run,
    entrant: Entrant,
    servers: list[Server],
    size: Size,
    connections: int,
    true: Counts,
    *,
    strangers: bool = False,
) -> Outcome:
    """Have so many connections ask, and compare each answer with what is true.

    Raises:
        WrongAnswerError: one was wrong.
    """
    first = size.users if strangers else 0
    numbers = range(first + 1, first + (STRANGERS if strangers else size.users) + 1)
    ports = [server.port for server in servers]
    load = Load(ports, connections, run.profile.read_seconds, _requests(numbers, true))
    outcome = Outcome(**run.stage.ask("genonaut.bench.http_load", asdict(load)))
    if outcome.wrong:
        raise WrongAnswerError(
            f"The contestant {entrant.name!r} gave {outcome.wrong:,} wrong answers, as in "
            f"{outcome.example}. There are no results."
        )
    if outcome.unanswered:
        _forget_the_rest(entrant)
    return outcome


def _requests(numbers: range, true: Counts) -> list[tuple[str, str]]:
    sample = Random(1).sample(numbers, min(SAMPLE, len(numbers)))
    users = [user_id(number) for number in sample]
    return [(f"{ROUTE}?user_id={user}", beginning(four(true, user))) for user in users]


def beginning(counts: Four) -> str:
    """How an answer with these counts begins, byte by byte."""
    regular, auto, community_regular, community_auto = counts
    return (
        f'{{"user_regular_count":{regular},"user_auto_count":{auto},'
        f'"community_regular_count":{community_regular},"community_auto_count":{community_auto},'
    )


def _forget_the_rest(entrant: Entrant) -> None:
    """Requests that nobody waits for any more must not run into the next measurement."""
    quiet = 0
    with entrant.connect() as connection:
        while quiet < 5:  # noqa: PLR2004 - looks
            cancelled = connection.execute(CANCEL_OTHERS).fetchone() != (0,)
            quiet = 0 if cancelled else quiet + 1
            time.sleep(0.01)


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


@contextmanager
def served(stage: Stage, entrant: Entrant, processes: int) -> Iterator[list[Server]]:
    """The entrant's route, in several processes."""
    with ExitStack() as stack:
        yield [stack.enter_context(_server(stage, entrant)) for _ in range(processes)]


@contextmanager
def _server(stage: Stage, entrant: Entrant) -> Iterator[Server]:
    contestant = entrant.contestant
    arguments = ["genonaut.bench.serve", contestant.name, stage.redis_socket]
    if contestant.is_ours:
        arguments = ["genonaut", "api", "--env", "test"]
    # The socket is open before the process starts: requests wait for it.
    with create_server(("127.0.0.1", 0), backlog=2048) as listener:
        number = listener.fileno()
        variables = {"DATABASE_URL": contestant.dsn, "GENONAUT_LISTENER": str(number)}
        with stage.process(*arguments, pass_fds=(number,), **variables) as process:
            port = int(listener.getsockname()[1])
            _wait_for(stage, port, process)
            yield Server(port, process.pid)


def _wait_for(stage: Stage, port: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=1)) as client:
                client.request("GET", "/health")
                client.getresponse().read()
                return
        except OSError:
            continue
    raise LoadError(f"A server does not answer: {stage.last_words(process)}")


def _words(cell: Cell) -> str:
    return f"{cell.connections} connections, {cell.processes} processes, users {cell.users}"
