"""The index of parts of words: made where the server allows it, left out where it does not."""

import re

import pytest

from genonaut.db.migrate import downgrade, upgrade
from genonaut.db.parts_of_words import add_in_transaction, add_index, has_index, to_be_restored
from genonaut.db.session import Database
from tests.support.rows import run, scalar
from tests.support.servers import A_WRITER

pytestmark = pytest.mark.both_servers

INSTALLED = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"
WITHOUT = "DROP INDEX idx_content_search_line; DROP EXTENSION pg_trgm; DROP SCHEMA trigrams"


def test_the_migration_makes_it(scratch: Database) -> None:
    upgrade(scratch.engine)
    assert has_index(scratch)
    downgrade(scratch.engine, "0011_cost_of_a_write")
    assert scalar(scratch, INSTALLED) == 0
    assert scalar(scratch, "SELECT to_regnamespace('trigrams') IS NULL")


def test_a_role_that_may_not_create_it_goes_without(migrated: Database) -> None:
    run(migrated, WITHOUT)
    with migrated.transaction() as session:
        run(session, f"SET LOCAL ROLE {A_WRITER}")
        add_in_transaction(session.connection())
    assert not has_index(migrated)
    assert scalar(migrated, "SELECT to_regnamespace('trigrams') IS NULL"), "nothing is left behind"
    run(migrated, "INSERT INTO users (username) VALUES ('ada')")  # and writes go on
    assert add_index(migrated)
    assert add_index(migrated), "once more changes nothing"


def test_an_operators_extension_is_used_and_kept(scratch: Database) -> None:
    run(scratch, "CREATE SCHEMA mine; CREATE EXTENSION pg_trgm SCHEMA mine")
    upgrade(scratch.engine)
    assert has_index(scratch)
    assert scalar(scratch, "SELECT to_regnamespace('trigrams') IS NULL")
    downgrade(scratch.engine, "0011_cost_of_a_write")
    assert scalar(scratch, INSTALLED) == 1


ENTRIES = [
    "1; 3079 16386 EXTENSION - pg_trgm ",
    "2; 1259 16400 INDEX public idx_content_search_line genonaut",
    "3; 1259 16401 INDEX public content_items_search_line_idx genonaut",
    "4; 0 0 INDEX ATTACH public content_items_search_line_idx genonaut",
    "5; 1259 16402 INDEX public content_items_search_terms_idx genonaut",
    "6; 3079 16387 EXTENSION - btree_gin ",
]


def kept(database: Database) -> list[int]:
    with database.transaction() as session:
        found = to_be_restored(session.connection(), ENTRIES)
    return [int(re.match(r"\d+", line)[0]) for line in found]  # type: ignore[index]


def test_what_a_restore_takes_of_a_dump(scratch: Database) -> None:
    assert kept(scratch) == [1, 5, 6]
    assert scalar(scratch, "SELECT to_regnamespace('trigrams') IS NOT NULL"), "for the extension"
