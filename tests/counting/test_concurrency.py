"""Writers do not wait, refreshes do not fail, readers see no wrong count: all at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import Refresh, read, refresh
from genonaut.counting.runs import refresh_now
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.session import Database
from tests.support.effort import effort
from tests.support.recount import differences
from tests.support.rows import add_users
from tests.support.soak import soak

pytestmark = pytest.mark.both_servers(later=True)

INSERT_ONE = """
    INSERT INTO content_items (title, content_data, prompt, creator_id)
    SELECT 't', 'd', 'p', id FROM users WHERE username = %s"""
INSERT_ONE_AUTO = INSERT_ONE.replace("content_items", "content_items_auto")
TAG_ALL = """
    WITH tag AS (INSERT INTO tags (name) VALUES (gen_random_uuid()::text) RETURNING id)
    INSERT INTO content_tags (content_id, source_type, tag_id)
    SELECT item.id, item.source_type, tag.id FROM tag, content_items_all AS item
    JOIN users ON users.id = creator_id WHERE username = %s"""
KEEP_THEM = """
    WITH album AS (
        INSERT INTO bookmark_categories (user_id, name)
        SELECT id, gen_random_uuid()::text FROM users WHERE username = %s RETURNING user_id)
    INSERT INTO bookmarks (user_id, content_id, source_type)
    SELECT user_id, item.id, source_type FROM album, content_items_all AS item"""
PUT_THEM_IN = """
    INSERT INTO bookmark_category_members (bookmark_id, category_id)
    SELECT kept.id, album.id FROM bookmarks AS kept
    JOIN bookmark_categories AS album USING (user_id)
    JOIN users ON users.id = user_id WHERE username = %s"""
RATE_ALL = """
    INSERT INTO ratings (content_id, source_type, user_id, value, creator_id, visibility)
    SELECT item.id, source_type, users.id, 3, creator_id, visibility
    FROM content_items_all AS item, users WHERE username = %s"""
HIDE_ALL = """
    UPDATE content_items_all SET visibility = 'private'
    WHERE creator_id = (SELECT id FROM users WHERE username = %s)"""
CHANGE_ALL = """
    UPDATE content_items_all SET source_type = 'auto', content_type = 'video'
    WHERE creator_id = (SELECT id FROM users WHERE username = %s)"""
DELETE_ONE = """
    DELETE FROM content_items_all WHERE id = (
        SELECT max(item.id) FROM content_items_all AS item
        JOIN users ON users.id = creator_id WHERE username = %s)"""
ADDED = INSERT_ONE, INSERT_ONE_AUTO
ENOUGH = {"comparisons": 40, "views": 40, "writes": 40, "folds": 10, "refreshes": 5}


@pytest.mark.sampled(3)
@effort(short=1, long=8, variable="GENONAUT_SOAK_SECONDS")
def test_no_reader_ever_sees_a_wrong_count(
    database: Database, count: CachedCount, effort: float
) -> None:
    findings = soak(database, effort, counts=[count], at_least=ENOUGH)
    assert findings.wrong == []


@pytest.mark.parametrize("names", [("user 1", "user 1"), ("user 1", "user 2")])
def test_writers_do_not_wait_for_each_other(database: Database, names: tuple[str, str]) -> None:
    add_users(database, 2)
    with database.engine.connect() as first, database.engine.connect() as second:
        first.exec_driver_sql(INSERT_ONE, (names[0],))
        second.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        second.exec_driver_sql(INSERT_ONE, (names[1],))
        second.commit()
        first.commit()
    with database.transaction() as session:
        assert differences(session) == []


def test_a_counter_row_would_have_made_them_wait(database: Database) -> None:
    """The test above can fail: the same two writers on a shared row do wait."""
    with database.transaction() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO gen_source_stats (source_type, count) VALUES ('regular', 1)"
        )
    bump = "UPDATE gen_source_stats SET count = count + 1"
    with database.engine.connect() as first, database.engine.connect() as second:
        first.exec_driver_sql(bump)
        second.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(DBAPIError) as waited:
            second.exec_driver_sql(bump)
        assert isinstance(waited.value.orig, psycopg.errors.LockNotAvailable)


def test_a_writer_does_not_wait_for_a_refresh(database: Database, count: CachedCount) -> None:
    """A refresh that has done all its work holds all its locks until it commits."""
    add_users(database, 2)
    with database.transaction() as session:
        for statement in (*ADDED, TAG_ALL, RATE_ALL, KEEP_THEM, PUT_THEM_IN, HIDE_ALL):
            session.connection().exec_driver_sql(statement, ("user 1",))
    with database.transaction() as refreshing, database.engine.connect() as writing:
        assert refresh(refreshing, count, "test").rows_written > 0
        writing.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        for statement in (INSERT_ONE, TAG_ALL, CHANGE_ALL, DELETE_ONE):
            writing.exec_driver_sql(statement, ("user 1",))
        writing.commit()
    with database.transaction() as session:
        assert differences(session) == []


def test_thirty_two_writers_cause_no_deadlock(database: Database) -> None:
    add_users(database, 4)

    def write(number: int) -> None:
        with database.engine.connect() as connection:
            for turn in range(10):
                connection.exec_driver_sql(INSERT_ONE, (f"user {(number + turn) % 4 + 1}",))
                connection.exec_driver_sql(INSERT_ONE, (f"user {(number - turn) % 4 + 1}",))
                connection.commit()

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(write, range(32)))
    with database.transaction() as session:
        assert read(session, GEN_SOURCE).counts[None, "regular"] == 640
        assert differences(session) == []


def test_eight_refreshes_at_once_while_writers_insert(database: Database) -> None:
    add_users(database, 8)
    stop = threading.Event()

    def write() -> None:
        with database.engine.connect() as connection:
            while not stop.is_set():
                connection.exec_driver_sql(INSERT_ONE, ("user 1",))
                connection.commit()

    def refresh_again(_: int) -> Refresh:
        return refresh_now(database.transaction, GEN_SOURCE, "test")

    with ThreadPoolExecutor(12) as pool:
        writers = [pool.submit(write) for _ in range(4)]
        done = list(pool.map(refresh_again, range(8)))
        stop.set()
        for writer in writers:
            writer.result()
    assert sorted(result.outcome for result in done) == ["built"] + ["exact"] * 7
    with database.transaction() as session:
        assert differences(session) == []
