"""The refresh repairs exactly what is wrong, and says what that was."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.counting.engine import (
    WrongIsolationError,
    execute,
    fold,
    read,
    record_failure,
    refresh,
)
from genonaut.counting.runs import build_if_never_built, refresh_now
from genonaut.db.counts import COUNTS, GEN_SOURCE
from genonaut.db.schema import GenSourceRefresh
from genonaut.db.session import Database
from genonaut.errors import DatabaseError
from tests.support.recount import differences
from tests.support.rows import Where, add_items, add_user, add_users, run, scalar

pytestmark = pytest.mark.both_servers


def add_to_all(where: Where) -> None:
    """Three items of each source to each user."""
    for (user,) in run(where, "SELECT id FROM users"):
        for source in ("items", "auto"):
            add_items(where, user, 3, source)


@pytest.fixture
def built(database: Database) -> Database:
    """Five users with six items each, and counts that were built."""
    add_users(database, 5)
    add_to_all(database)
    assert build_if_never_built(database.transaction, GEN_SOURCE, "test") is not None
    return database


def row_versions(database: Database) -> dict[tuple[object, str], int]:
    """Which transaction wrote each stored row."""
    with database.transaction() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT user_id, source_type, xmin::text::bigint FROM gen_source_stats"
        )
        return {(row[0], row[1]): row[2] for row in rows}


def test_it_is_built_once(built: Database) -> None:
    assert build_if_never_built(built.transaction, GEN_SOURCE, "test") is None


def test_refreshing_an_unchanged_database_writes_nothing(built: Database) -> None:
    before = row_versions(built)
    done = refresh_now(built.transaction, GEN_SOURCE, "test")
    assert (done.outcome, done.rows_checked, done.rows_wrong) == ("exact", 12, 0)
    assert done.rows_written == 0
    assert row_versions(built) == before


CORRUPTIONS = {
    "a wrong count": (
        "UPDATE gen_source_stats SET count = 99 WHERE source_type = 'auto' AND user_id ="
        " (SELECT id FROM users WHERE username = 'user 2')",
        {"was": 99, "is": 3},
    ),
    "a missing row": (
        "DELETE FROM gen_source_stats WHERE source_type = 'regular' AND user_id ="
        " (SELECT id FROM users WHERE username = 'user 3')",
        {"was": 0, "is": 3},
    ),
    "an extra row": (
        "INSERT INTO gen_source_stats (user_id, source_type, count)"
        " SELECT id, 'auto', 7 FROM users WHERE username = 'nobody'",
        {"was": 7, "is": 0},
    ),
    "a wrong total": (
        "UPDATE gen_source_stats SET count = count - 4 WHERE user_id IS NULL"
        " AND source_type = 'regular'",
        {"was": 11, "is": 15},
    ),
    "a missing total": (
        "DELETE FROM gen_source_stats WHERE user_id IS NULL AND source_type = 'auto'",
        {"was": 0, "is": 15},
    ),
    "a stray ledger row": (
        "INSERT INTO gen_source_deltas VALUES (NULL, 'auto', 5)",
        {"was": 20, "is": 15},
    ),
}


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_only_what_is_wrong_is_written(built: Database, corruption: str) -> None:
    statement, expected = CORRUPTIONS[corruption]
    with built.transaction() as session:
        add_user(session, "nobody")
        assert len(run(session, f"{statement} RETURNING 1")) == 1
        assert len(differences(session)) > 0
    before = row_versions(built)
    done = refresh_now(built.transaction, GEN_SOURCE, "test")
    after = row_versions(built)
    touched = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert len(touched) <= 1
    assert (done.outcome, done.rows_wrong) == ("repaired", 1)
    assert {key: done.worst[0][key] for key in ("was", "is")} == expected
    assert done.largest_error == abs(expected["was"] - expected["is"])
    with built.transaction() as session:
        assert differences(session) == []


@pytest.mark.parametrize(
    "blind",
    [
        "SET LOCAL session_replication_role = replica",
        "ALTER TABLE content_items_all DISABLE TRIGGER gen_source_insert",
    ],
)
def test_what_was_written_behind_the_triggers_is_repaired(built: Database, blind: str) -> None:
    with built.transaction() as session:
        run(session, blind)
        add_to_all(session)
        run(session, "ALTER TABLE content_items_all ENABLE TRIGGER gen_source_insert")
    done = refresh_now(built.transaction, GEN_SOURCE, "test")
    assert (done.outcome, done.rows_wrong, done.largest_error) == ("repaired", 12, 15)
    assert done.worst[0] == {"key": None, "category": "auto", "was": 15, "is": 30}
    for count in COUNTS.values():  # others were written past as well
        refresh_now(built.transaction, count, "test")
    with built.transaction() as session:
        assert differences(session) == []


def test_each_run_is_recorded(built: Database) -> None:
    with built.transaction() as session:
        run(session, "UPDATE gen_source_stats SET count = 0 WHERE user_id IS NULL")
    refresh_now(built.transaction, GEN_SOURCE, "somebody")
    with built.transaction() as session:
        first, second = session.scalars(select(GenSourceRefresh).order_by(GenSourceRefresh.id))
        assert (first.outcome, first.rows_checked, first.rows_wrong) == ("built", 12, 0)
        assert (second.outcome, second.requested_by) == ("repaired", "somebody")
        assert (second.rows_wrong, second.largest_error) == (2, 15)
        assert second.totals == {"regular": 15, "auto": 15}
        assert second.worst[0]["is"] == 15
        assert second.duration_seconds > 0


def test_a_failed_refresh_is_recorded_and_raised(built: Database) -> None:
    with built.transaction() as session:
        run(session, "ALTER TABLE gen_source_stats RENAME TO hidden")
    try:
        with pytest.raises(DatabaseError):
            refresh_now(built.transaction, GEN_SOURCE, "test")
    finally:
        with built.transaction() as session:
            run(session, "ALTER TABLE hidden RENAME TO gen_source_stats")
    with built.transaction() as session:
        last = session.scalars(
            select(GenSourceRefresh).order_by(GenSourceRefresh.id.desc()).limit(1)
        ).one()
        assert last.outcome == "failed"
        assert last.error is not None
        assert read(session, GEN_SOURCE).verified_at


def test_a_failed_refresh_builds_nothing(database: Database) -> None:
    with database.transaction() as session:
        record_failure(session, GEN_SOURCE, "test", "out of memory")
        assert read(session, GEN_SOURCE).verified_at is None
    done = build_if_never_built(database.transaction, GEN_SOURCE, "test")
    assert done is not None
    assert done.outcome == "built"


def test_old_records_are_pruned_but_never_the_last_good_one(built: Database) -> None:
    with built.transaction() as session:
        run(
            session,
            "INSERT INTO gen_source_refreshes (started_at, duration_seconds, requested_by, outcome)"
            " SELECT now(), 0, 'test', 'failed' FROM generate_series(1, 20)",
        )
        execute(session, GEN_SOURCE, "prune", keep=5)
        outcomes = session.scalars(
            select(GenSourceRefresh.outcome).order_by(GenSourceRefresh.id)
        ).all()
    assert outcomes == ["built"] + ["failed"] * 5


def test_the_repository_returns_the_number_of_rows(built: Database) -> None:
    with built.transaction() as session:
        assert ContentRepository(session).refresh_gen_source_stats() == 12
        run(session, "DELETE FROM content_items_auto")
        assert ContentRepository(session).refresh_gen_source_stats() == 6
        assert scalar(session, "SELECT count(*) FROM gen_source_stats") == 6


def test_groups_that_became_empty_lose_their_rows(built: Database) -> None:
    with built.transaction() as session:
        run(session, "DELETE FROM content_items_all")
        fold(session, GEN_SOURCE)
        assert scalar(session, "SELECT count(*) FROM gen_source_stats") == 0


def test_a_snapshot_older_than_the_lock_is_refused(built: Database) -> None:
    engine = built.engine.execution_options(isolation_level="REPEATABLE READ")
    with Session(engine) as session:
        with pytest.raises(WrongIsolationError, match="READ COMMITTED"):
            refresh(session, GEN_SOURCE, "test")
        with pytest.raises(WrongIsolationError, match="READ COMMITTED"):
            fold(session, GEN_SOURCE)
