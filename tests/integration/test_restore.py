"""Restoring only the data, as docs/operations.md has it: a superuser can, the tables' owner not."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from genonaut.counting.engine import refresh
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database
from genonaut.embedded.cluster import ADMINISTRATOR
from genonaut.embedded.installations import find_binaries
from tests.support.recount import differences
from tests.support.rows import add_items, add_user, run, scalar
from tests.support.servers import (
    MIGRATED,
    QUICK,
    NamedServer,
    copy_server,
    make_folder,
    prepared_home,
)

MADE_BY_THE_SCHEMA = "alembic_version, gen_source_refreshes, tag_cardinality_refreshes"
RESTORE = ["--data-only", "--disable-triggers", "--single-transaction", "--dbname=another"]


@pytest.fixture
def named_server(run_folder: Path) -> Iterator[NamedServer]:
    """A gallery with three items, and another database with the schema alone."""
    home = make_folder()
    try:
        copy_server(prepared_home(run_folder), home, QUICK)
        server = NamedServer(home)
        with server.running():
            with server.connect() as connection:
                connection.execute(f"CREATE DATABASE another TEMPLATE {MIGRATED}".encode())
            yield server
    finally:
        shutil.rmtree(home)


def program(server: NamedServer, *command: str, superuser: bool = False) -> int:
    """Run one of PostgreSQL's, as the tables' owner or as a superuser; returns its exit code."""
    host, user = server.address["host"], server.address["user"]
    if superuser:
        host, user = str(server.data), ADMINISTRATOR
    variables = {"PGHOST": host, "PGPORT": str(server.address["port"]), "PGUSER": user}
    secret = {"PGPASSWORD": server.address["password"]}
    name, *arguments = command
    return subprocess.run(
        [str(find_binaries(None) / name), *arguments],
        env=os.environ | variables | secret,
        capture_output=True,
        check=False,
    ).returncode


def opened(server: NamedServer, name: str) -> Database:
    url = server.url(name)
    return Database(url, create_engine(url, isolation_level="READ COMMITTED"), is_embedded=False)


def test_a_superuser_restores_the_data_and_no_count_is_wrong(
    named_server: NamedServer, tmp_path: Path
) -> None:
    gallery, another = opened(named_server, "genonaut_test"), opened(named_server, "another")
    add_items(gallery, add_user(gallery), 3)
    dump = str(tmp_path / "gallery.dump")
    assert program(named_server, "pg_dump", "-Fc", f"--file={dump}", "genonaut_test") == 0
    run(another, f"TRUNCATE {MADE_BY_THE_SCHEMA}")
    assert program(named_server, "pg_restore", *RESTORE, dump) == 1
    assert scalar(another, "SELECT count(*) FROM users") == 0, "all or nothing"
    assert program(named_server, "pg_restore", *RESTORE, dump, superuser=True) == 0
    assert scalar(another, "SELECT count(*) FROM content_items_all") == 3
    with another.transaction() as session:
        assert differences(session) == []
        for count in COUNTS.values():
            assert refresh(session, count, "test").rows_wrong == 0
    for database in (gallery, another):
        database.engine.dispose()
