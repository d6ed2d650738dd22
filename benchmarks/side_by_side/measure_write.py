"""Writing: throughput, how long it takes, deadlocks, and what goes into the write-ahead log."""

import io
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import asdict
from random import Random
from typing import NamedTuple

from benchmarks.side_by_side import targets
from benchmarks.side_by_side.errors import WrongAnswerError
from benchmarks.side_by_side.gallery import Connection, Size, items, user_id
from benchmarks.side_by_side.pgbench import Written, run_pgbench
from benchmarks.side_by_side.run import Entrant, Run, in_turn, percentile
from benchmarks.side_by_side.writers import Done, Task

UPKEEP_SECONDS = 1.0
COPY = "COPY content_items_all (source_type, title, content_data, prompt, creator_id) FROM STDIN"
COPY_CHUNK = 10_000  # rows
SLOWEST_COPY_SECONDS = 20.0  # who needs longer is not asked again


NO_SECONDARY_INDEXES = """
DO $$
DECLARE found regclass;
BEGIN
    FOR found IN
        SELECT indexrelid::regclass FROM pg_index
        WHERE indrelid = 'content_items_all'::regclass AND NOT indisprimary
    LOOP
        EXECUTE format('DROP INDEX %s', found);
    END LOOP;
END $$
"""


class Cell(NamedTuple):
    """One thing to measure of each contestant."""

    transaction: str  # one of pgbench's SCRIPTS
    writers: int
    users: str  # "many", or "one"


def measure(run: Run) -> None:
    """Writers of all kinds on the smallest gallery, and COPY into copies of it."""
    size = Size(min(run.profile.rows), run.profile.users)
    kinds = [kind for kind in run.contestants if not kind.writes_like_none]
    with ExitStack() as stack:
        entrants = [stack.enter_context(run.entrant(kind, size)) for kind in kinds]
        run.stage.settle()
        for turn, cell in run.rounds(list(cells(run)), _is_promised):
            run.say(f"writing, round {turn + 1}: {_words(cell)}")
            for entrant in in_turn(entrants, turn):
                _measure_cell(run, entrant, cell, size, turn)
    _measure_copies(run, size)


def _is_promised(cell: Cell) -> bool:
    return cell._asdict().items() <= targets.WRITE.items()


def cells(run: Run) -> Iterator[Cell]:
    """All that is to be measured with pgbench, or in Python where that cannot do it."""
    for writers in run.profile.writers:
        for users in run.profile.write_users:
            yield Cell("single", writers, users)
            yield Cell("2 ms", writers, users)
    for writers in run.profile.bulk_writers:
        yield Cell("bulk", writers, "many")


def _measure_cell(run: Run, entrant: Entrant, cell: Cell, size: Size, turn: int) -> None:
    users = size.users if cell.users == "many" else 1
    for language in _languages(entrant, cell):
        with entrant.connect() as connection, kept_up(entrant):
            before, wal = items(connection), run.stage.wal_bytes()
            if language == "pgbench":
                done = _by_pgbench(run, entrant, cell, users)
            else:
                done = _by_python(run, entrant, cell, users)
            wal = run.stage.wal_bytes() - wal
            rows = done.transactions * (run.profile.bulk_rows if cell.transaction == "bulk" else 1)
            if entrant.name != "none":
                entrant.prove(connection)
            _require_written(entrant, items(connection) - before, rows)
        run.note(
            "write",
            entrant.name,
            **cell._asdict(),
            round=turn,
            client=language,
            per_second=done.transactions / done.seconds if done.seconds else 0.0,
            p50_ms=percentile(done.milliseconds, 50),
            p99_ms=percentile(done.milliseconds, 99),
            deadlocks=done.deadlocks,
            wal_bytes_per_row=wal / rows if rows else None,
        )


def _languages(entrant: Entrant, cell: Cell) -> list[str]:
    """With pgbench; it cannot increment anything after a commit, so Redis is compared in Python."""
    in_python = cell.transaction != "bulk" and cell.users == "many"
    if entrant.name == "Redis":
        return ["Python"] if in_python else []
    if entrant.name == "none" and in_python:
        return ["pgbench", "Python"]
    return ["pgbench"]


