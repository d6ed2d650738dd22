"""A count whose parts lie beside one another in one database, as an engine lays them out.

Each part has rows of some keys, with a ledger and stored counts of its own. There is one record.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from genonaut.counting import audit
from genonaut.counting.declaration import NOWHERE, CachedCount, Category, Key, Part
from genonaut.counting.engine import fold, read, refresh
from genonaut.counting.rendering import definition, removal, statements
from genonaut.db.session import Database
from tests.support.parts import SPREAD
from tests.support.rows import add_items, add_user, run

pytestmark = pytest.mark.both_servers

VISITS = CachedCount(
    name="visits",
    schema="parts",
    counted="visit",
    key=Key("visitor", "uuid", owner="visitors"),
    category=Category("page"),
    table="visit_stats",
    total="All",
    spread="visitor",
)
HOMES = [f"{digit * 8}-0000-0000-0000-000000000000" for digit in "ab"]
PARTS = [
    replace(VISITS, part=Part(f"visit_{n}", f"visit_stats_{n}", f"visits_{n}_deltas", home))
    for n, home in enumerate(HOMES)
]
VISITORS = [f"{digit * 8}-0000-0000-0000-00000000000{n}" for digit in "ab" for n in (1, 2)]
TABLE = """
    CREATE TABLE parts.{tables.counted} (
        visitor uuid NOT NULL REFERENCES parts.visitors ON DELETE CASCADE, page text);"""
WHOLE = """
    CREATE TABLE parts.visits_refreshes (LIKE parts.visits_0_refreshes INCLUDING ALL);
    CREATE VIEW parts.visit_stats AS TABLE parts.visit_stats_0 UNION ALL TABLE parts.visit_stats_1;
    CREATE VIEW parts.visits_deltas AS
        TABLE parts.visits_0_deltas UNION ALL TABLE parts.visits_1_deltas;"""
INSERT = "INSERT INTO parts.{tables.counted} SELECT %s, %s FROM generate_series(1, %s)"
TRUTH = "SELECT visitor, page, count(*) FROM parts.{tables.counted} GROUP BY 1, 2"
STORED = "SELECT visitor, page, count, home FROM parts.{tables.table}"


@pytest.fixture
def laid_out(database: Database) -> Iterator[Database]:
    """Two empty parts. The triggers of each are those of a count of its own."""
    run(database, "CREATE SCHEMA parts; CREATE TABLE parts.visitors (id uuid PRIMARY KEY)")
    for n, part in enumerate(PARTS):
        tables = part.tables
        own = replace(VISITS, name=f"visits_{n}", counted=tables.counted, table=tables.table)
        run(database, TABLE.format(tables=part.tables) + definition(own))
    run(database, WHOLE)
    run(database, "INSERT INTO parts.visitors SELECT unnest(%s::uuid[])", VISITORS)
    yield database
    run(database, "DROP SCHEMA parts CASCADE")


def visit(database: Database, visitor: str, page: str, number: int = 1) -> None:
    run(database, INSERT.format(tables=PARTS[visitor > HOMES[1]].tables), visitor, page, number)


def assert_exact(database: Database) -> None:
    """The counts of each key, and the totals, by one statement that reads both parts."""
    with database.transaction() as session:
        told = read(session, VISITS, VISITORS).counts
        truth = Counter[tuple[Any, str]]()
        for part in PARTS:
            for visitor, page, number in run(session, TRUTH.format(tables=part.tables)):
                truth[visitor, page] += number
                truth[None, page] += number
    assert {key: number for key, number in told.items() if number} == truth


def stored(database: Database, part: CachedCount) -> set[tuple[Any, ...]]:
    return {
        (str(row[0] or "total"), *row[1:3], str(row[3]))
        for row in run(database, STORED.format(tables=part.tables))
    }


def test_an_engine_can_hand_the_read_on_to_each_part() -> None:
    """No branch of what is read together groups, looks elsewhere, or lacks the home."""
    text = statements(VISITS)["read"]
    branches = text.partition("FROM (")[2].partition(") AS parts")[0].split("UNION ALL")
    assert len(branches) == 3
    for branch in branches:
        assert branch.count("SELECT") == branch.count("FROM") == branch.count("home\n") == 1
        assert "GROUP BY" not in branch
    assert "WITH" not in text


def test_a_part_is_folded_by_itself(laid_out: Database) -> None:
    for visitor in VISITORS:
        visit(laid_out, visitor, "home", 3)
    with laid_out.transaction() as session:
        assert fold(session, PARTS[0]) is not None
    assert stored(laid_out, PARTS[0]) == {
        ("total", "home", 6, HOMES[0]),
        *((visitor, "home", 3, visitor) for visitor in VISITORS[:2]),
    }
    assert stored(laid_out, PARTS[1]) == set()
    assert_exact(laid_out)
    with laid_out.transaction() as session:
        assert fold(session, PARTS[1]) is not None
    assert ("total", "home", 6, HOMES[1]) in stored(laid_out, PARTS[1])
    assert_exact(laid_out)


def test_the_folds_of_two_parts_do_not_wait_for_each_other(laid_out: Database) -> None:
    with laid_out.transaction() as one, laid_out.transaction() as two:
        assert fold(one, PARTS[0]) is not None
        assert fold(two, PARTS[0]) is None
        assert fold(two, PARTS[1]) is not None


def test_a_refresh_repairs_each_part_and_records_their_sum(laid_out: Database) -> None:
    for visitor, number in zip(VISITORS, (1, 2, 3, 4), strict=True):
        visit(laid_out, visitor, "home", number)
    with laid_out.transaction() as session:
        built = refresh(session, VISITS, "test", parts=PARTS)
    assert (built.outcome, built.rows_wrong, built.totals) == ("built", 0, {"home": 10})
    run(laid_out, "UPDATE parts.visit_stats_0 SET count = count + 7 WHERE visitor IS NULL")
    run(laid_out, f"DELETE FROM parts.visit_stats_1 WHERE visitor = '{VISITORS[3]}'")
    with laid_out.transaction() as session:
        repaired = refresh(session, VISITS, "test", parts=PARTS)
    assert repaired.outcome == "repaired"
    assert (repaired.rows_checked, repaired.rows_wrong, repaired.largest_error) == (6, 2, 7)
    assert [(error["was"], error["is"]) for error in repaired.worst] == [(10, 3), (0, 4)]
    assert_exact(laid_out)
    with laid_out.transaction() as session:
        assert refresh(session, VISITS, "test", parts=PARTS).outcome == "exact"
        assert read(session, VISITS).verified_at is not None


def test_a_user_who_is_deleted_leaves_the_totals_of_both_parts(laid_out: Database) -> None:
    for visitor in VISITORS:
        visit(laid_out, visitor, "home", 2)
    with laid_out.transaction() as session:
        refresh(session, VISITS, "test", parts=PARTS)
    visit(laid_out, VISITORS[0], "home", 5)
    run(laid_out, "DELETE FROM parts.visitors WHERE id = ANY (%s::uuid[])", VISITORS[::2])
    assert_exact(laid_out)
    for part in PARTS:
        with laid_out.transaction() as session:
            assert fold(session, part) is not None
        assert_exact(laid_out)
        assert len(stored(laid_out, part)) == 2


def test_on_one_database_there_is_one_part(database: Database) -> None:
    run(database, definition(SPREAD))
    user = add_user(database)
    add_items(database, user, 3)
    limits = audit.Limits(ledger_rows=0, refresh_age_seconds=3600)
    with database.transaction() as session:
        assert refresh(session, SPREAD, "test").outcome == "built"
        homes = "SELECT user_id IS NULL, count, home::text FROM spread_source_stats ORDER BY 1"
        assert run(session, homes) == [(False, 3, user), (True, 3, NOWHERE)]
        assert [f for f in audit.check(session, SPREAD, limits) if not f.ok] == []
    run(database, removal(SPREAD))
