"""COPY: many items in one statement."""

import io
import time
from random import Random

from benchmarks.side_by_side.gallery import Size, items, user_id
from benchmarks.side_by_side.proof import prove_written
from benchmarks.side_by_side.report.results import MOST, Figure
from benchmarks.side_by_side.report.tables import Section, Table
from benchmarks.side_by_side.report.targets import at_least, ours_to
from benchmarks.side_by_side.run import Participant, Run, in_turn

PER_SECOND, WAL = Figure("copy", "rows_per_second"), Figure("copy", "wal_bytes_per_row")

TARGETS = {"COPY: ours / no counting": at_least(0.95, ours_to("none", PER_SECOND, {"rows": MOST}))}
SECTION = Section(
    "COPY",
    "Items of random users, in one `COPY` into a gallery that has its primary key alone.",
    (
        Table("COPY, items per second", PER_SECOND, "rows", plot_name="copy"),
        Table("Bytes of write-ahead log per item", WAL, "rows"),
    ),
)
COPY = "COPY content_items_all (source_type, title, content_data, prompt, creator_id) FROM STDIN"
CHUNK = 10_000  # rows
TOO_SLOW_SECONDS = 20.0  # a contestant that needs longer skips larger ones
# With what depends on them: the foreign key of an item's tags. COPY of items asks nothing of it.
NO_SECONDARY_INDEXES = """
DO $$
DECLARE found regclass;
BEGIN
    FOR found IN
        SELECT indexrelid::regclass FROM pg_index
        WHERE indrelid = 'content_items_all'::regclass AND NOT indisprimary
    LOOP
        EXECUTE format('DROP INDEX %s CASCADE', found);
    END LOOP;
END $$
"""


def measure(run: Run) -> None:
    """COPY into a fresh copy of the smallest gallery each time, of more and more rows."""
    kinds = [
        kind
        for kind in run.contestants
        if "pgbench" in kind.written_by and not kind.has_no_cost_of_writing
    ]
    too_slow = set()
    for rows in run.profile.copy_rows:
        for number in range(run.profile.rounds):
            for kind in [kind for kind in in_turn(kinds, number) if kind not in too_slow]:
                run.status(f"COPY of {rows:,} rows, round {number + 1}: {kind.name}")
                with run.participant(kind, run.smallest) as participant:
                    seconds = _measure_one(run, participant, rows, number)
                if seconds > TOO_SLOW_SECONDS:
                    too_slow.add(kind)


def _measure_one(run: Run, participant: Participant, rows: int, number: int) -> float:
    chunk_rows = min(CHUNK, rows)
    chunk = _chunk(chunk_rows, run.smallest)
    with participant.connect() as connection:
        # Their maintenance would take most of the time, and hide what counting costs.
        connection.execute(NO_SECONDARY_INDEXES)
        before, wal = items(connection), run.stage.wal_bytes()
        started = time.perf_counter()
        with participant.kept_up(), connection.cursor().copy(COPY) as copy:
            for _ in range(rows // chunk_rows):
                copy.write(chunk)
        seconds = time.perf_counter() - started
        wal = run.stage.wal_bytes() - wal
        sent = rows // chunk_rows * chunk_rows
        prove_written(participant.contestant, connection, items(connection) - before, sent)
    run.record(
        "copy",
        participant.name,
        rows=rows,
        round=number,
        seconds=seconds,
        rows_per_second=rows / seconds,
        wal_bytes_per_row=wal / rows,
    )
    return seconds


def _chunk(rows: int, size: Size) -> bytes:
    generator, lines = Random(1), io.StringIO()
    for number in range(rows):
        source = "items" if number % 4 == 0 else "auto"
        user = user_id(generator.randint(1, size.users))
        lines.write(f"{source}\tLighthouse\t/images/1.png\ta lighthouse at dusk\t{user}\n")
    return lines.getvalue().encode()
