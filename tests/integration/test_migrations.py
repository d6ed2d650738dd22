"""Migrations: there and back again, to what the models say, on full databases in use."""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, event

from genonaut.api.services.content_service import ContentService
from genonaut.config import Settings, load_settings
from genonaut.counting.runs import build_if_never_built, refresh_now
from genonaut.db import migrate
from genonaut.db.counts import GEN_SOURCE, build_counts
from genonaut.db.migrate import downgrade, upgrade
from genonaut.db.migrations.locks import ADVISORY_LOCK
from genonaut.db.revisions import (
    MIGRATIONS,
    current_revision,
    head_revision,
    require_current,
)
from genonaut.db.schema import Base
from genonaut.db.session import Database, open_database
from genonaut.errors import DatabaseBusyError, SchemaOutdatedError
from tests.support.catalog import schema_of
from tests.support.recount import differences
from tests.support.rows import run
from tests.support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.both_servers

SCRIPTS = ScriptDirectory(str(MIGRATIONS))
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]

# There and back again


@pytest.mark.sampled(1)
def test_each_revision_undoes_exactly_what_it_did(scratch: Database) -> None:
    nothing = schema_of(scratch)
    for previous, revision in zip(["base", *REVISIONS], REVISIONS, strict=False):
        before = schema_of(scratch)
        upgrade(scratch.engine, revision)
        after = schema_of(scratch)
        assert after != before
        downgrade(scratch.engine, previous)
        assert schema_of(scratch) == before, f"down from {revision}"
        upgrade(scratch.engine, revision)
        assert schema_of(scratch) == after, f"up to {revision} again"
    assert current_revision(scratch.engine) == head_revision() == REVISIONS[-1]
    downgrade(scratch.engine, "base")
    assert (current_revision(scratch.engine), schema_of(scratch)) == (None, nothing)
    upgrade(scratch.engine)
    assert schema_of(scratch) == after


ATTEMPTS = (
    require_current,
    upgrade,
    partial(upgrade, revision="0002_counts"),
    partial(downgrade, revision="base"),
)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004", "0006"])
def test_a_development_database_is_refused_and_can_be_emptied(
    scratch: Database, revision: str
) -> None:
    upgrade(scratch.engine, "0001_content")
    run(scratch, f"UPDATE alembic_version SET version_num = '{revision}'")
    before = schema_of(scratch)
    for attempt in ATTEMPTS:
        with pytest.raises(SchemaOutdatedError, match=f"schema {revision}.* empty it") as refused:
            attempt(scratch.engine)
    assert schema_of(scratch) == before
    [remedy] = re.findall(r"`(DROP .*?)`", str(refused.value))
    run(scratch, remedy)
    upgrade(scratch.engine)
    assert current_revision(scratch.engine) == head_revision()


# The models

# What SQLAlchemy's metadata cannot hold, and Alembic does not compare: triggers, functions, views,
# what partitions are of, and CHECK constraints. The first four are compared with themselves above;
# the last are compared below.
# What is declared of the whole table PostgreSQL repeats for each partition, under names of its own.
REPEATED_FOR_PARTITIONS = """
    SELECT 'remove_index ' || relname FROM pg_class WHERE relkind = 'i' AND relispartition
    UNION ALL
    SELECT 'remove_fk ' || conname FROM pg_constraint WHERE contype = 'f' AND conparentid <> 0"""


def disagreements(database: Database) -> set[str]:
    """How the database differs from the models."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        found = compare_metadata(context, Base.metadata)
        excepted = {name for (name,) in connection.exec_driver_sql(REPEATED_FOR_PARTITIONS)}
    changes = [change for part in found for change in (part if isinstance(part, list) else [part])]
    return {in_words(change) for change in changes} - excepted


def in_words(change: tuple[Any, ...]) -> str:
    if change[0].startswith("modify"):
        return f"{change[0]} {change[2]}.{change[3]}"
    return f"{change[0]} {change[-1].name}"


def test_the_result_is_what_the_models_say(scratch: Database) -> None:
    upgrade(scratch.engine)
    assert disagreements(scratch) == set()


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("statement", "noticed"),
    [
        ("CREATE TABLE stray (id int)", "remove_table stray"),
        ("ALTER TABLE users ADD stray int", "remove_column stray"),
        ("ALTER TABLE users ALTER username TYPE text", "modify_type users.username"),
        ("ALTER TABLE users ALTER created_at DROP DEFAULT", "modify_default users.created_at"),
        (
            "ALTER TABLE gen_source_deltas ALTER delta DROP NOT NULL",
            "modify_nullable gen_source_deltas.delta",
        ),
        ("DROP INDEX idx_content_best", "add_index idx_content_best"),
        ("DROP INDEX idx_gen_source_stats_community", "add_index idx_gen_source_stats_community"),
        ("ALTER TABLE users DROP CONSTRAINT users_username_key", "add_constraint None"),
        (
            "ALTER TABLE gen_source_stats DROP CONSTRAINT gen_source_stats_user_id_fkey",
            "add_fk None",
        ),
    ],
)
def test_that_comparison_can_fail(migrated: Database, statement: str, noticed: str) -> None:
    run(migrated, statement)
    assert noticed in disagreements(migrated)


def test_check_constraints_are_what_the_models_say(scratch: Database) -> None:
    upgrade(scratch.engine)
    modelled = {
        (table.name, constraint.name)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    with scratch.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
        )
        assert {tuple(row) for row in found} == modelled


# A full database, in use

FILL = """
    INSERT INTO users (username) SELECT 'user ' || i FROM generate_series(1, 100) AS i;
    INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)
    SELECT source, 't', 'd', 'p', users.id
    FROM users, unnest(ARRAY['items', 'auto', 'auto']) AS source, generate_series(1, 50)"""
FILLED_WITH = 15_000
WRITE = """
    INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)
    SELECT CASE WHEN random() < 0.5 THEN 'items' ELSE 'auto' END, 't', 'd', 'p', id
    FROM users ORDER BY random() LIMIT 3"""


class Writer:
    """Inserts three items again and again, and knows how many were committed."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.written = 0
        self.stop = threading.Event()

    def __call__(self) -> None:
        while not self.stop.is_set():
            run(self.database, WRITE)
            self.written += 3

    def wait_for_more(self) -> None:
        """Return when something more was written."""
        before = self.written
        wait_until(lambda: self.written > before + 3, "more was written")


