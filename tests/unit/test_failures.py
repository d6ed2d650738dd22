"""Failures of the database, as sentences that name what failed: the same from either layer."""

import psycopg
import pytest
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from genonaut.config_servers import parse_url
from genonaut.db.failures import explain, where
from genonaut.errors import (
    DatabaseBusyError,
    DatabaseError,
    DatabaseTimeoutError,
    DatabaseUnreachableError,
)

HERE = URL.create("postgresql+psycopg", "ada", "hunter2", "db.example", 5433, "gallery")
FAILURES: dict[str, tuple[psycopg.Error, type[DatabaseError], str]] = {
    "a time limit": (
        psycopg.errors.QueryCanceled("canceling statement"),
        DatabaseTimeoutError,
        "time limit",
    ),
    "a deadlock": (psycopg.errors.DeadlockDetected("deadlock"), DatabaseBusyError, "Try again"),
    "what is gone": (psycopg.errors.ForeignKeyViolation("key"), DatabaseBusyError, "Try again"),
    "a wrong password": (
        psycopg.OperationalError('FATAL:  password authentication failed for user "ada"'),
        DatabaseError,
        "The database server at db.example:5433 refused the user 'ada'",
    ),
    "a missing database": (
        psycopg.OperationalError('FATAL:  database "gallery" does not exist'),
        DatabaseError,
        "There is no database 'gallery' at db.example:5433",
    ),
    "no server": (
        psycopg.OperationalError("connection refused"),
        DatabaseUnreachableError,
        "The database server at db.example:5433 cannot be reached",
    ),
    "a lost node": (
        psycopg.errors.ConnectionFailure(
            "connection to the remote node ada@db2:5432 failed with the following error: refused"
        ),
        DatabaseUnreachableError,
        "A node of the distributed gallery, ada@db2:5432, cannot be reached: start it",
    ),
    "something else": (
        psycopg.errors.DiskFull("no space left"),
        DatabaseError,
        "The database failed: no space left",
    ),
}


@pytest.mark.parametrize("what", FAILURES)
def test_a_failure_is_explained_with_what_it_is_about(what: str) -> None:
    error, noun, words = FAILURES[what]
    wrapped = DBAPIError("SELECT 1", None, error)
    for explained in (explain(error, HERE), explain(wrapped, HERE)):
        assert type(explained) is noun
        assert words in str(explained)
        assert "hunter2" not in str(explained)


def test_a_connection_that_broke_is_a_server_that_cannot_be_reached() -> None:
    broken = DBAPIError("SELECT 1", None, psycopg.Error("bad"), connection_invalidated=True)
    assert isinstance(explain(broken, HERE), DatabaseUnreachableError)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me@db1/g", "db1:5432"),
        ("postgresql://me@db1:5433/g", "db1:5433"),
        ("postgresql://me@/g?host=/run/postgresql", "/run/postgresql:5432"),
        ("postgresql://me@/g?host=a,b&port=1,2&target_session_attrs=primary", "a:1, b:2"),
        ("postgresql://me@/g?host=a,b&port=1&target_session_attrs=primary", "a:1, b:1"),
        ("postgresql://me@/g", "the local socket:5432"),
    ],
)
def test_a_message_names_each_server_of_an_address(url: str, expected: str) -> None:
    assert where(parse_url(url)) == expected
