"""The counting module with tables that are not the gallery's, and names that need quotes."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genonaut.counting import audit
from genonaut.counting.declaration import CachedCount, Category, Key, Part
from genonaut.counting.engine import fold, read, read_live, refresh
from genonaut.counting.rendering import definition, removal
from genonaut.counting.runs import build_if_never_built
from genonaut.db.session import Database
from tests.support.rows import run

pytestmark = pytest.mark.both_servers

LIMITS = audit.Limits(ledger_rows=100, refresh_age_seconds=100)

# Orders of a shop: partitioned twice, by a text key that may be null, of any state.
SHOP = """
    CREATE SCHEMA "Web Shop";
    CREATE TABLE "Web Shop"."order" (
        "select" serial,
        "100% of" text,
        "What's up" text,
        year int NOT NULL
    ) PARTITION BY RANGE (year);
    CREATE TABLE "Web Shop"."old" PARTITION OF "Web Shop"."order" FOR VALUES FROM (0) TO (2000);
    CREATE TABLE "Web Shop"."the ""new"" ones" PARTITION OF "Web Shop"."order"
        FOR VALUES FROM (2000) TO (3000) PARTITION BY LIST (year);
    CREATE TABLE "Web Shop"."y2026" PARTITION OF "Web Shop"."the ""new"" ones" FOR VALUES IN (2026);
    CREATE TABLE "Web Shop"."other" PARTITION OF "Web Shop"."the ""new"" ones" DEFAULT;
"""
ORDERS = CachedCount(
    name="orders",
    schema="Web Shop",
    counted="order",
    key=Key("100% of", "text", "customer"),
    category=Category("What's up", "text", "state", labels={"it's paid": "don't worry", "%s": "%"}),
    table="order stats",
    count="how many?",
    total="All 100%",
)
ALL_STATES = replace(ORDERS, category=Category("What's up", "text", "state"))
WITHOUT_TOTAL = replace(ORDERS, total="")
TRUTH = """
    SELECT {key}, {label}, count(*) FROM "Web Shop"."order"
    WHERE {label} IS NOT NULL AND {key} IS NOT NULL GROUP BY 1, 2"""
TOTAL = """
    UNION ALL
    SELECT NULL, {label}, count(*) FROM "Web Shop"."order" WHERE {label} IS NOT NULL GROUP BY 2"""
LABEL = """CASE "What's up" WHEN 'it''s paid' THEN 'don''t worry' WHEN '%s' THEN '%' END"""


@pytest.fixture(
    params=[ORDERS, ALL_STATES, WITHOUT_TOTAL], ids=["labels", "all states", "no total"]
)
def orders(request: pytest.FixtureRequest, database: Database) -> Iterator[CachedCount]:
    with database.transaction() as session:
        run(session, SHOP + definition(request.param))
    yield request.param
    with database.transaction() as session:
        run(session, 'DROP SCHEMA "Web Shop" CASCADE')


def truth(session: Session, count: CachedCount) -> list[tuple[Any, ...]]:
    label = LABEL if count.category.labels else '"What\'s up"'
    statement = TRUTH + (TOTAL if count.total else "")
    return sorted(run(session, statement.format(key='"100% of"', label=label)), key=str)


def told(session: Session) -> list[tuple[Any, ...]]:
    columns = 'customer, state, "how many?"'
    return sorted(run(session, f'SELECT {columns} FROM "Web Shop".orders_counts'), key=str)


WRITES = [
    """INSERT INTO "Web Shop"."order" ("100% of", "What's up", year)
       SELECT (ARRAY['ann', 'bo''b', NULL])[1 + i % 3],
              (ARRAY['it''s paid', '%s', 'lost', NULL])[1 + i % 4], 1990 + i
       FROM generate_series(1, 60) AS i""",
    """INSERT INTO "Web Shop"."y2026" ("100% of", "What's up", year)
       SELECT 'ann', '%s', 2026 FROM generate_series(1, 5)""",
    """UPDATE "Web Shop"."the ""new"" ones" SET "100% of" = 'bo''b' WHERE "select" % 2 = 0""",
    """UPDATE "Web Shop"."order" SET year = 1991 WHERE year = 2026""",
    """UPDATE "Web Shop"."order" SET "100% of" = NULL, "What's up" = 'it''s paid'
       WHERE "select" % 5 = 0""",
    """DELETE FROM "Web Shop"."other" WHERE "select" % 3 = 0""",
    """TRUNCATE "Web Shop"."old" """,
    """TRUNCATE "Web Shop"."order" """,
]


def test_every_write_is_counted(database: Database, orders: CachedCount) -> None:
    assert build_if_never_built(database.transaction, orders, "test") is not None
    for write in [*WRITES, *WRITES[:-1]]:
        with database.transaction() as session:
            run(session, write)
            assert told(session) == truth(session, orders), write
            assert refresh(session, orders, "test").rows_wrong == 0
        with database.transaction() as session:
            fold(session, orders)
            assert told(session) == truth(session, orders), write
            assert told(session) or write == WRITES[-1]


def test_reading_is_the_same_from_the_cache_and_live(
    database: Database, orders: CachedCount
) -> None:
    with database.transaction() as session:
        run(session, WRITES[0])
        cached, live = (how(session, orders, ["ann", "bo'b"]) for how in (read, read_live))
        assert cached.counts == live.counts
        assert {key for key, _ in cached.counts} == {"ann", "bo'b"} | (
            {None} if orders.total else set()
        )
        assert read(session, orders, ["ann"]).counts["bo'b", "%"] == 0


def test_what_is_wrong_is_seen_and_repaired(database: Database, orders: CachedCount) -> None:
    with database.transaction() as session:
        run(session, WRITES[0])
    build_if_never_built(database.transaction, orders, "test")
    with database.transaction() as session:
        assert all(finding.ok for finding in audit.check(session, orders, LIMITS))
        run(session, """UPDATE "Web Shop"."order stats" SET "how many?" = 77""")
        [counts, *others] = audit.check(session, orders, LIMITS)
        assert not counts.ok
        assert all(finding.ok for finding in others)
        assert refresh(session, orders, "test").outcome == "repaired"
        assert told(session) == truth(session, orders)
        assert all(finding.ok for finding in audit.check(session, orders, LIMITS))


def test_a_new_partition_is_seen_and_can_be_counted(
    database: Database, orders: CachedCount
) -> None:
    with database.transaction() as session:
        run(
            session,
            """CREATE TABLE "Web Shop"."2027" PARTITION OF "Web Shop"."the ""new"" ones"
               FOR VALUES IN (2027)""",
        )
        triggers = next(f for f in audit.status(session, orders, LIMITS) if f.what == "triggers")
        assert not triggers.ok
        assert '"Web Shop"."2027" has no trigger orders_insert' in triggers.detail
        assert 'SELECT "Web Shop".orders_place_triggers()' in triggers.detail
        run(session, 'SELECT "Web Shop".orders_place_triggers()')
        triggers = next(f for f in audit.status(session, orders, LIMITS) if f.what == "triggers")
        assert triggers.ok, triggers.detail
        run(session, """INSERT INTO "Web Shop"."2027" ("100% of", "What's up", year)
                        VALUES ('ann', '%s', 2027)""")  # fmt: skip
        assert told(session) == truth(session, orders)


def test_it_is_removed_without_a_trace(database: Database, orders: CachedCount) -> None:
    with database.transaction() as session:
        run(session, removal(orders))
        left = run(session, """
            SELECT relname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE nspname = 'Web Shop' AND relkind IN ('r', 'v') AND relname LIKE 'order%'
            UNION ALL SELECT tgname FROM pg_trigger WHERE tgname LIKE 'orders%'
            UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'orders%'
        """)  # fmt: skip
        assert left == []
        run(session, definition(orders))


def test_the_module_needs_nothing_of_the_gallery() -> None:
    code = """
