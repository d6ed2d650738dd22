"""Refreshing: how long it takes, what it writes, and what readers feel meanwhile."""

import time
from contextlib import ExitStack, nullcontext

from benchmarks.side_by_side.contestants import Contestant
from benchmarks.side_by_side.errors import WrongAnswerError
from benchmarks.side_by_side.gallery import Connection, Size
from benchmarks.side_by_side.reading import load_readers, true_counts
from benchmarks.side_by_side.run import Entrant, Run, in_turn, percentile
from benchmarks.side_by_side.serving import served

TOO_SLOW_SECONDS = 30.0  # whose first build takes longer is not asked for more
# A refresh never looks at it, and without it there is less to wait for between two of them.
NO_SEARCH = "DROP INDEX idx_content_search"
READERS = 8  # connections
MANY_USERS = 100_000  # from so many on, one round

GROUP_BY = """
SELECT sum(count)::bigint FROM (
    SELECT creator_id, source_type, count(*) FROM content_items_all GROUP BY 1, 2
) AS groups
"""
# One item more for the first so many users.
CHANGE = """
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)
SELECT CASE WHEN i % 4 = 0 THEN 'items' ELSE 'auto' END, 'Lighthouse', '/images/1.png',
       'a lighthouse at dusk', md5(i::text)::uuid
FROM generate_series(1, {users}) AS i
"""
WRITTEN = """
SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint
FROM pg_stat_user_tables WHERE relname = ANY (%s)
"""


def measure(run: Run) -> None:
    """Whoever refreshes, on galleries of more and more users, and of more and more items."""
    kinds = [kind for kind in run.contestants if kind.refreshed_every or kind.is_ours]
    for size in _sizes(run):
        for turn in range(run.profile.rounds if size.users < MANY_USERS else 1):
            _measure_group_by(run, size, "users", turn)
            for kind in in_turn(kinds, turn):
                run.say(f"refreshing {size.users:,} users, round {turn + 1}: {kind.name}")
                _measure_changes(run, kind, size, turn)
    for size in run.sizes:
        _measure_nothing(run, kinds, size)
    _measure_readers(run, kinds)


def _sizes(run: Run) -> list[Size]:
    """More and more users with equally many items."""
    rows = run.profile.refresh_rows
    return [Size(max(rows, users), users) for users in run.profile.refresh_users]


def _measure_nothing(run: Run, kinds: list[type[Contestant]], size: Size) -> None:
    """A gallery to which nothing is written, so that a very large one is copied only once."""
    with run.readers(size, kinds) as entrants:
        run.stage.settle()
        for turn in range(run.profile.rounds):
            _measure_group_by(run, size, "items", turn)
            for entrant in in_turn(entrants, turn):
                run.say(f"refreshing {size.rows:,} items, round {turn + 1}: {entrant.name}")
                with entrant.connect() as connection:
                    # Once, so that all is in memory, as for the GROUP BY.
                    entrant.contestant.refresh(connection)
                    _measure_refresh(run, entrant, connection, size, "nothing", turn, "items")


def _measure_group_by(run: Run, size: Size, growing: str, turn: int) -> None:
    run.say(f"refreshing {size.rows:,} items, round {turn + 1}: bare GROUP BY")
    with run.stage.connect(run.stage.gallery(size)) as connection:
        connection.execute(GROUP_BY)  # once, so that all is in memory for everybody
        started = time.perf_counter()
        found = connection.execute(GROUP_BY).fetchone()
        seconds = time.perf_counter() - started
    if found != (size.rows,):
        raise WrongAnswerError(f"GROUP BY found {found} items instead of {size.rows:,}.")
    figures = {"rows": size.rows, "users": size.users, "round": turn, "seconds": seconds}
    run.note("refresh", "bare GROUP BY", growing=growing, change="nothing", **figures)


def _measure_changes(run: Run, kind: type[Contestant], size: Size, turn: int) -> None:
    """The first build, then nothing new, then one item more for some users, then for all."""
    with run.entrant(kind, size, built=False) as entrant, entrant.connect() as connection:
        connection.execute(NO_SEARCH)
        run.stage.settle()
        seconds = _measure_refresh(run, entrant, connection, size, "first build", turn)
        if entrant.name == run.planted:
            entrant.contestant.plant(connection)
        if seconds > TOO_SLOW_SECONDS:
            return
        connection.execute("VACUUM ANALYZE")
        _measure_refresh(run, entrant, connection, size, "nothing", turn)
        for change, users in (("1 %", size.users // 100), ("everything", size.users)):
            connection.execute(CHANGE.format(users=users))
            _measure_refresh(run, entrant, connection, size, change, turn)


def _measure_refresh(
    run: Run,
    entrant: Entrant,
    connection: Connection,
    size: Size,
    change: str,
    turn: int,
    growing: str = "users",
) -> float:
    contestant = entrant.contestant
    written, wal = _written(contestant, connection), run.stage.wal_bytes()
    started = time.perf_counter()
    contestant.refresh(connection)
    seconds = time.perf_counter() - started
    written, wal = _written(contestant, connection) - written, run.stage.wal_bytes() - wal
    entrant.prove(connection)
    if change == "nothing" and contestant.is_ours and written:
        raise WrongAnswerError(
            f"The contestant {entrant.name!r} wrote {written:,} rows to refresh what had not "
            "changed. There are no results."
        )
    run.note(
        "refresh",
        entrant.name,
        growing=growing,
        rows=size.rows,
        users=size.users,
        change=change,
        round=turn,
        seconds=seconds,
        rows_written=written,
        wal_bytes=wal,
    )
    return seconds


def _written(contestant: Contestant, connection: Connection) -> int:
    """Rows that were ever written to the tables of counts."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    time.sleep(0.1)  # a session that has ended reports a moment later
    row = connection.execute(WRITTEN, [list(contestant.keeps_counts_in)]).fetchone()
    return int(str(row[0])) if row else 0


def _measure_readers(run: Run, kinds: list[type[Contestant]]) -> None:
    """How long readers wait alone, and while one refresh follows the other."""
    for size in _sizes(run)[:2]:
        with ExitStack() as stack:
            true = true_counts(run.stage, size)
            entrants = [stack.enter_context(run.entrant(kind, size)) for kind in kinds]
            servers = {
                entrant.name: stack.enter_context(served(run.stage, entrant, 1))
                for entrant in entrants
            }
            for turn in range(run.profile.rounds):
                for entrant in in_turn(entrants, turn):
                    run.say(f"readers during a refresh of {size.users:,} users: {entrant.name}")
                    for during in (False, True):
                        refreshing = entrant.meanwhile(entrant.contestant.refresh)
                        with refreshing if during else nullcontext():
                            outcome = load_readers(
                                run, entrant, servers[entrant.name], size, READERS, true
                            )
                        run.note(
                            "readers",
                            entrant.name,
                            rows=size.rows,
                            users=size.users,
                            during="refresh" if during else "nothing",
                            round=turn,
                            per_second=len(outcome.milliseconds) / outcome.seconds,
                            p50_ms=percentile(outcome.milliseconds, 50),
                            p99_ms=percentile(outcome.milliseconds, 99),
                            longest_ms=max(outcome.milliseconds, default=0.0),
                        )