def _by_pgbench(run: Run, entrant: Entrant, cell: Cell, users: int) -> Written:
    return run_pgbench(
        entrant,
        cell.transaction,
        writers=cell.writers,
        users=users,
        rows=run.profile.bulk_rows,
        seconds=run.profile.write_seconds,
    )


def _by_python(run: Run, entrant: Entrant, cell: Cell, users: int) -> Written:
    contestant = entrant.contestant
    task = Task(
        contestant.name,
        contestant.dsn,
        contestant.redis_socket,
        cell.writers,
        run.profile.write_seconds,
        users,
        open_seconds=0.002 if cell.transaction == "2 ms" else 0,
    )
    done = Done(**run.stage.programs.ask("benchmarks.side_by_side.writers", asdict(task)))
    return Written(len(done.milliseconds), done.seconds, done.milliseconds, deadlocks=0)


def kept_up(entrant: Entrant) -> AbstractContextManager[None]:
    """What the contestant's worker does meanwhile, every second: it is part of the cost."""
    if not entrant.contestant.has_upkeep:
        return nullcontext()
    return entrant.meanwhile(entrant.contestant.upkeep, pause_seconds=UPKEEP_SECONDS)


def _require_written(entrant: Entrant, found: int, acknowledged: int) -> None:
    if found != acknowledged:
        raise WrongAnswerError(
            f"With the contestant {entrant.name!r}, {acknowledged:,} rows were acknowledged and "
            f"{found:,} are there. There are no results."
        )


def _measure_copies(run: Run, size: Size) -> None:
    """COPY into a fresh copy each time, from the smallest to the largest."""
    kinds = [kind for kind in run.contestants if not kind.writes_like_none and kind.name != "Redis"]
    too_slow = set()
    for rows in run.profile.copy_rows:
        for turn in range(run.profile.rounds):
            for kind in [kind for kind in in_turn(kinds, turn) if kind not in too_slow]:
                run.say(f"COPY of {rows:,} rows, round {turn + 1}: {kind.name}")
                with run.entrant(kind, size) as entrant, entrant.connect() as connection:
                    seconds = _measure_copy(run, entrant, connection, rows, size, turn)
                if seconds > SLOWEST_COPY_SECONDS:
                    too_slow.add(kind)


def _measure_copy(
    run: Run, entrant: Entrant, connection: Connection, rows: int, size: Size, turn: int
) -> float:
    # Their upkeep would take most of the time, and hide what counting costs.
    connection.execute(NO_SECONDARY_INDEXES)
    chunk_rows = min(COPY_CHUNK, rows)
    chunk = _copy_chunk(chunk_rows, size.users)
    before, wal = items(connection), run.stage.wal_bytes()
    started = time.perf_counter()
    with kept_up(entrant), connection.cursor().copy(COPY) as copy:
        for _ in range(rows // chunk_rows):
            copy.write(chunk)
    seconds = time.perf_counter() - started
    wal = run.stage.wal_bytes() - wal
    _require_written(entrant, items(connection) - before, rows // chunk_rows * chunk_rows)
    if entrant.name != "none":
        entrant.prove(connection)
    run.note(
        "copy",
        entrant.name,
        rows=rows,
        round=turn,
        seconds=seconds,
        rows_per_second=rows / seconds,
        wal_bytes_per_row=wal / rows,
    )
    return seconds


def _copy_chunk(rows: int, users: int) -> bytes:
    generator, lines = Random(1), io.StringIO()
    for number in range(rows):
        source = "items" if number % 4 == 0 else "auto"
        user = user_id(generator.randint(1, users))
        lines.write(f"{source}\tLighthouse\t/images/1.png\ta lighthouse at dusk\t{user}\n")
    return lines.getvalue().encode()


def _words(cell: Cell) -> str:
    whose = "one user" if cell.users == "one" else "many users"
    return f"{cell.transaction}, {cell.writers} writers, {whose}"
