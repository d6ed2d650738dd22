"""Databases that are not as expected: read-only by default, or published as a whole."""

from typing import LiteralString

import pytest
from sqlalchemy import URL
from sqlalchemy.exc import OperationalError

from genonaut.config import Settings
from genonaut.counting.engine import refresh
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.failures import explain
from genonaut.db.session import Database, open_database
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.postgres import administrator
from genonaut.errors import DatabaseError
from tests.support.rows import add_items, add_user, run

KEYLESS = """
    SELECT relname FROM pg_class c
    WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relreplident = 'd'
      AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)"""


def test_a_read_only_database_stays_read_only_after_a_snapshot(
    settings: Settings, database: Database
) -> None:
    name = database.url.database
    run(database, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        with open_database(settings, migrate=False, pool_size=1) as read_only:
            with read_only.snapshot() as session:
                session.connection().exec_driver_sql("SELECT FROM users")
            with (
                pytest.raises(DatabaseError, match="read-only transaction"),
                read_only.transaction() as session,
            ):
                session.connection().exec_driver_sql("DELETE FROM users")
            with read_only.snapshot() as session:
                session.connection().exec_driver_sql("SELECT FROM users")
    finally:
        with database.transaction() as session:
            session.connection().exec_driver_sql("SET TRANSACTION READ WRITE")
            session.connection().exec_driver_sql(
                f"ALTER DATABASE {name} RESET default_transaction_read_only"
            )


def test_a_publication_for_all_tables_forbids_no_fold(
    settings: Settings, database: Database
) -> None:
    as_superuser(settings, "CREATE PUBLICATION everything FOR ALL TABLES")
    try:
        add_items(database, add_user(database), 3)
        with database.transaction() as session:
            assert session.connection().exec_driver_sql(KEYLESS).all() == []
            assert refresh(session, GEN_SOURCE, "test").totals["regular"] == 3
    finally:
        as_superuser(settings, "DROP PUBLICATION everything")


def as_superuser(settings: Settings, statement: LiteralString) -> None:
    folder = ServerFolder(settings.home, "postgres")
    with administrator(folder, settings.db.name) as connection:
        connection.execute(statement)


def test_a_pooler_that_passes_nothing_on_is_named() -> None:
    cause = Exception('connection failed: FATAL: unsupported startup parameter: "options"')
    failure = OperationalError("connect", None, cause, connection_invalidated=True)
    url = URL.create("postgresql+psycopg", host="127.0.0.1", port=6432)
    assert str(explain(failure, url)).startswith("The pooler at 127.0.0.1:6432 does not pass on")
