"""Writing: transactions per second, how long they take, deadlocks, write-ahead log."""

from collections.abc import Iterator
from typing import NamedTuple

from benchmarks.side_by_side.contestants.base import Client
from benchmarks.side_by_side.gallery import items
from benchmarks.side_by_side.load import writers
from benchmarks.side_by_side.load.pgbench import Written, run_pgbench
from benchmarks.side_by_side.proof import prove_written
from benchmarks.side_by_side.report.results import Figure
from benchmarks.side_by_side.report.tables import Section, Table
from benchmarks.side_by_side.report.targets import at_least, ours_to
from benchmarks.side_by_side.run import Participant, Run, in_turn, percentiles

TWO_MS = {"transaction": "2 ms", "users": "many", "client": "pgbench"}
SINGLE, BULK = TWO_MS | {"transaction": "single"}, TWO_MS | {"transaction": "bulk"}
ONE_USER = {"users": "one"}
EIGHT, MANY = TWO_MS | {"writers": 8}, TWO_MS | {"writers": 32}
PER_SECOND, P99 = Figure("write", "per_second"), Figure("write", "p99_ms", ",.1f")
BULK_PER_SECOND = Figure("write", "per_second", ",.1f")
WAL, DEADLOCKS = Figure("write", "wal_bytes_per_row"), Figure("write", "deadlocks")

TARGETS = {
    "inserts in 2 ms transactions, 8 writers: ours / no counting": at_least(
        0.97, ours_to("none", PER_SECOND, EIGHT)
    ),
    "inserts in 2 ms transactions, 32 writers, folds included: ours / no counting": at_least(
        0.92, ours_to("none", PER_SECOND, MANY)
    ),
    "the same: ours / row trigger": at_least(8, ours_to("row trigger", PER_SECOND, MANY)),
    "the same: ours / statement trigger": at_least(
        8, ours_to("statement trigger", PER_SECOND, MANY)
    ),
}
SECTION = Section(
    "Writing",
    "Items of random users (*many*), or all of one user (*one*). A transaction adds one item; *2 "
    "ms* ones stay open for that long before they commit; *bulk* ones add many items of many "
    "users.",
    (
        Table(
            "2 ms transactions per second, many users",
            PER_SECOND,
            "writers",
            TWO_MS,
            "write-writers",
        ),
        Table("p99 of these in ms", P99, "writers", TWO_MS),
        Table("2 ms transactions per second, one user", PER_SECOND, "writers", TWO_MS | ONE_USER),
        Table("Single inserts per second, many users", PER_SECOND, "writers", SINGLE),
        Table("p99 of these in ms", P99, "writers", SINGLE),
        Table("Single inserts per second, one user", PER_SECOND, "writers", SINGLE | ONE_USER),
        Table(
            "Written from Python, 2 ms transactions per second, many users",
            PER_SECOND,
            "writers",
            TWO_MS | {"client": "Python"},
        ),
        Table("Bulk transactions per second", BULK_PER_SECOND, "writers", BULK),
        Table("Deadlocks in these", DEADLOCKS, "writers", BULK),
        Table("Bytes of write-ahead log per item, single inserts", WAL, "writers", SINGLE),
    ),
)


class Cell(NamedTuple):
    """One thing to measure of each contestant."""

    transaction: str  # one of pgbench's SCRIPTS
    writers: int
    users: str  # "many", or "one"

    @property
    def is_promised(self) -> bool:
        cell = self._asdict().items()
        return cell <= EIGHT.items() or cell <= MANY.items()

    def clients(self, participant: Participant) -> list[Client]:
        """The programs that write; from Python only single items of many users are written."""
        in_python = self.transaction != "bulk" and self.users == "many"
        written_by = participant.contestant.written_by
        return [client for client in written_by if client == "pgbench" or in_python]


def cells(run: Run) -> Iterator[Cell]:
    """Everything to measure."""
    for number in run.profile.writers:
        for users in run.profile.write_users:
            yield Cell("single", number, users)
            yield Cell("2 ms", number, users)
    for number in run.profile.bulk_writers:
        yield Cell("bulk", number, "many")


def measure(run: Run) -> None:
    """Writers of all kinds on the smallest gallery."""
    kinds = [kind for kind in run.contestants if not kind.has_no_cost_of_writing]
    with run.participants(kinds, run.smallest) as participants:
        run.stage.settle()
        for number, cell in run.rounds(list(cells(run)), lambda cell: cell.is_promised):
            run.status(
                f"writing, round {number + 1}: {cell.transaction}, {cell.writers} writers, "
                f"users: {cell.users}"
            )
            for participant in in_turn(participants, number):
                for client in cell.clients(participant):
                    _measure_cell(run, participant, cell, client, number)


def _measure_cell(
    run: Run, participant: Participant, cell: Cell, client: Client, number: int
) -> None:
    with participant.connect() as connection, participant.kept_up():
        before, wal = items(connection), run.stage.wal_bytes()
        write = _by_pgbench if client == "pgbench" else _by_python
        written = write(run, participant, cell)
        wal = run.stage.wal_bytes() - wal
        rows = written.transactions * (run.profile.bulk_rows if cell.transaction == "bulk" else 1)
        prove_written(participant.contestant, connection, items(connection) - before, rows)
    run.record(
        "write",
        participant.name,
        **cell._asdict(),
        round=number,
        client=client,
        per_second=written.transactions / written.seconds if written.seconds else 0.0,
        **percentiles(written.milliseconds),
        deadlocks=written.deadlocks,
        wal_bytes_per_row=wal / rows if rows else None,
    )


def _users(run: Run, cell: Cell) -> int:
    return run.smallest.users if cell.users == "many" else 1


def _by_pgbench(run: Run, participant: Participant, cell: Cell) -> Written:
    return run_pgbench(
        participant.contestant.dsn,
        cell.transaction,
        writers=cell.writers,
        users=_users(run, cell),
        rows=run.profile.bulk_rows,
        seconds=run.profile.write_seconds,
    )


def _by_python(run: Run, participant: Participant, cell: Cell) -> Written:
    task = writers.Task(
        participant.contestant.address,
        cell.writers,
        run.profile.write_seconds,
        _users(run, cell),
        open_seconds=0.002 if cell.transaction == "2 ms" else 0,
    )
    done = run.stage.programs.ask(writers.__name__, task, writers.Done)
    return Written(len(done.milliseconds), done.seconds, done.milliseconds, deadlocks=0)
