"""Two transactions in an unlucky order: each of these was wrong once, or could have been."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genonaut.counting import engine
from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import Fold, fold, read, refresh
from genonaut.counting.runs import refresh_now
from genonaut.db.counts import COUNTS, GEN_SOURCE
from genonaut.db.session import Database
from tests.support.exactness import assert_exact
from tests.support.recount import differences
from tests.support.rows import add_items, add_tag, add_user, run
from tests.support.waiting import wait_until

pytestmark = pytest.mark.both_servers(later=True)

USER = "00000000-0000-0000-0000-000000000001"
INSERT = f"""
    INSERT INTO content_items (title, content_data, prompt, creator_id)
    SELECT 't', 'd', 'p', '{USER}' FROM generate_series(1, 3)"""
DELETE_USER = f"DELETE FROM users WHERE id = '{USER}'"


@pytest.fixture
def three_items(database: Database) -> Database:
    """One user with three items, whose count is stored."""
    add_items(database, add_user(database, user_id=USER), 3)
    refresh_now(database.transaction, GEN_SOURCE, "test")
    return database


def folded(database: Database) -> None:
    with database.transaction() as session:
        assert fold(session, GEN_SOURCE) is not None


def at(database: Database, level: str) -> Connection:
    return database.engine.execution_options(isolation_level=level).connect()


@pytest.mark.parametrize(
    "lock", ["SELECT FROM users FOR UPDATE", "UPDATE users SET username = 'x'"]
)
def test_a_repair_of_a_user_whose_row_is_locked(three_items: Database, lock: str) -> None:
    with three_items.engine.connect() as holder:
        holder.exec_driver_sql("UPDATE gen_source_stats SET count = 99 WHERE user_id IS NOT NULL")
        holder.commit()
        holder.exec_driver_sql(lock)
        assert refresh_now(three_items.transaction, GEN_SOURCE, "test").rows_wrong == 1
        with three_items.transaction() as session:
            assert differences(session) == [], "the repair counts at once"
        holder.rollback()
    assert_exact(three_items)


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_repair_while_the_user_is_being_deleted(three_items: Database, end: str) -> None:
    with three_items.engine.connect() as deleter:
        deleter.exec_driver_sql("UPDATE gen_source_stats SET count = 99 WHERE user_id IS NOT NULL")
        deleter.commit()
        deleter.exec_driver_sql(DELETE_USER)
        refresh_now(three_items.transaction, GEN_SOURCE, "test")
        folded(three_items)
        getattr(deleter, end)()
    assert_exact(three_items)


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize("change", ["DELETE FROM content_items", INSERT])
def test_a_deletion_with_an_older_snapshot(three_items: Database, level: str, change: str) -> None:
    with at(three_items, level) as deleter:
        deleter.exec_driver_sql("SELECT count(*) FROM users").all()
        with three_items.transaction() as session:
            session.connection().exec_driver_sql(change)
        folded(three_items)
        try:
            deleter.exec_driver_sql(DELETE_USER)
            deleter.commit()
        except DBAPIError as error:
            if not isinstance(error.orig, psycopg.errors.SerializationFailure):
                raise  # that one would be an honest answer
            deleter.rollback()
    assert_exact(three_items)
    with three_items.transaction() as session:
        session.connection().exec_driver_sql(
            f"INSERT INTO users VALUES ('{USER}', 'again') ON CONFLICT DO NOTHING"
        )
    assert_exact(three_items)


def test_a_deletion_that_a_trigger_prevents(three_items: Database) -> None:
    with three_items.transaction() as session:
        connection = session.connection()
        connection.exec_driver_sql(
            "CREATE FUNCTION pg_temp.never() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NULL; END'"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER zz_never BEFORE DELETE ON users FOR EACH ROW"
            " EXECUTE FUNCTION pg_temp.never()"
        )
        connection.exec_driver_sql(DELETE_USER)
        assert differences(session) == []
        connection.exec_driver_sql("DROP TRIGGER zz_never ON users")
    assert_exact(three_items)


DAMAGE = {
    "nothing to repair": "SELECT",
    "a wrong count": "UPDATE gen_source_stats SET count = 99 WHERE user_id IS NOT NULL",
    "a wrong total": "UPDATE gen_source_stats SET count = 99 WHERE user_id IS NULL",
    "a missing count": "DELETE FROM gen_source_stats WHERE user_id IS NOT NULL",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_written_and_folded_while_a_refresh_recounts_is_kept(
    three_items: Database, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    run(three_items, DAMAGE[damage])

    def execute(session: Session, count: CachedCount, name: str, **parameters: object) -> Any:
        if name == "lock":  # The recount is done, and what it found is not entered yet.
            monkeypatch.undo()
            add_items(three_items, USER, 2)
            folded(three_items)
            add_items(three_items, USER, 3)
            with three_items.transaction() as other:
                assert refresh(other, GEN_SOURCE, "test", wait=False).outcome == "busy"
        return usual(session, count, name, **parameters)

    usual = engine.execute
    monkeypatch.setattr(engine, "execute", execute)
    refresh_now(three_items.transaction, GEN_SOURCE, "test")
    assert engine.execute is usual, "all this was done in the middle of it"
    with three_items.transaction() as session:
        assert read(session, GEN_SOURCE).counts[None, "regular"] == 8
    assert_exact(three_items)


def test_a_fold_leaves_the_ledger_to_one_that_has_begun(three_items: Database) -> None:
    """With the other's uncommitted counts in view it would take +2 - 3 for the end of the count."""
    add_items(three_items, USER, 2)
    with three_items.transaction() as first, ThreadPoolExecutor(1) as pool:
        assert fold(first, GEN_SOURCE) is not None
        run(
            three_items,
            "DELETE FROM content_items WHERE id IN (SELECT id FROM content_items LIMIT 3)",
        )
        second = pool.submit(fold_now, three_items)
        wait_until(lambda: second.done() or somebody_waits(three_items), "it goes away, or waits")
        first.commit()
        assert second.result() is None
    assert_exact(three_items)


