"""Two transactions that change who may see an item and what it carries, in an unlucky order."""

from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from genonaut.counting.engine import fold
from genonaut.counting.runs import refresh_now
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database
from tests.support.recount import differences
from tests.support.rows import add_items, add_tag, add_user, run, scalar
from tests.support.waiting import wait_until

pytestmark = pytest.mark.both_servers(later=True)

LEVELS = pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ"])
ENDS = pytest.mark.parametrize("end", ["commit", "rollback"])
ADA, BO = (f"00000000-0000-0000-0000-00000000000{number}" for number in (1, 2))
TAG = "00000000-0000-0000-0000-000000000009"
ADD_TAG = f"""
    INSERT INTO content_tags (content_id, source_type, tag_id)
    SELECT id, source_type, '{TAG}' FROM content_items_all ON CONFLICT DO NOTHING"""
CHANGES = {
    "hidden": "UPDATE content_items_all SET visibility = 'private'",
    "hidden in its part": "UPDATE content_items SET visibility = 'private'",
    "given away": f"UPDATE content_items_all SET creator_id = '{BO}'",
    "moved": "UPDATE content_items_all SET source_type = 'auto'",
    "all of it": "UPDATE content_items_all SET visibility = 'private', source_type = 'auto',"
    f" creator_id = '{BO}'",
    "deleted": "DELETE FROM content_items_all",
}
CHANGED = pytest.mark.parametrize("change", CHANGES)
# What PostgreSQL says to a writer that would otherwise be wrong: begin again.
HONEST = (
    psycopg.errors.SerializationFailure,
    psycopg.errors.ForeignKeyViolation,
    psycopg.errors.DeadlockDetected,
)


@pytest.fixture
def two_items(database: Database) -> Database:
    """Two of ada's items, a tag that neither carries, and counts that are built."""
    add_items(database, add_user(database, "ada", ADA), 2)
    add_user(database, "bo", BO)
    add_tag(database, "fox", tag_id=TAG)
    for count in COUNTS.values():
        refresh_now(database.transaction, count, "test")
    return database


def at(database: Database, level: str) -> Connection:
    return database.engine.execution_options(isolation_level=level).connect()


def attempt(connection: Connection, statement: str) -> None:
    """The statement and the end of its transaction; or its honest refusal."""
    try:
        connection.exec_driver_sql(statement)
        connection.commit()
    except DBAPIError as error:
        if not isinstance(error.orig, HONEST):
            raise
        connection.rollback()


def assert_exact(database: Database) -> None:
    """Now, after folds and after refreshes; and each tag has what its item has."""
    copied = """
        SELECT count(*) FROM content_tags LEFT JOIN content_items_all AS item
            ON item.id = content_id AND item.source_type = content_tags.source_type
        WHERE (item.creator_id, item.visibility)
            IS DISTINCT FROM (content_tags.creator_id, content_tags.visibility)"""
    assert scalar(database, copied) == 0
    with database.transaction() as session:
        assert differences(session) == []
        for count in COUNTS.values():
            assert fold(session, count) is not None
        assert differences(session) == []
    for count in COUNTS.values():
        assert refresh_now(database.transaction, count, "test").rows_wrong == 0


def waits(database: Database, done: Future[None]) -> None:
    waiting = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted"
    wait_until(lambda: done.done() or scalar(database, waiting), "it waits, or need not")


@pytest.mark.sampled(6)
@LEVELS
@ENDS
@CHANGED
def test_a_tag_is_added_while_its_item_changes(
    two_items: Database, level: str, end: str, change: str
) -> None:
    with at(two_items, level) as changing, at(two_items, level) as tagging:
        tagging.exec_driver_sql("SELECT count(*) FROM content_items_all").all()
        changing.exec_driver_sql(CHANGES[change])
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(attempt, tagging, ADD_TAG)
            waits(two_items, done)
            assert not done.done(), "it waits for the end of the other one"
            getattr(changing, end)()
            done.result()
    assert_exact(two_items)


@pytest.mark.sampled(6)
@LEVELS
@ENDS
@CHANGED
def test_an_item_changes_while_a_tag_is_added(
    two_items: Database, level: str, end: str, change: str
) -> None:
    with at(two_items, level) as tagging, at(two_items, level) as changing:
        changing.exec_driver_sql("SELECT count(*) FROM content_items_all").all()
        tagging.exec_driver_sql(ADD_TAG)
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(attempt, changing, CHANGES[change])
            waits(two_items, done)
            getattr(tagging, end)()
            done.result()
    assert_exact(two_items)


@LEVELS
@CHANGED
def test_an_older_snapshot_adds_a_tag_to_an_item_that_has_changed(
    two_items: Database, level: str, change: str
) -> None:
    with at(two_items, level) as tagging:
        tagging.exec_driver_sql("SELECT count(*) FROM content_items_all").all()
        run(two_items, CHANGES[change])
        attempt(tagging, ADD_TAG)
    assert_exact(two_items)


@LEVELS
@CHANGED
def test_an_older_snapshot_changes_an_item_that_got_a_tag(
    two_items: Database, level: str, change: str
) -> None:
    with at(two_items, level) as changing:
        changing.exec_driver_sql("SELECT count(*) FROM content_items_all").all()
        run(two_items, ADD_TAG)
        attempt(changing, CHANGES[change])
    assert_exact(two_items)


@pytest.mark.sampled(9)
@CHANGED
@pytest.mark.parametrize("work", ["fold", "refresh"])
@pytest.mark.parametrize("name", [name for name, count in COUNTS.items() if count.only])
def test_a_fold_or_refresh_while_an_item_changes(
    two_items: Database, change: str, work: str, name: str
) -> None:
    run(two_items, ADD_TAG)
    with at(two_items, "READ COMMITTED") as changing:
        changing.exec_driver_sql(CHANGES[change])
        if work == "refresh":
            assert refresh_now(two_items.transaction, COUNTS[name], "test").rows_wrong == 0
        else:
            with two_items.transaction() as session:
                assert fold(session, COUNTS[name]) is not None
        changing.commit()
    assert_exact(two_items)


def test_a_writer_may_name_what_the_item_has_and_nothing_else(two_items: Database) -> None:
    named = """
        INSERT INTO content_tags SELECT id, source_type, %s, creator_id, %s FROM content_items"""
    run(two_items, named, TAG, "public")
    run(two_items, "DELETE FROM content_tags")
    with two_items.engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.exec_driver_sql(named, (TAG, "private"))
    assert isinstance(refused.value.orig, psycopg.errors.ForeignKeyViolation)


def test_an_item_that_is_not_there_gets_no_tag(two_items: Database) -> None:
    insert = "INSERT INTO content_tags (content_id, source_type, tag_id) VALUES (%s, 'items', %s)"
    with two_items.engine.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.exec_driver_sql(insert, (10**9, TAG))
    assert isinstance(refused.value.orig, psycopg.errors.ForeignKeyViolation)
