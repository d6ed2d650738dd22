"""A count in parts whose tables have no fixed names: what its functions do, on plain PostgreSQL.

The functions are those that Citus runs on each shard, and so are the statements that call them.
"""

import random
import time
from collections.abc import Iterator

import pytest

from genonaut.counting import audit
from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import fold, read, refresh
from genonaut.counting.runs import refresh_now
from genonaut.db.distributed.parts import NodesAwayError
from genonaut.db.session import Database
from genonaut.errors import DatabaseError
from tests.support.effort import effort
from tests.support.in_parts import HOMES, PAGES, VISITORS, VISITS, two_parts
from tests.support.rows import run, scalar
from tests.support.soak import Findings, at_once

pytestmark = pytest.mark.both_servers

PAGE_NAMES = ["home", "search"]
BOTH = pytest.mark.parametrize("count", [VISITS, PAGES], ids=["by the key", "by another column"])
ENOUGH = {"writes": 30, "folds": 5, "refreshes": 5, "comparisons": 10}


@pytest.fixture
def parts(database: Database) -> Iterator[Database]:
    with two_parts(database) as laid_out:
        yield laid_out


def table(visitor: str) -> str:
    return f"parts.visit_{int(visitor > HOMES[1])}"


def visit(database: Database, visitor: str, page: str | None, number: int = 1) -> None:
    statement = f"INSERT INTO {table(visitor)} SELECT %s, %s FROM generate_series(1, %s)"
    run(database, statement, visitor, page, number)


def delete(database: Database, visitor: str, page: str | None) -> None:
    run(database, f"DELETE FROM {table(visitor)} WHERE visitor = %s AND page = %s", visitor, page)


def step(database: Database, chance: random.Random) -> None:
    """One of the things that a writer does."""
    visitor, page = chance.choice(VISITORS), chance.choice([*PAGE_NAMES, None])
    change = chance.choice(["INSERT", "INSERT", "INSERT", "UPDATE", "DELETE", "DELETE visitor"])
    if change == "INSERT":
        visit(database, visitor, page, chance.randint(1, 4))
    elif change == "UPDATE":
        run(database, f"UPDATE {table(visitor)} SET page = %s WHERE visitor = %s", page, visitor)
    elif change == "DELETE":
        delete(database, visitor, page)
    else:
        run(database, "DELETE FROM parts.visitors WHERE id = %s", visitor)
        run(database, "INSERT INTO parts.visitors VALUES (%s)", visitor)


def wrong_counts(database: Database, count: CachedCount) -> list[str]:
    """What the auditor says of the counts, if it is not all right."""
    with database.transaction() as session:
        found = audit.compare(session, count)
    return [] if found.ok else [found.detail]


def fold_all(database: Database, count: CachedCount) -> int:
    with database.transaction() as session:
        done = fold(session, count)
    assert done is not None
    return done.rows_taken


@effort(short=40, long=4000, variable="GENONAUT_STEPS")
def test_whatever_happens_the_counts_equal_a_recount(parts: Database, effort: int) -> None:
    chance = random.Random(7)
    for number in range(effort):
        step(parts, chance)
        if number % 3 == 0:
            fold_all(parts, chance.choice([VISITS, PAGES]))
        for count in (VISITS, PAGES):
            assert wrong_counts(parts, count) == []


def test_each_part_has_a_total_of_its_own_and_the_reader_adds_them(parts: Database) -> None:
    for number, visitor in enumerate(VISITORS, start=1):
        visit(parts, visitor, "home", number)
    assert fold_all(parts, VISITS) == 4
    stored = run(parts, "SELECT home::text, count FROM parts.visit_stats WHERE visitor IS NULL")
    assert sorted(stored) == [(HOMES[0], 3), (HOMES[1], 7)]
    with parts.transaction() as session:
        counts = read(session, VISITS, VISITORS).counts
        assert (counts[None, "home"], sum(counts.values())) == (10, 20)
        pages = read(session, PAGES, ["home"])
    assert not pages.one_moment
    assert {str(user): n for (_, user), n in pages.counts.items()} == dict(
        zip(VISITORS, (1, 2, 3, 4), strict=True)
    )