def fold_now(database: Database) -> Fold | None:
    with database.transaction() as session:
        return fold(session, GEN_SOURCE)


def test_a_deletion_waits_for_a_fold_and_neither_waits_forever(three_items: Database) -> None:
    with three_items.engine.connect() as deleter, three_items.engine.connect() as folding:
        add_items(folding, USER, 3)
        folding.commit()
        assert fold(Session(folding), GEN_SOURCE) is not None
        deleter.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(DBAPIError):
            deleter.exec_driver_sql(DELETE_USER)
        deleter.rollback()
        folding.commit()
        deleter.exec_driver_sql(DELETE_USER)
        deleter.commit()
    assert_exact(three_items)


@pytest.mark.parametrize(
    "work",
    [
        lambda session: fold(session, GEN_SOURCE),
        lambda session: refresh(session, GEN_SOURCE, "test"),
    ],
    ids=["fold", "refresh"],
)
def test_a_truncate_of_the_users_waits_at_its_first_table(three_items: Database, work) -> None:
    with three_items.engine.connect() as truncating, three_items.engine.connect() as working:
        add_items(working, USER, 3)
        working.commit()
        work(Session(working))
        truncating.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(DBAPIError) as waited:
            truncating.exec_driver_sql("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        assert isinstance(waited.value.orig, psycopg.errors.LockNotAvailable)
        truncating.rollback()
        working.commit()
        truncating.exec_driver_sql("TRUNCATE users CASCADE")
        truncating.commit()
    assert_exact(three_items)


TRUNCATES = [
    "TRUNCATE content_items CASCADE",
    "TRUNCATE content_items_auto CASCADE",
    "TRUNCATE content_items_all CASCADE",
    "TRUNCATE content_tags",
    "TRUNCATE tags CASCADE",
    "TRUNCATE users CASCADE",
]


@pytest.mark.sampled(12)
@pytest.mark.parametrize("count", COUNTS.values(), ids=list(COUNTS))
@pytest.mark.parametrize("truncate", TRUNCATES)
def test_a_refresh_that_waits_for_a_truncate(
    three_items: Database, truncate: str, count: CachedCount
) -> None:
    """A TRUNCATE empties older snapshots too, which do not see what it entered in the ledger."""
    with three_items.transaction() as session:
        add_tag(session, "x", [*add_items(session, USER, 3), *add_items(session, USER, 3, "auto")])
        refresh(session, count, "test")
    with three_items.engine.connect() as truncating, ThreadPoolExecutor(1) as pool:
        truncating.exec_driver_sql(truncate)
        done = pool.submit(refresh_now, three_items.transaction, count, "test")
        wait_until(lambda: done.done() or somebody_waits(three_items), "it waits, or need not")
        truncating.commit()
        assert done.result().rows_wrong == 0
    with three_items.transaction() as session:
        assert differences(session) == []


def somebody_waits(database: Database) -> bool:
    with database.transaction() as session:
        waiting = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted"
        return bool(session.connection().exec_driver_sql(waiting).scalar())
