"""Refreshing: how long it takes, what it writes, and what readers notice meanwhile."""

import time
from contextlib import nullcontext
from dataclasses import asdict

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.gallery import Connection, Size
from benchmarks.side_by_side.load.readers import Readers
from benchmarks.side_by_side.proof import WrongAnswerError, prove
from benchmarks.side_by_side.report.results import FEWEST, MOST, Figure
from benchmarks.side_by_side.report.tables import Section, Table
from benchmarks.side_by_side.report.targets import OurFigures, Quotient, at_least, at_most, ours_to
from benchmarks.side_by_side.run import Participant, Run, in_turn

MORE_USERS, MORE_ITEMS = {"growing": "users"}, {"growing": "items"}
NOTHING, FIRST = {"change": "nothing"}, {"change": "first build"}
MOST_USERS = {**MORE_USERS, "users": MOST}
SECONDS, MILLISECONDS = Figure("refresh", "seconds", ",.2f"), Figure("refresh", "seconds", ",.3f")
ROWS, WAL = Figure("refresh", "rows_written"), Figure("refresh", "wal_bytes")

TARGETS = {
    **{
        f"refresh, nothing changed, 10^{power}: ours / bare GROUP BY": at_most(
            1.3, ours_to("bare GROUP BY", SECONDS, {**NOTHING, **MORE_ITEMS, "rows": 10**power})
        )
        for power in (5, 6, 7)
    },
    "refresh, nothing changed: rows written by ours": at_most(0, OurFigures([ROWS], NOTHING)),
    "refresh, first build: hourly / ours": at_least(
        8,
        Quotient(
            SECONDS, {"contestant": "hourly"}, {"contestant": "ours"}, {**FIRST, "users": MOST}
        ),
    ),
}
SECTION = Section(
    "Refreshing",
    "Each contestant first builds its counts, then refreshes when nothing has changed, when one "
    "user in a hundred has one more item, and when every user has. The bare `GROUP BY` of all "
    "items, whose groups stay in the server, is the limit. Rows written by ours are those of the "
    "stored counts and of the ledger. From a hundred thousand users on there is one round.",
    (
        Table(
            "Seconds when nothing has changed",
            MILLISECONDS,
            "users",
            NOTHING | MORE_USERS,
            "refresh-nothing",
        ),
        Table(
            "Seconds when nothing has changed",
            MILLISECONDS,
            "rows",
            NOTHING | MORE_ITEMS,
            "refresh-rows",
        ),
        Table("Seconds of the first build", SECONDS, "users", FIRST | MORE_USERS, "refresh-first"),
        Table("Seconds", SECONDS, "change", MOST_USERS),
        Table("Rows written", ROWS, "change", MOST_USERS),
        Table("Bytes of write-ahead log", WAL, "change", MOST_USERS),
        Table(
            "p99 in ms of 8 readers, alone and beside one refresh after the other",
            Figure("readers", "p99_ms", ",.1f"),
            "during",
            {"users": FEWEST},
        ),
        Table(
            "The same, requests per second",
            Figure("readers", "per_second"),
            "during",
            {"users": FEWEST},
        ),
    ),
)
TOO_SLOW_SECONDS = 30.0  # a contestant whose first build takes longer skips the others
READERS = 8  # connections
MANY_USERS = 100_000  # from so many on, one round

GROUP_BY = """
SELECT sum(count)::bigint FROM (
    SELECT creator_id, source_type, count(*) FROM content_items_all GROUP BY 1, 2
) AS groups
"""
# One more item for the first so many users.
CHANGE = """
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)
SELECT CASE WHEN i %% 4 = 0 THEN 'items' ELSE 'auto' END, 'Lighthouse', '/images/1.png',
       'a lighthouse at dusk', md5(i::text)::uuid
FROM generate_series(1, %s) AS i
"""
WRITTEN = """
SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint
FROM pg_stat_user_tables WHERE relname = ANY (%s)
"""


Where = dict[str, str | int]


def measure(run: Run) -> None:
    """Contestants that refresh, on galleries of more and more users, and of more and more items."""
    kinds = [kind for kind in run.contestants if kind.refreshed_every or kind.is_ours]
    for size in _sizes(run):
        for number in range(run.profile.rounds if size.users < MANY_USERS else 1):
            where: Where = {"growing": "users", **asdict(size), "round": number}
            _measure_group_by(run, size, where)
            for kind in in_turn(kinds, number):
                run.status(f"refreshing {size.users:,} users, round {number + 1}: {kind.name}")
                _measure_changes(run, kind, size, where)
    for size in run.sizes:
        _measure_nothing(run, kinds, size)
    for size in _sizes(run)[:2]:
        _measure_readers(run, kinds, size)


