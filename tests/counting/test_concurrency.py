"""Writers do not wait, refreshes do not fail, readers see no wrong count: all at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import Refresh, read
from genonaut.counting.runs import refresh_now
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.session import Database
from tests.support.effort import effort
from tests.support.recount import differences
from tests.support.rows import add_users
from tests.support.soak import soak

pytestmark = pytest.mark.both_servers

INSERT_ONE = """
    INSERT INTO content_items (title, content_data, prompt, creator_id)
    SELECT 't', 'd', 'p', id FROM users WHERE username = %s"""
ENOUGH = {"comparisons": 40, "writes": 40, "folds": 10, "refreshes": 5}


@effort(short=1, long=20, variable="GENONAUT_SOAK_SECONDS")
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
        second.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
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


def test_a_writer_does_not_wait_for_a_refresh(database: Database) -> None:
    add_users(database, 1)
    with database.engine.connect() as refreshing, database.engine.connect() as writing:
        execute_on = refreshing.exec_driver_sql
        execute_on("INSERT INTO gen_source_deltas VALUES (NULL, 'regular', 1)")
        execute_on("LOCK TABLE gen_source_stats IN ROW EXCLUSIVE MODE")
        execute_on(
            "SELECT pg_advisory_xact_lock("
            "'pg_class'::regclass::oid::int, 'gen_source_stats'::regclass::oid::int)"
        )
        writing.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        writing.exec_driver_sql(INSERT_ONE, ("user 1",))
        writing.commit()
        refreshing.rollback()


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

    def refresh(_: int) -> Refresh:
        return refresh_now(database.transaction, GEN_SOURCE, "test")

    with ThreadPoolExecutor(12) as pool:
        writers = [pool.submit(write) for _ in range(4)]
        done = list(pool.map(refresh, range(8)))
        stop.set()
        for writer in writers:
            writer.result()
    assert sorted(result.outcome for result in done) == ["built"] + ["exact"] * 7
    with database.transaction() as session:
        assert differences(session) == []
