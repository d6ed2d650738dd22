"""The first build beside writers, folds and deletions: what is missing is stored at once."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from genonaut.counting import engine
from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import fold
from genonaut.counting.runs import refresh_now
from genonaut.db.counts import GEN_SOURCE, PRIVATE_TAGS
from genonaut.db.session import Database
from tests.support.exactness import assert_exact
from tests.support.recount import differences
from tests.support.rows import add_items, add_tag, add_user, run, scalar

pytestmark = pytest.mark.both_servers

USERS = [f"00000000-0000-0000-0000-{number:012}" for number in range(1, 5)]
GONE = USERS[0]
DELETE_USER = f"DELETE FROM users WHERE id = '{GONE}'"
STORED = "SELECT count(*) FROM gen_source_stats WHERE user_id IS NOT NULL"


@pytest.fixture
def never_built(database: Database) -> Database:
    """Four users with six items, of which neither the ledger nor the stored counts know."""
    for user in USERS:
        add_user(database, f"user {user}", user)
        add_items(database, user, 4)
        add_items(database, user, 2, "auto")
    run(database, "DELETE FROM gen_source_deltas")
    return database


def test_each_count_is_written_once(never_built: Database) -> None:
    done = refresh_now(never_built.transaction, GEN_SOURCE, "test")
    assert (done.outcome, done.rows_wrong, done.rows_written) == ("built", 10, 10)
    with never_built.transaction() as session:
        assert scalar(session, STORED) == 8
        assert scalar(session, "SELECT count(*) FROM gen_source_deltas") == 0
    assert_exact(never_built)


def came_back(database: Database) -> None:
    run(database, DELETE_USER)
    add_items(database, add_user(database, user_id=GONE), 1)


def folded(database: Database) -> None:
    add_items(database, GONE, 3)
    with database.transaction() as session:
        assert fold(session, GEN_SOURCE) is not None
    add_items(database, GONE, 5, "auto")


MEANWHILE: dict[str, Callable[[Database], object]] = {
    "items are added": lambda database: add_items(database, GONE, 3),
    "items are added, folded, and added": folded,
    "items are deleted": lambda database: run(database, "DELETE FROM content_items"),
    "items are moved": lambda database: run(
        database, "UPDATE content_items_all SET source_type = 'auto' WHERE id % 2 = 0"
    ),
    "items are given away": lambda database: run(
        database, f"UPDATE content_items_all SET creator_id = '{GONE}' WHERE id % 2 = 0"
    ),
    "a user is deleted": lambda database: run(database, DELETE_USER),
    "a user is deleted and comes back": came_back,
    "users are deleted": lambda database: run(database, "DELETE FROM users"),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_happens_between_recount_and_lock(
    never_built: Database, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def execute(session: Session, count: CachedCount, name: str, **parameters: object) -> Any:
        if name == "lock":  # The recount is done, and what it found is not added yet.
            monkeypatch.undo()
            MEANWHILE[what](never_built)
        return usual(session, count, name, **parameters)

    usual = engine.execute
    monkeypatch.setattr(engine, "execute", execute)
    assert refresh_now(never_built.transaction, GEN_SOURCE, "test").rows_wrong == 10
    assert engine.execute is usual, "all this was done in the middle of it"
    assert_exact(never_built)


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_user_who_is_being_deleted_waits_in_the_ledger(never_built: Database, end: str) -> None:
    with never_built.engine.connect() as deleter:
        deleter.exec_driver_sql(DELETE_USER)
        refresh_now(never_built.transaction, GEN_SOURCE, "test")
        with never_built.transaction() as session:
            assert differences(session) == []
            assert scalar(session, STORED) == 6
        getattr(deleter, end)()
    assert_exact(never_built)


def test_a_count_that_is_stored_already_is_corrected_by_the_ledger(never_built: Database) -> None:
    refresh_now(never_built.transaction, GEN_SOURCE, "test")
    run(never_built, "UPDATE gen_source_stats SET count = count + 1 WHERE source_type = 'auto'")
    run(never_built, "DELETE FROM gen_source_stats WHERE source_type = 'regular'")
    done = refresh_now(never_built.transaction, GEN_SOURCE, "test")
    assert (done.rows_wrong, done.rows_written) == (10, 10)
    assert_exact(never_built)


def test_categories_that_are_no_text_are_recorded_as_text(never_built: Database) -> None:
    with never_built.transaction() as session:
        tag = add_tag(session, "x", add_items(session, GONE, 3))
        run(session, "UPDATE content_items SET visibility = 'private'")
        run(session, "DELETE FROM private_regular_tag_deltas")
    done = refresh_now(never_built.transaction, PRIVATE_TAGS["regular"], "test")
    assert done.worst[0] == {"key": None, "category": str(tag), "was": 0, "is": 3}
