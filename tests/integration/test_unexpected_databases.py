"""Databases that are not as expected: read-only by default, or published as a whole."""

from collections.abc import Iterator
from typing import LiteralString

import pytest

from genonaut.config import Settings
from genonaut.counting.engine import refresh
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.session import Database, open_database
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.postgres import administrator
from genonaut.errors import DatabaseError
from tests.support.api import running_api
from tests.support.rows import add_items, add_user, run

STATS = "/api/v1/content/stats/unified"
KEYLESS = """
    SELECT relname FROM pg_class c
    WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relreplident = 'd'
      AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)"""


@pytest.fixture
def read_only(settings: Settings, database: Database) -> Iterator[Database]:
    """The database, opened while `default_transaction_read_only` is on."""
    name = database.url.database
    run(database, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        with open_database(settings, migrate=False, pool_size=1) as opened:
            yield opened
    finally:
        with database.transaction() as session:
            session.connection().exec_driver_sql("SET TRANSACTION READ WRITE")
            session.connection().exec_driver_sql(
                f"ALTER DATABASE {name} RESET default_transaction_read_only"
            )


def test_a_read_only_database_stays_read_only_after_a_snapshot(read_only: Database) -> None:
    with read_only.snapshot() as session:
        session.connection().exec_driver_sql("SELECT FROM users")
    with (
        pytest.raises(DatabaseError, match="The database is read-only"),
        read_only.transaction() as session,
    ):
        session.connection().exec_driver_sql("DELETE FROM users")
    with read_only.snapshot() as session:
        session.connection().exec_driver_sql("SELECT FROM users")


def test_the_api_of_a_read_only_database_reads_and_never_writes(
    settings: Settings, read_only: Database
) -> None:
    with running_api(settings, read_only) as client:
        for _ in range(3):
            made = client.post("/api/v1/users", json={"username": "ada"})
            assert (made.status_code, made.json()["error"]) == (503, "database")
            for page in ("/gallery?search=fox", "/gallery", STATS):
                assert client.get(page).status_code == 200


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
