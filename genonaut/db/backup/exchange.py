"""A new schema in the place of the one that is there, within a transaction.

The old one is renamed, which no other transaction sees before the commit, and dropped at the end.
Its tables are locked against writers from the beginning, for what they wrote meanwhile would be
lost; and against readers only for the moment of the end.
"""

import secrets

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from genonaut.db.named_sql import named_sql
from genonaut.errors import DatabaseBusyError, UsageError

ATTEMPTS = 30
LOCK_TIMEOUT = "2s"
_SQL = named_sql(__package__, "restore.sql")


def put_aside(connection: Connection) -> str | None:
    """Make the schema public new and empty. Returns the name of the old one, if there was one.

    Raises:
        UsageError: it has an extension that we may not move.
        DatabaseBusyError: another transaction uses its tables for too long.
    """
    _lock(connection, list(connection.execute(_SQL["lockable"]).scalars()), "EXCLUSIVE")
    extensions = list(connection.execute(_SQL["extensions"]).scalars())
    owner = connection.execute(_SQL["owner"]).scalar_one_or_none()
    old = f"replaced_{secrets.token_hex(8)}"
    if owner:
        connection.exec_driver_sql(f"ALTER SCHEMA public RENAME TO {old}")
    connection.exec_driver_sql("CREATE SCHEMA public")
    connection.exec_driver_sql("GRANT USAGE ON SCHEMA public TO PUBLIC")
    for name in extensions:
        _keep_extension(connection, name)
    if owner:
        connection.exec_driver_sql(f"ALTER SCHEMA public OWNER TO {owner}")
    return old if owner else None


def drop(connection: Connection, old: str) -> None:
    """Drop the old schema, with all that is in it.

    Raises:
        DatabaseBusyError: another transaction uses its tables for too long.
    """
    tables = connection.execute(_SQL["replaced"], {"schema": old}).scalars()
    _lock(connection, list(tables), "ACCESS EXCLUSIVE")
    connection.exec_driver_sql(f"DROP SCHEMA {old} CASCADE")


def _keep_extension(connection: Connection, name: str) -> None:
    """Move one that an operator put among our tables, and that would go away with them."""
    try:
        connection.exec_driver_sql(f"ALTER EXTENSION {name} SET SCHEMA public")
    except DBAPIError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
        raise UsageError(
            f"The extension {name} is in the schema public, and only a superuser may keep it: have "
            f"one run `CREATE SCHEMA extensions; ALTER EXTENSION {name} SET SCHEMA extensions`, or "
            "restore into a new database."
        ) from error


def _lock(connection: Connection, tables: list[str], mode: str) -> None:
    """Lock all tables, at a moment when other transactions use them for no longer than a moment.

    Others lock them in another order. So this gives way, and tries again.
    """
    if not tables:
        return
    statement = f"LOCK TABLE {', '.join(tables)} IN {mode} MODE".replace("%", "%%")
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    for _ in range(ATTEMPTS):
        if _locked(connection, statement):
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            return
    raise DatabaseBusyError(
        "Another transaction has used the gallery's tables for too long: stop what writes to them, "
        "and try again. Nothing was changed."
    )


def _locked(connection: Connection, statement: str) -> bool:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement)
    except DBAPIError as error:
        passing = psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected
        if not isinstance(error.orig, passing):
            raise
        return False
    return True