@BOTH
def test_a_refresh_repairs_each_part_and_keeps_one_record(
    parts: Database, count: CachedCount
) -> None:
    for visitor in VISITORS:
        visit(parts, visitor, "home", 2)
    assert refreshed(parts, count) == ("built", 0)
    fold_all(parts, count)
    run(parts, f"UPDATE parts.{count.table}_1 SET count = count + 5 WHERE home IS NOT NULL")
    assert "counts are wrong" in wrong_counts(parts, count)[0]
    outcome, wrong = refreshed(parts, count)
    assert (outcome, wrong > 0) == ("repaired", True)
    assert refreshed(parts, count) == ("exact", 0)
    assert scalar(parts, f"SELECT count(*) FROM parts.{count.name}_refreshes") == 3
    assert wrong_counts(parts, count) == []


def refreshed(database: Database, count: CachedCount) -> tuple[str, int]:
    with database.transaction() as session:
        done = refresh(session, count, "test")
    return done.outcome, done.rows_wrong


def test_a_part_that_is_away_does_not_stop_the_others(parts: Database) -> None:
    for visitor in VISITORS:
        visit(parts, visitor, "home")
    run(parts, "ALTER TABLE parts.visit_stats_0 RENAME TO away")
    assert fold_all(parts, VISITS) == 2
    assert run(parts, "SELECT count FROM parts.visit_stats_1 WHERE visitor IS NULL") == [(2,)]
    with pytest.raises(NodesAwayError, match="1 of 2 parts of visits could not be refreshed"):
        refresh_now(parts.transaction, VISITS, "test")
    last = run(parts, "SELECT outcome, error FROM parts.visits_refreshes")
    assert [(outcome, "node:0" in error) for outcome, error in last] == [("failed", True)]
    [found] = wrong_counts(parts, VISITS)
    assert "could not be compared" in found
    run(parts, "ALTER TABLE parts.away RENAME TO visit_stats_0")
    assert fold_all(parts, VISITS) == 2
    assert wrong_counts(parts, VISITS) == []


def test_two_folds_of_a_part_do_not_meet(parts: Database) -> None:
    visit(parts, VISITORS[0], "home")
    with parts.transaction() as one:
        assert run(one, "SELECT parts.visits_fold_part('parts.visit_stats_0')")[0][0]
        other = "SELECT parts.visits_fold_part('parts.visit_stats_0')"
        assert run(parts, other) == [(None,)]
        assert run(parts, other.replace("_0", "_1"))[0][0] == {"rows_taken": 0, "rows_written": 0}


def test_truncate_is_refused(parts: Database) -> None:
    with pytest.raises(DatabaseError, match="cannot be counted on a distributed gallery"):
        run(parts, "TRUNCATE parts.visit_0")


def test_a_part_is_kept_at_read_committed_only(parts: Database) -> None:
    with pytest.raises(DatabaseError, match="READ COMMITTED only"), parts.snapshot() as session:
        run(session, "SELECT parts.visits_fold_part('parts.visit_stats_0')")


@effort(short=1, long=20, variable="GENONAUT_SOAK_SECONDS")
def test_no_part_is_ever_wrong_while_all_of_it_goes_on(parts: Database, effort: float) -> None:
    findings = Findings()
    chances = [random.Random(seed) for seed in range(3)]

    def write(chance: random.Random) -> None:
        visit(parts, chance.choice(VISITORS), chance.choice(PAGE_NAMES), chance.randint(1, 4))
        page = chance.choice(PAGE_NAMES)
        visitor = chance.choice(VISITORS)
        delete(parts, visitor, page)
        findings.add("writes")

    def keep() -> None:
        for count in (VISITS, PAGES):
            fold_all(parts, count)
            findings.add("folds")
            findings.add("refreshes", wrong=refreshed(parts, count)[1])
        time.sleep(0.02)

    def look() -> None:
        for count in (VISITS, PAGES):
            findings.add("comparisons", wrong=wrong_counts(parts, count))

    assert refreshed(parts, VISITS)[0] == refreshed(parts, PAGES)[0] == "built"
    writers = [lambda chance=chance: write(chance) for chance in chances]
    at_once([*writers, keep, look], findings, effort, ENOUGH)
    look()
    assert findings.wrong == []