import sys, pkgutil, importlib, genonaut.counting
for module in pkgutil.iter_modules(genonaut.counting.__path__):
    importlib.import_module(f"genonaut.counting.{module.name}")
print(*(name for name in sys.modules if name.startswith("genonaut.")))
"""
    printed = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert printed
    assert [name for name in printed if not name.startswith("genonaut.counting")] == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "Orders"}, "'Orders' cannot name a count"),
        ({"name": "o" * 41}, "cannot name a count"),
        ({"key": Key("id", "int); DROP TABLE users")}, "is not a type"),
        ({"key": Key("id", "int")}, "cannot have a column 'id' as it is"),
        ({"key": Key("change", "int", "other")}, "cannot have a column 'change' as it is"),
        ({"key": Key("k", "char(3)")}, "is not a type"),
        ({"category": Category("c", labels={"a\n-- name: read": "b"})}, "no line break"),
        ({"table": "stats$$"}, "no \\$ and no line break"),
        ({"category": Category("c", "varchar(3)", labels={"a": "long"})}, "too long for varchar"),
        ({"spread": "100% of"}, "cannot be what orders is spread by"),
        (
            {"spread": "id", "key": Key("id", "int", "other")},
            "only be spread by its key if that is",
        ),
        ({"spread": "id", "key": Key("id", "uuid", "home")}, "cannot have a column 'id'"),
        ({"part": Part("order", "order stats", "orders_deltas")}, "has no parts"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(ORDERS, **changes)


def test_a_wrong_type_is_the_database_s_to_refuse(database: Database) -> None:
    count = replace(ORDERS, key=Key("100% of", "nonsense", "customer"))
    with database.engine.connect() as connection, pytest.raises(DBAPIError):
        run(connection, SHOP + definition(count))
