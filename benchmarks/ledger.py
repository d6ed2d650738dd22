"""What a long ledger costs, and a refresh: the figures of docs/counting.md.

    python -m benchmarks.ledger

Medians of interleaved rounds, on the embedded PostgreSQL, in a database of its own.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.progress import Progress
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from genonaut.config import load_settings
from genonaut.counting.background import BackgroundFold
from genonaut.counting.engine import fold, read, refresh
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.session import Database, open_database
from genonaut.running.output import print_table, say

USERS = 10_000
ITEMS = 1_000_000
LEDGER = 1_000_000
HEAVY = 20_000
ROUNDS = 9


def milliseconds(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median time of an action."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


class Bench:
    """A filled database, and the things to measure on it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def run(self, statement: str) -> None:
        with self.database.transaction() as session:
            session.connection().exec_driver_sql(statement)

    def read(self) -> int:
        """One viewer's counts; returns the community's regular count."""
        with self.database.transaction() as session:
            user = "00000000-0000-0000-0000-000000000001"
            return read(session, GEN_SOURCE, [user]).counts[None, "regular"]

    def ledger_rows(self) -> int:
        with self.database.transaction() as session:
            return int(read(session, GEN_SOURCE).ledger_rows)

    def fold(self) -> int:
        with self.database.transaction() as session:
            done = fold(session, GEN_SOURCE)
            assert done is not None
            return done.rows_taken

    def refresh(self) -> int:
        with self.database.transaction() as session:
            done = refresh(session, GEN_SOURCE, "benchmark")
            assert done.rows_wrong == 0
            return done.rows_written

    def group_by(self) -> None:
        with self.database.transaction() as session:
            session.connection().exec_driver_sql(
                "SELECT creator_id, count(*) FROM content_items GROUP BY creator_id"
                " UNION ALL SELECT creator_id, count(*) FROM content_items_auto GROUP BY creator_id"
            ).all()


def fill(bench: Bench) -> None:
    bench.run(
        "INSERT INTO users (id, username) SELECT"
        " ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, 'user ' || i"
        f" FROM generate_series(1, {USERS}) AS i"
    )
    bench.run(
        "INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)"
        " SELECT CASE WHEN i %% 4 = 0 THEN 'items' ELSE 'auto' END, 't', 'd', repeat('p', 100),"
        f" ('00000000-0000-0000-0000-' || lpad((i %% {USERS} + 1)::text, 12, '0'))::uuid"
        f" FROM generate_series(1, {ITEMS}) AS i"
    )
    bench.refresh()
    with bench.database.engine.connect().execution_options(
        isolation_level="AUTOCOMMIT"
    ) as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def lengthen(bench: Bench) -> None:
    """A million ledger rows that add up to nothing, as from a million writes without a fold."""
    bench.run(
        "INSERT INTO gen_source_deltas SELECT"
        f" ('00000000-0000-0000-0000-' || lpad((i %% {USERS} + 1)::text, 12, '0'))::uuid,"
        " 'regular', CASE WHEN i %% 2 = 0 THEN 1 ELSE -1 END"
        f" FROM generate_series(1, {LEDGER}) AS i"
    )


def heal(bench: Bench) -> float:
    """Seconds from the first read that notices a long ledger until it is folded."""
    started = time.perf_counter()
    reader = BackgroundFold(bench.database.transaction, [GEN_SOURCE])
    reader()
    while bench.ledger_rows():
        time.sleep(0.05)
    return time.perf_counter() - started


def write_heavily(connection: Connection, writes: int) -> None:
    for turn in range(writes):
        connection.exec_driver_sql(
            "INSERT INTO content_items (title, content_data, prompt, creator_id) VALUES"
            " ('t', 'd', 'p', '00000000-0000-0000-0000-000000000001')"
        )
        connection.commit()
        if turn % 200 == 0:
            fold(Session(connection), GEN_SOURCE)
            connection.commit()


def with_a_held_snapshot(bench: Bench, writes: int) -> float:
    """What a read costs after folds whose dead rows no vacuum may remove."""
    frozen = bench.database.engine.execution_options(isolation_level="REPEATABLE READ")
    with frozen.connect() as holder, bench.database.engine.connect() as writer:
        holder.exec_driver_sql("SELECT count(*) FROM users").all()
        write_heavily(writer, writes)
        return milliseconds(bench.read)


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="genonaut-bench-") as folder,
        Progress() as progress,
    ):
        Path(folder).chmod(0o711)
        settings = load_settings("test").model_copy(update={"home": Path(folder)})
        with open_database(settings, role="owner", pool_size=6) as database:
            report(Bench(database), progress)


def report(bench: Bench, progress: Progress) -> None:
    task = progress.add_task("Measuring", total=6)
    rows: list[tuple[str, str]] = []

    def note(what: str, figure: str) -> None:
        rows.append((what, figure))
        progress.advance(task)

    fill(bench)
    note("read, empty ledger", f"{milliseconds(bench.read):.2f} ms")
    bare, ours = milliseconds(bench.group_by, 5), milliseconds(bench.refresh, 5)
    assert bench.refresh() == 0
    note(
        "refresh, nothing changed / bare GROUP BY",
        f"{ours:.0f} ms / {bare:.0f} ms = {ours / bare:.2f}",
    )
    before = bench.read()
    cost = with_a_held_snapshot(bench, HEAVY)
    assert bench.read() == before + HEAVY
    note(f"read, after {HEAVY:,} writes under a held snapshot", f"{cost:.2f} ms")
    bench.fold()
    before = bench.read()
    lengthen(bench)
    assert bench.read() == before
    note(f"read, ledger of {LEDGER:,}", f"{milliseconds(bench.read):.0f} ms")
    started = time.perf_counter()
    assert bench.fold() == LEDGER
    note(f"fold of {LEDGER:,}", f"{time.perf_counter() - started:.1f} s")
    lengthen(bench)
    note("healed by a reader in the background", f"{heal(bench):.1f} s")
    assert bench.read() == before
    progress.stop()
    print_table(["what", "figure"], rows)
    say(f"{USERS:,} users, {ITEMS:,} items; medians of {ROUNDS}.")


if __name__ == "__main__":
    main()