def _sizes(run: Run) -> list[Size]:
    """More and more users with equally many items."""
    rows = run.profile.refresh_rows
    return [Size(max(rows, users), users) for users in run.profile.refresh_users]


def _measure_group_by(run: Run, size: Size, where: Where) -> None:
    with run.stage.connect(run.stage.gallery(size)) as connection:
        connection.execute(GROUP_BY)  # once, so that everything is in memory
        started = time.perf_counter()
        found = connection.execute(GROUP_BY).fetchone()
        seconds = time.perf_counter() - started
    if found != (size.rows,):
        raise WrongAnswerError("bare GROUP BY", f"found {found} items instead of {size.rows:,}")
    run.record("refresh", "bare GROUP BY", **where, change="nothing", seconds=seconds)


def _measure_changes(run: Run, kind: type[Contestant], size: Size, where: Where) -> None:
    """The first build, then no change, then one more item for some users, then for all."""
    with (
        run.participant(kind, size, built=False) as participant,
        participant.connect() as connection,
    ):
        run.stage.settle()
        seconds = _measure_refresh(run, participant, connection, where, "first build")
        if seconds > TOO_SLOW_SECONDS:
            return
        connection.execute("VACUUM ANALYZE")
        _measure_refresh(run, participant, connection, where, "nothing")
        for change, users in (("1 %", size.users // 100), ("everything", size.users)):
            connection.execute(CHANGE, [users])
            _measure_refresh(run, participant, connection, where, change)


def _measure_nothing(run: Run, kinds: list[type[Contestant]], size: Size) -> None:
    """A gallery that is not written to, so that a very large one is copied only once."""
    with run.read_only(kinds, size) as participants:
        run.stage.settle()
        for number in range(run.profile.rounds):
            where: Where = {"growing": "items", **asdict(size), "round": number}
            _measure_group_by(run, size, where)
            for participant in in_turn(participants, number):
                run.status(f"refreshing {size.rows:,} items: {participant.name}")
                with participant.connect() as connection:
                    # Once, so that everything is in memory, as for the GROUP BY.
                    participant.contestant.refresh(connection)
                    _measure_refresh(run, participant, connection, where, "nothing")


def _measure_refresh(
    run: Run, participant: Participant, connection: Connection, where: Where, change: str
) -> float:
    contestant = participant.contestant
    written, wal = _written(contestant, connection), run.stage.wal_bytes()
    started = time.perf_counter()
    contestant.refresh(connection)
    seconds = time.perf_counter() - started
    written, wal = _written(contestant, connection) - written, run.stage.wal_bytes() - wal
    prove(contestant, connection)
    if change == "nothing" and contestant.is_ours and written:
        wrong = f"wrote {written:,} rows to refresh what had not changed"
        raise WrongAnswerError(participant.name, wrong)
    figures = {"seconds": seconds, "rows_written": written, "wal_bytes": wal}
    run.record("refresh", participant.name, **where, change=change, **figures)
    return seconds


def _written(contestant: Contestant, connection: Connection) -> int:
    """Rows that were ever written to the tables of counts."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    time.sleep(0.1)  # a session that has ended reports a moment later
    row = connection.execute(WRITTEN, [list(contestant.keeps_counts_in)]).fetchone()
    return int(str(row[0])) if row else 0


def _measure_readers(run: Run, kinds: list[type[Contestant]], size: Size) -> None:
    """How long readers wait alone, and beside one refresh after the other."""
    readers = Readers(run, size)
    with run.participants(kinds, size) as participants, run.served(participants) as servers:
        for number in range(run.profile.rounds):
            for participant in in_turn(participants, number):
                run.status(f"readers during a refresh of {size.users:,} users: {participant.name}")
                for during in ("nothing", "refresh"):
                    refreshing = participant.concurrently(participant.contestant.refresh)
                    with refreshing if during == "refresh" else nullcontext():
                        figures = readers.read(participant, servers[participant.name], READERS)
                    where: Where = {**asdict(size), "during": during, "round": number}
                    run.record("readers", participant.name, **where, **figures)
