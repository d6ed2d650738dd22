"""Staleness and truth: when a write is seen, how wrong readers are told, what a kill -9 leaves."""

import json
import signal
import time
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from benchmarks.side_by_side.compare import largest_error
from benchmarks.side_by_side.errors import LoadError, WrongAnswerError
from benchmarks.side_by_side.gallery import Size, items
from benchmarks.side_by_side.mixed import Seen, Task
from benchmarks.side_by_side.run import Entrant, Run, percentile
from benchmarks.side_by_side.serving import served
from benchmarks.side_by_side.writers import Task as WriterTask

MIXED = "benchmarks.side_by_side.mixed"
BUSY_ITEMS = 200  # written by then
PATIENCE_SECONDS = 60.0
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def measure(run: Run) -> None:
    """One after the other for staleness, all at once for the largest error; then kill them."""
    size = Size(min(run.profile.rows), run.profile.users)
    with ExitStack() as stack:
        kinds = [kind for kind in run.contestants if kind.name != "none"]
        entrants = [stack.enter_context(run.entrant(kind, size)) for kind in kinds]
        with ExitStack() as servers:
            ports = {
                e.name: servers.enter_context(served(run.stage, e, 1))[0].port for e in entrants
            }
            _measure_staleness(run, entrants, ports, size)
            _measure_truth(run, entrants, ports, size)
        _kill_writers(run, entrants, size)
        _kill_servers(run, entrants, size)


def _measure_staleness(
    run: Run, entrants: list[Entrant], ports: dict[str, int], size: Size
) -> None:
    for entrant in entrants:
        run.say(f"staleness: {entrant.name}")
        seconds = run.profile.staleness_seconds
        # Who is exact has nothing to wait for.
        seconds = seconds if entrant.contestant.refreshed_every else seconds / 3
        task = _task(entrant, ports[entrant.name], size, seconds)
        seen = Seen(**run.stage.programs.ask(MIXED, asdict(task)))
        _require_right(entrant, seen)
        _note(run, "staleness", entrant, seen)


def _measure_truth(run: Run, entrants: list[Entrant], ports: dict[str, int], size: Size) -> None:
    run.say(f"truth: {run.profile.mixed_seconds:g} seconds of mixed load for all at once")

    with ExitStack() as stack:
        waiting = []
        for entrant in entrants:
            task = _task(entrant, ports[entrant.name], size, run.profile.mixed_seconds)
            task.watched_pause, task.others_pause, task.reader_pause = 0.03, 0.1, 0.03
            task.snapshot_pause = min(2.0, run.profile.mixed_seconds / 3)
            waiting.append(stack.enter_context(run.stage.programs.asking(MIXED, asdict(task))))
        seen = [Seen(**answer()) for answer in waiting]
    for entrant, one in zip(entrants, seen, strict=True):
        _require_right(entrant, one)
        _note(run, "truth", entrant, one)


def _task(entrant: Entrant, port: int, size: Size, seconds: float) -> Task:
    contestant = entrant.contestant
    return Task(
        contestant.name,
        contestant.dsn,
        contestant.redis_socket,
        port,
        seconds,
        users=size.users - 1,
        watched=size.users,
    )


def _require_right(entrant: Entrant, seen: Seen) -> None:
    """Who promises to be exact must have been, and all must be when everything is over."""
    contestant = entrant.contestant
    worst = max(seen.largest_error_read, seen.largest_error_snapshot)
    if contestant.is_exact and worst:
        raise WrongAnswerError(
            f"Readers of the contestant {entrant.name!r} were told counts that were wrong by "
            f"{worst:,}, and it promises that they are exact. There are no results."
        )
    with entrant.connect() as connection:
        if contestant.refreshed_every:
            contestant.refresh(connection)
        entrant.prove(connection)


def _note(run: Run, measure: str, entrant: Entrant, seen: Seen) -> None:
    figures: dict[str, Any] = asdict(seen)
    stale = figures.pop("stale_ms")
    run.note(
        measure,
        entrant.name,
        **figures,
        p50_ms=percentile(stale, 50),
        p99_ms=percentile(stale, 99),
        longest_ms=max(stale, default=0.0),
        refreshed_every=entrant.contestant.refreshed_every,
    )


def _kill_writers(run: Run, entrants: list[Entrant], size: Size) -> None:
    for entrant in entrants:
        run.say(f"kill -9 of the writing process: {entrant.name}")
        for _ in range(run.profile.kills):
            with run.stage.programs.process("benchmarks.side_by_side.writers") as process:
                _give(process, _writer_task(entrant, size, writers=8))
                _wait_until_busy(entrant)
                process.send_signal(signal.SIGKILL)
                process.wait()
            _wait_until_alone(entrant)
        _note_error_left(run, entrant, "writers", run.profile.kills)


def _kill_servers(run: Run, entrants: list[Entrant], size: Size) -> None:
    run.say("kill -9 of PostgreSQL and Valkey, under writers of all")
    with ExitStack() as stack:
        for entrant in entrants:
            process = stack.enter_context(
                run.stage.programs.process("benchmarks.side_by_side.writers")
            )
            _give(process, _writer_task(entrant, size, writers=2))
        for entrant in entrants:
            _wait_until_busy(entrant)
        run.stage.kill_servers()
    for entrant in entrants:
        _wait_until_alone(entrant)
        _note_error_left(run, entrant, "servers", 1)


def _writer_task(entrant: Entrant, size: Size, writers: int) -> WriterTask:
    contestant = entrant.contestant
    return WriterTask(
        contestant.name,
        contestant.dsn,
        contestant.redis_socket,
        writers,
        seconds=60,
        users=size.users,
    )


def _give(process: Any, task: WriterTask) -> None:  # noqa: ANN401 - a process with pipes
    process.stdin.write(json.dumps(asdict(task)))
    process.stdin.close()


def _wait_until_busy(entrant: Entrant) -> None:
    """Until the writers have written, so that the kill meets them in the middle."""
    with entrant.connect() as connection:
        enough = items(connection) + BUSY_ITEMS
        deadline = time.monotonic() + PATIENCE_SECONDS
        while items(connection) < enough:
            if time.monotonic() > deadline:
                raise LoadError(f"The writers of {entrant.name!r} do not write.")
            time.sleep(0.01)


def _wait_until_alone(entrant: Entrant) -> None:
    """Until the server has noticed that the others are gone, and has finished what they began."""
    with entrant.connect() as connection:
        while connection.execute(OTHERS).fetchone() != (0,):
            time.sleep(0.05)


def _note_error_left(run: Run, entrant: Entrant, killed: str, kills: int) -> None:
    contestant = entrant.contestant
    with entrant.connect() as connection:
        left = largest_error(contestant, connection)
        if contestant.is_exact and left:
            raise WrongAnswerError(
                f"A kill -9 of the {killed} left counts of the contestant {entrant.name!r} wrong "
                f"by {left:,}, and it promises that they are exact. There are no results."
            )
        run.note("kill", entrant.name, killed=killed, kills=kills, error_left=left)
        contestant.refresh(connection)  # for who comes next
        entrant.prove(connection)
