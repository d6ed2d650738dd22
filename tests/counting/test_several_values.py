"""Rows that have several values: one count under each, after any write, and in any schema."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from genonaut.counting import audit
from genonaut.counting.declaration import CachedCount, Category, Key
from genonaut.counting.engine import fold, read, read_live, refresh
from genonaut.counting.rendering import definition, removal, statements
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database
from tests.support.rows import run

pytestmark = pytest.mark.both_servers

LIMITS = audit.Limits(ledger_rows=1000, refresh_age_seconds=100)
# Some words of a text: the same one twice, an empty one, and null.
SHELVES = """
    CREATE SCHEMA shelves;
    CREATE FUNCTION shelves."words of"(written text, more text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE RETURN unnest(string_to_array(written, ' ') || more || NULL::text);
    CREATE TABLE shelves.books (shelf uuid, title text, "the rest" text, state text)
        PARTITION BY LIST (state);
    CREATE TABLE shelves.old PARTITION OF shelves.books FOR VALUES IN ('old');
    CREATE TABLE shelves.new PARTITION OF shelves.books DEFAULT;"""
WORDS = CachedCount(
    name="words",
    schema="shelves",
    counted="books",
    key=Key("shelf", "uuid"),
    category=Category("word", function="words of", arguments=("title", "the rest")),
    table="word_counts",
    total="all",
)
DECLARED = {
    "all": WORDS,
    "no total": replace(WORDS, total=""),
    "only some": replace(WORDS, only={"state": "old"}),
    "spread": replace(WORDS, spread="shelf", only={}),
}
TRUTH = """
    SELECT {key} AS shelf, word, count(*) FROM (
        SELECT DISTINCT books.tableoid, books.ctid, shelf, word
        FROM shelves.books, regexp_split_to_table(concat_ws(' ', title, "the rest"), ' ') AS word
        WHERE {only} AND {keyed} AND (title IS NOT NULL OR "the rest" IS NOT NULL)
    ) AS each GROUP BY 1, 2"""
SHELF = "('00000000-0000-0000-0000-00000000000' || 1 + i % 3)::uuid"
WRITES = (
    f"INSERT INTO shelves.books SELECT {SHELF},"
    " (ARRAY['a b a', 'b', NULL, 'c  d', 'g'])[1 + i % 5], (ARRAY[NULL, 'a'])[1 + i % 2],"
    " (ARRAY['old', 'new'])[1 + i % 2] FROM generate_series(1, 60) AS i",
    f"INSERT INTO shelves.old SELECT {SHELF}, 'b e', NULL, 'old' FROM generate_series(1, 1) AS i",
    "UPDATE shelves.books SET title = title || ' f' WHERE \"the rest\" IS NULL",
    "UPDATE shelves.books SET state = 'old' WHERE title LIKE 'b%'",
    "UPDATE shelves.new SET title = title",
    "DELETE FROM shelves.books WHERE title LIKE 'c%'",
    "TRUNCATE shelves.old",
    "TRUNCATE shelves.books",
)


@pytest.fixture(params=DECLARED.values(), ids=list(DECLARED))
def words(request: pytest.FixtureRequest, database: Database) -> Iterator[CachedCount]:
    with database.transaction() as session:
        run(session, SHELVES + definition(request.param))
    yield request.param
    with database.transaction() as session:
        run(session, removal(request.param))
        run(session, "DROP SCHEMA shelves CASCADE")


def differing(session: Session, count: CachedCount) -> list[tuple[Any, ...]]:
    only = "state = 'old'" if count.only else "true"
    truth = TRUTH.format(key="shelf", only=only, keyed="shelf IS NOT NULL")
    if count.total:
        truth += " UNION ALL " + TRUTH.format(key="NULL::uuid", only=only, keyed="true")
    told = "SELECT * FROM shelves.words_counts"
    return run(session, f"(({truth}) EXCEPT ALL {told}) UNION ALL ({told} EXCEPT ALL ({truth}))")


@pytest.mark.sampled(2)
def test_every_write_counts_each_value_of_a_row_once(
    database: Database, words: CachedCount
) -> None:
    for built, write in enumerate([*WRITES[:-2], *WRITES]):
        with database.transaction() as session:
            run(session, write)
            assert differing(session, words) == [], write
            if built:
                assert refresh(session, words, "test").rows_wrong == 0, write
            assert differing(session, words) == [], write
        with database.transaction() as session:
            assert fold(session, words) is not None
            assert differing(session, words) == [], write
            keys = [key for (key,) in run(session, "SELECT DISTINCT shelf FROM shelves.books")]
            assert +read(session, words, keys).counts == read_live(session, words, keys).counts
            [counts, triggers, *_] = audit.check(session, words, LIMITS)
            assert (counts.ok, triggers.ok) == (True, True), (counts.detail, triggers.detail)


def test_a_first_build_and_a_repair(database: Database, words: CachedCount) -> None:
    with database.transaction() as session:
        run(session, "SET LOCAL session_replication_role = replica")
        run(session, WRITES[0])
    with database.transaction() as session:
        assert differing(session, words)
        assert refresh(session, words, "test").outcome == "built"
        assert differing(session, words) == []
        run(session, "UPDATE shelves.word_counts SET count = count + 7")
        assert not audit.check(session, words, LIMITS)[0].ok
        assert refresh(session, words, "test").outcome == "repaired"
        assert differing(session, words) == []


@pytest.mark.parametrize(
    ("category", "reason"),
    [
        (Category("w", function="f", arguments=("a",), labels={"a": "b"}), "can have no labels"),
        (Category("w", function="f"), "a function and its arguments, or neither"),
        (Category("w", arguments=("a",)), "a function and its arguments, or neither"),
        (Category("w", function="f$$", arguments=("a",)), "no \\$ and no line break"),
        (Category("w", function="f", arguments=("a\n",)), "no \\$ and no line break"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(category: Category, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(WORDS, category=category)


def test_a_declaration_without_a_function_has_nothing_of_it() -> None:
    for count in COUNTS.values():
        texts = [definition(count), *statements(count).values()]
        has = any("each_value" in text for text in texts)
        assert has == bool(count.category.function), count.name