@contextmanager
def writing(database: Database) -> Iterator[Writer]:
    writer = Writer(database)
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(writer)
        try:
            yield writer
        finally:
            writer.stop.set()
        done.result()


def counts(database: Database) -> tuple[int, str]:
    with database.transaction() as session:
        told = ContentService(session).get_unified_content_stats()
        assert differences(session) == [] or told["source"] == "live"
        return told["community_regular_count"] + told["community_auto_count"], told["source"]


@pytest.mark.sampled(1)
def test_a_full_database_is_upgraded_and_built_while_others_write(scratch: Database) -> None:
    upgrade(scratch.engine, "0001_content")
    run(scratch, FILL)
    with writing(scratch) as writer:
        writer.wait_for_more()
        upgrade(scratch.engine)
        writer.wait_for_more()
        _, source = counts(scratch)
        assert source == "live", "until the counts are built"
        built = build_counts(scratch, "test")
        assert {one.outcome for one in built.values()} == {"built"}
        writer.wait_for_more()
    assert counts(scratch) == (FILLED_WITH + writer.written, "cache")
    assert refresh_now(scratch.transaction, GEN_SOURCE, "test").rows_wrong == 0


def test_triggers_are_replaced_while_others_write(scratch: Database) -> None:
    """The old functions and the new append what adds up to the same, whichever a writer calls."""
    before, after = "0010_imports", partial(upgrade, revision="0011_cost_of_a_write")
    upgrade(scratch.engine, before)
    run(scratch, FILL)
    build_if_never_built(scratch.transaction, GEN_SOURCE, "test")
    with writing(scratch) as writer:
        for change in (after, partial(downgrade, revision=before), after):
            writer.wait_for_more()
            change(scratch.engine)
            with scratch.transaction() as session:
                assert differences(session) == []
        writer.wait_for_more()
    assert counts(scratch) == (FILLED_WITH + writer.written, "cache")
    assert refresh_now(scratch.transaction, GEN_SOURCE, "test").rows_wrong == 0


@pytest.mark.sampled(1)
def test_going_back_keeps_the_content_and_the_next_build_recounts_it(
    scratch: Database,
) -> None:
    upgrade(scratch.engine)
    run(scratch, FILL)
    build_counts(scratch, "test")
    downgrade(scratch.engine, "0001_content")
    run(scratch, "DELETE FROM content_items_auto")
    upgrade(scratch.engine)
    assert build_counts(scratch, "test")
    assert counts(scratch) == (FILLED_WITH // 3, "cache")


# Others who are in the way


@pytest.fixture
def settings_of_scratch(
    scratch: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setenv("GENONAUT_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", scratch.url.render_as_string(hide_password=False))
    return load_settings("test")


def test_a_migration_gives_up_instead_of_making_others_queue(
    scratch: Database,
    settings_of_scratch: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upgrade(scratch.engine, "0001_content")
    before = schema_of(scratch)
    impatient = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, impatient)
    environment = impatient / "env.py"
    environment.write_text(environment.read_text().replace('"5s"', '"100ms"'))
    monkeypatch.setattr(migrate, "MIGRATIONS", impatient)
    with scratch.engine.begin() as other:
        other.exec_driver_sql("LOCK TABLE content_items IN ROW EXCLUSIVE MODE")
        with (
            pytest.raises(
                DatabaseBusyError, match="Another transaction has held a lock for too long"
            ),
            open_database(settings_of_scratch, migrate=True),
        ):
            pass
    assert schema_of(scratch) == before
    assert current_revision(scratch.engine) == "0001_content"
    upgrade(scratch.engine)
    assert current_revision(scratch.engine) == head_revision()


def test_a_migration_waits_five_seconds_for_a_lock(scratch: Database) -> None:
    """The limit as the server knows it while the migrations change tables."""
    found = list[str]()

    def look(_: object, cursor: Any, statement: str, *__: object) -> None:
        if "CREATE TABLE" in statement:
            [limit] = cursor.connection.execute("SHOW lock_timeout").fetchone()
            found.append(limit)

    event.listen(scratch.engine, "before_cursor_execute", look)
    upgrade(scratch.engine)
    assert len(found) > 1
    assert set(found) == {"5s"}


@pytest.mark.sampled(1)
def test_two_upgrades_at_once_take_turns(
    scratch: Database, settings_of_scratch: Settings, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "genonaut", "db", "upgrade", "--env", "test"]
    with scratch.engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
        upgrades = [subprocess.Popen(command, text=True, stdout=subprocess.PIPE) for _ in range(2)]
        wait_until(lambda: waiting(other) == 2, "both wait for their turn")
        other.rollback()
        for process in upgrades:
            printed, _ = process.communicate(timeout=PATIENCE_SECONDS)
            assert process.returncode == 0
            assert printed.startswith(f"The schema of {scratch.url.database} is at ")
    assert current_revision(scratch.engine) == head_revision()
    with scratch.transaction() as session:
        assert differences(session) == []


def waiting(connection: Connection) -> int:
    found: int = connection.exec_driver_sql(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ).scalar_one()
    return found
