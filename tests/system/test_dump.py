"""Dumps and restores of the embedded server, as processes that are killed."""

import re
import signal
from pathlib import Path

import pytest

from genonaut.embedded.lease import Lease
from tests.support.processes import genonaut, nothing_left, opened, running, succeed
from tests.support.recount import differences
from tests.support.rows import add_items, add_tag, add_user, run
from tests.support.waiting import wait_until

MANY = 20_000
HELD = "SELECT (SELECT count(*) FROM content_items_all), (SELECT count(*) FROM users)"
FAKE = """#!/bin/sh
if [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) 18.6"; exit; fi
{{ echo "$@"; env; }} > "{told}"
echo 'pg_dump: error: connection failed: {reason}' >&2
exit 1
"""


@pytest.fixture
def gallery(ready_home: Path) -> Path:
    """The home of a gallery that takes a moment to restore."""
    with Lease(ready_home, "postgres"), opened(ready_home) as database:
        items = add_items(database, add_user(database), MANY)
        add_tag(database, "of ada", items)
    return ready_home


def held(home: Path) -> tuple[int, int]:
    """What is there, whose counts are exact, and which nothing stands beside."""
    with Lease(home, "postgres"), opened(home) as database:
        with database.transaction() as session:
            assert differences(session) == []
        assert run(database, "SELECT FROM pg_namespace WHERE nspname LIKE 'replaced%'") == []
        [(items, users)] = run(database, HELD)
    return items, users


def test_a_gallery_comes_back_into_a_new_home(gallery: Path) -> None:
    file = gallery / "gallery.dump"
    printed = succeed(gallery, "db", "dump", str(file))
    assert re.match(rf"Dumped {MANY:,} items of 1 user to {re.escape(str(file))} \(", printed)
    assert f"now copy {gallery}/library, and" in printed
    succeed(gallery, "db", "downgrade", "base", "--yes")
    printed = succeed(gallery, "db", "restore", str(file))
    assert printed.endswith("to genonaut_test, and all counts equal a recount.\n")
    assert held(gallery) == (MANY, 1)
    assert succeed(gallery, "stats", "check").endswith("All is well.\n")


@pytest.mark.long
@pytest.mark.parametrize(
    "phase",
    [
        pytest.param("Restoring", marks=pytest.mark.long),
        "Building",
        pytest.param("Comparing", marks=pytest.mark.long),
    ],
)
def test_a_restore_that_is_killed_changes_nothing(gallery: Path, phase: str) -> None:
    file = gallery / "gallery.dump"
    succeed(gallery, "db", "dump", str(file))
    with Lease(gallery, "postgres"), opened(gallery) as database:
        add_items(database, add_user(database, "grace"), 5)
    with running(gallery, "db", "restore", str(file), "--replace", "--yes") as command:
        command.wait_for(phase)
        command.end(signal.SIGKILL)
    assert held(gallery) == (MANY + 5, 2)
    succeed(gallery, "db", "restore", str(file), "--replace", "--yes")
    assert held(gallery) == (MANY, 1)


@pytest.mark.long
@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.long)]
)
def test_a_dump_that_is_ended_leaves_no_file_by_its_name(
    gallery: Path, number: signal.Signals
) -> None:
    file = gallery / "gallery.dump"
    unfinished = gallery / ".gallery.dump.unfinished"
    with (
        Lease(gallery, "postgres"),
        opened(gallery) as database,
        database.transaction() as session,
    ):
        run(session, "LOCK TABLE tags")  # so the dump waits
        with running(gallery, "db", "dump", str(file)) as command:
            wait_until(unfinished.exists, "the dump has begun")
            second = genonaut(gallery, "db", "dump", str(file))
            assert (second.returncode, "is running: wait for it" in second.stderr) == (2, True)
            command.end(number)
    nothing_left(gallery)
    assert (file.exists(), unfinished.exists()) == (False, number is signal.SIGKILL)
    succeed(gallery, "db", "dump", str(file))
    assert (file.exists(), unfinished.exists()) == (True, False)


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("sslmode value invalid when SSL support is not compiled in", "which can speak TLS"),
        ("server closed the connection", "see the server's log"),
    ],
)
def test_no_password_is_among_the_arguments(
    reason: str, remedy: str, real_server: dict[str, object], tmp_path: Path
) -> None:
    told = tmp_path / "told"
    program = tmp_path / "pg_dump"
    program.write_text(FAKE.format(told=told, reason=reason))
    program.chmod(0o755)
    password = str(real_server["password"])
    url = "postgresql://{user}:{password}@{host}:{port}/genonaut_test".format(**real_server)
    done = genonaut(
        tmp_path,
        "db",
        "dump",
        str(tmp_path / "x.dump"),
        DATABASE_URL=url,
        DB_NAME="genonaut_test",
        GENONAUT_POSTGRES_BIN=str(tmp_path),
    )
    assert (done.returncode, remedy in done.stderr) == (5, True), done.stderr
    arguments, *variables = told.read_text().splitlines()
    assert password not in arguments
    assert f"PGPASSWORD={password}" in variables
    assert not (tmp_path / "x.dump").exists()
