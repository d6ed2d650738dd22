"""Declarations that are unlike the gallery's: names that meet, tables that refer to themselves."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from genonaut.counting import audit
from genonaut.counting.declaration import CachedCount, Category, Key
from genonaut.counting.engine import fold, refresh
from genonaut.counting.rendering import definition
from genonaut.db.session import Database
from genonaut.errors import DatabaseError
from tests.support.rows import run

pytestmark = pytest.mark.both_servers

LIMITS = audit.Limits(ledger_rows=100, refresh_age_seconds=100)


@pytest.fixture
def empty(database: Database) -> Iterator[Database]:
    with database.transaction() as session:
        run(session, "CREATE SCHEMA odd")
    yield database
    with database.transaction() as session:
        run(session, "DROP SCHEMA odd CASCADE")


def exact(session: Session, count: CachedCount, truth: str) -> bool:
    told = f'SELECT * FROM odd."{count.name}_counts"'
    wrong = run(session, f"(({truth}) EXCEPT {told}) UNION ALL ({told} EXCEPT ({truth}))")
    return not wrong


# The key has the same name in both tables, the owner's table is called as a statement calls its
# parts, and has columns that are called as they call theirs.
SAME_NAMES = """
    CREATE TABLE odd.amounts (customer int PRIMARY KEY, amount int, state text, count int);
    CREATE TABLE odd.orders (customer int REFERENCES odd.amounts ON DELETE CASCADE, state text);
    INSERT INTO odd.amounts SELECT i, i, 'x', i FROM generate_series(1, 5) AS i;"""
ORDERS = CachedCount(
    name="orders",
    schema="odd",
    counted="orders",
    key=Key("customer", "int", owner="amounts", owner_id="customer", owner_name="amount"),
    category=Category("state"),
    table="order_counts",
    total="all",
)

# A tree that counts a node's children, and words that mean something to PL/pgSQL.
TREE = """
    CREATE TABLE odd.nodes (found int PRIMARY KEY,
                            new int REFERENCES odd.nodes ON DELETE CASCADE,
                            tg_op text NOT NULL);
    INSERT INTO odd.nodes VALUES (1, NULL, 'root');"""
CHILDREN = CachedCount(
    name="children",
    schema="odd",
    counted="nodes",
    key=Key("new", "int", owner="nodes", owner_id="found"),
    category=Category("tg_op"),
    table="child_counts",
)


def test_names_that_collide_are_told_apart(empty: Database) -> None:
    truth = """
        SELECT customer, state, count(*) FROM odd.orders GROUP BY 1, 2
        UNION ALL SELECT NULL, state, count(*) FROM odd.orders GROUP BY 2"""
    with empty.transaction() as session:
        run(session, SAME_NAMES + definition(ORDERS))
        run(session, "INSERT INTO odd.orders SELECT 1 + i % 5, 's' || i % 3"
            " FROM generate_series(1, 40) AS i")  # fmt: skip
        assert exact(session, ORDERS, truth)
        refresh(session, ORDERS, "test")
        run(session, "UPDATE odd.orders SET state = 'new' WHERE customer = 2")
        run(session, "DELETE FROM odd.amounts WHERE customer = 3")
        assert exact(session, ORDERS, truth)
        assert fold(session, ORDERS) is not None
        assert exact(session, ORDERS, truth)
        assert refresh(session, ORDERS, "test").rows_wrong == 0
        assert [finding.ok for finding in audit.check(session, ORDERS, LIMITS)] == [True] * 4


def test_a_table_may_be_its_own_owner(empty: Database) -> None:
    truth = "SELECT new, tg_op, count(*) FROM odd.nodes WHERE new IS NOT NULL GROUP BY 1, 2"
    with empty.transaction() as session:
        run(session, TREE + definition(CHILDREN))
        run(session, "INSERT INTO odd.nodes SELECT i, i / 2, 'leaf' FROM generate_series(2, 60) i")
        refresh(session, CHILDREN, "test")
        assert exact(session, CHILDREN, truth)
        for statement in (
            "UPDATE odd.nodes SET tg_op = 'branch' WHERE found % 4 = 0",
            "DELETE FROM odd.nodes WHERE found = 5",
            "UPDATE odd.nodes SET new = 1 WHERE found % 7 = 0",
            "DELETE FROM odd.nodes WHERE found = 1",
        ):
            run(session, statement)
            assert exact(session, CHILDREN, truth), statement
            assert fold(session, CHILDREN) is not None
            assert exact(session, CHILDREN, truth), statement
        assert refresh(session, CHILDREN, "test").rows_wrong == 0


REFUSED = {
    "a part of another table": (
        "CREATE TABLE odd.whole (customer int, state text) PARTITION BY LIST (state);"
        "CREATE TABLE odd.orders PARTITION OF odd.whole DEFAULT",
        "is part of another table",
    ),
    "an heir": (
        "CREATE TABLE odd.parent (customer int, state text);"
        "CREATE TABLE odd.orders () INHERITS (odd.parent)",
        "is part of another table",
    ),
    "a parent": (
        "CREATE TABLE odd.orders (customer int, state text);"
        "CREATE TABLE odd.child () INHERITS (odd.orders)",
        "is part of another table",
    ),
    "no foreign key": (
        "CREATE TABLE odd.orders (customer int, state text)",
        "has no foreign key to its owner",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_counted_is_refused(empty: Database, what: str) -> None:
    tables, reason = REFUSED[what]
    owner = "CREATE TABLE odd.amounts (customer int PRIMARY KEY, amount int);"
    with pytest.raises(DatabaseError, match=reason), empty.transaction() as session:
        run(session, owner + tables + ";" + definition(ORDERS))


@pytest.mark.parametrize(
    "tampering",
    [
        "CREATE OR REPLACE FUNCTION odd.orders_count_insert() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        "DROP FUNCTION odd.orders_place_triggers()",
        "ALTER FUNCTION odd.orders_count_insert() SECURITY INVOKER",
        "ALTER FUNCTION odd.orders_count_delete() RESET search_path",
        "ALTER TABLE odd.orders DISABLE TRIGGER orders_delete",
    ],
)
def test_the_auditor_sees_tampering_in_any_schema(empty: Database, tampering: str) -> None:
    with empty.transaction() as session:
        run(session, SAME_NAMES + definition(ORDERS))
        refresh(session, ORDERS, "test")
        run(session, "SET LOCAL search_path = odd, public")
        assert all(finding.ok for finding in audit.status(session, ORDERS, LIMITS))
        run(session, tampering)
        assert [one.what for one in audit.status(session, ORDERS, LIMITS) if not one.ok] == [
            "triggers"
        ]
