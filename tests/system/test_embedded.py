"""The embedded PostgreSQL: it runs while any process uses it, and is gone when none does."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.pq import Conninfo

from genonaut.config import load_settings
from genonaut.db.read_connection import ReadConnection
from genonaut.db.servers import server_url
from genonaut.db.session import Database, open_database
from genonaut.embedded import binaries
from genonaut.embedded.account import Account
from genonaut.embedded.binaries import runnable_by
from genonaut.embedded.lease import Lease
from genonaut.errors import ServerStartError
from tests.support.processes import (
    Holder,
    command_line,
    connect,
    environment,
    genonaut,
    is_gone,
    keeper,
    kill,
    nothing_left,
    ports_of,
    postmaster,
    processes_of,
    succeed,
)
from tests.support.servers import make_folder
from tests.support.waiting import wait_until
from tests.system.conftest import needs_root

CONNECTING = "postgres: postgres postgres [local]"
NOBODY: dict[str, Any] = {"user": "nobody", "extra_groups": [], "cwd": "/"}


@contextmanager
def held(home: Path, **options: Any) -> Iterator[dict[str, Any]]:
    """The address of a server that a process of its own holds."""
    with Holder(home, **options) as holder:
        yield holder.address()
        holder.let_go()


def remember_something(home: Path) -> None:
    if what_is_remembered(home) is None:
        with connect(home) as connection:
            connection.execute("CREATE DATABASE committed")


def what_is_remembered(home: Path) -> Any:
    with connect(home) as connection:
        return connection.execute(
            "SELECT datname FROM pg_database WHERE datname = 'committed'"
        ).fetchone()


# Who holds it, and for how long


def test_two_holders_share_a_server_and_the_last_one_out_stops_it(ready_home: Path) -> None:
    with Holder(ready_home) as first, Holder(ready_home) as second:
        assert first.address() == second.address()
        first.let_go()
        connect(ready_home).close()
        second.let_go()
        assert not (ready_home / "postgres" / "data" / "postmaster.pid").exists(), "stopped cleanly"
    nothing_left(ready_home)


def test_a_holder_that_is_killed_leaves_nothing(ready_home: Path) -> None:
    with Holder(ready_home) as holder:
        holder.address()
        holder.process.kill()
    nothing_left(ready_home)


def test_eight_starting_at_once_from_nothing_share_a_server(new_home: Path) -> None:
    with ExitStack() as stack:
        holders = [stack.enter_context(Holder(new_home)) for _ in range(8)]
        [_shared] = {json.dumps(holder.address()) for holder in holders}
        for holder in holders:
            connect(new_home).close()
            holder.let_go()


def test_a_holder_that_comes_as_the_last_one_goes_gets_a_running_server(ready_home: Path) -> None:
    for _ in range(4):
        with Lease(ready_home, "postgres") as lease:
            psycopg.connect(**lease.endpoint(), dbname="postgres").close()


# Deaths


def test_without_its_keeper_the_server_ends_and_the_next_start_recovers(ready_home: Path) -> None:
    with held(ready_home):
        remember_something(ready_home)
        server = postmaster(ready_home)
        kill(keeper(ready_home))
        wait_until(lambda: is_gone(server), "PostgreSQL has ended on its own")
    with held(ready_home):
        assert what_is_remembered(ready_home) == ("committed",)


def test_without_its_keeper_the_server_is_started_at_once_by_the_next(ready_home: Path) -> None:
    with held(ready_home):
        remember_something(ready_home)
        killed = keeper(ready_home)
        kill(killed)
        # Until then it holds its lock, and is taken for one that keeps the server running.
        wait_until(lambda: is_gone(killed), "the keeper is gone")
        with held(ready_home):
            assert what_is_remembered(ready_home) == ("committed",)


def test_a_server_that_dies_is_restarted_at_its_address(ready_home: Path) -> None:
    with held(ready_home) as address:
        remember_something(ready_home)
        old, passwords = postmaster(ready_home), (ready_home / "postgres" / "pgpass").read_text()
        kill(old)
        wait_until(lambda: restarted(ready_home, old), "the keeper has started it again")
        with psycopg.connect(**address, dbname="postgres") as connection:
            assert connection.execute("SELECT 6 * 7").fetchone() == (42,)
        # It let processes in before its keeper: another password would refuse them for a moment.
        assert (ready_home / "postgres" / "pgpass").read_text() == passwords


@pytest.mark.long
def test_a_server_that_dies_while_it_lets_its_keeper_in_is_restarted(ready_home: Path) -> None:
    """As on a busy machine, where others connect before the keeper does."""
    with (ready_home / "postgres" / "data" / "postgresql.conf").open("a") as file:
        file.write("post_auth_delay = 1\n")  # seconds
    with held(ready_home):
        remember_something(ready_home)
        old = postmaster(ready_home)
        kill(old)
        kill(wait_until(lambda: connection_of_keeper(ready_home, old), "the keeper connects"))
        wait_until(lambda: restarted(ready_home, old), "the keeper has started it again")
        assert what_is_remembered(ready_home) == ("committed",)


def connection_of_keeper(home: Path, old: int) -> int:
    """The process of the new server that serves the keeper; 0 if there is none."""
    with suppress(FileNotFoundError):
        if postmaster(home) != old:
            titles = {it: "".join(command_line(it)) for it in processes_of(home)}
            return next((it for it, title in titles.items() if CONNECTING in title), 0)
    return 0


@pytest.mark.long
def test_a_server_that_dies_in_the_middle_of_a_long_query_is_restarted(
    ready_home: Path,
) -> None:
    with held(ready_home), ThreadPoolExecutor(1) as pool:
        pool.submit(compute, ready_home)
        wait_until(lambda: is_computing(ready_home), "the query is being executed")
        old = postmaster(ready_home)
        kill(old)
        wait_until(lambda: restarted(ready_home, old), "the keeper has started it again")


def compute(home: Path) -> None:
    """Keep a backend busy that does not look up: it does not notice that its postmaster died."""
    with connect(home) as connection, pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT count(*) FROM generate_series(1, 10_000_000_000)")


def is_computing(home: Path) -> bool:
    with connect(home) as connection:
        rows = connection.execute(
            "SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%generate_series%'"
            " AND pid <> pg_backend_pid()"
        )
        return rows.rowcount > 0


def restarted(home: Path, old: int) -> bool:
    try:
        connect(home).close()
    except psycopg.OperationalError:
        return False
    return postmaster(home) != old


# Beginnings that were interrupted


def test_the_remains_of_an_interrupted_initdb_do_no_harm(new_home: Path) -> None:
    remains = new_home / "postgres" / "data.new"
    (remains / "base").mkdir(parents=True)
    (remains / "PG_VERSION").write_text("18\n")
    with held(new_home):
        remember_something(new_home)
    assert sorted(path.name for path in (new_home / "postgres").glob("data*")) == ["data"]


def test_a_start_that_is_killed_in_initdb_is_taken_up_by_the_next(new_home: Path) -> None:
    with Holder(new_home) as holder:
        wait_until(lambda: runs_initdb(new_home), "initdb is running")
        holder.process.kill()
        kill(keeper(new_home))
    with held(new_home):
        remember_something(new_home)


def test_a_holder_that_comes_while_a_killed_start_goes_on_waits_for_it(new_home: Path) -> None:
    with Holder(new_home) as holder:
        wait_until(lambda: runs_initdb(new_home), "initdb is running")
        holder.process.kill()
    with held(new_home):
        remember_something(new_home)


def runs_initdb(home: Path) -> bool:
    return any("initdb" in " ".join(command_line(process)) for process in processes_of(home))


# Folders that cannot be used


def test_data_of_another_version_is_refused_and_left_alone(ready_home: Path) -> None:
    version = ready_home / "postgres" / "data" / "PG_VERSION"
    version.write_text("17\n")
    done = genonaut(ready_home, "db", "url")
    assert done.returncode == 5
    assert done.stderr.startswith(f"genonaut: {version.parent} was created by PostgreSQL 17, and ")
    assert "Nothing was changed. Install PostgreSQL 17, and run `" in done.stderr
    assert " db upgrade-server" in done.stderr
    assert version.read_text() == "17\n"


def test_a_file_in_the_place_of_the_home_is_refused(new_home: Path) -> None:
    file = new_home / "file"
    file.write_text("mine")
    done = genonaut(file, "db", "url")
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr == (
        f"genonaut: Cannot write to {file}/postgres (Not a directory): set GENONAUT_HOME to a "
        "folder that you can write to, or DATABASE_URL to a server that is already running.\n"
    )
    assert file.read_text() == "mine"


@needs_root
def test_the_folder_of_another_account_is_refused(
    new_home: Path, nobodys_python: list[str]
) -> None:
    with Holder(new_home, nobodys_python, **NOBODY) as holder:
        _, complaints = holder.process.communicate()
    assert (
        f"ServerStartError: Cannot write to {new_home}/postgres (Permission denied)" in complaints
    )
    assert list(new_home.iterdir()) == []


# Accounts


@needs_root
def test_root_runs_the_server_as_another_account_and_loosens_no_permissions(new_home: Path) -> None:
    home = new_home / "private" / "home"
    home.mkdir(parents=True)
    home.parent.chmod(0o700)
    above = [path for path in home.parents if path.exists()]
    modes = [path.stat().st_mode for path in above]
    with held(home):
        assert owner(postmaster(home)) != 0
        assert (home / "postgres" / "data").stat().st_uid == owner(postmaster(home))
        assert (home / "postgres" / "data").stat().st_mode & 0o777 == 0o700
        remember_something(home)
    assert [path.stat().st_mode for path in above] == modes


@needs_root
def test_an_account_other_than_root_runs_the_server_as_itself(
    new_home: Path, nobodys_python: list[str]
) -> None:
    home = new_home / "of nobody"
    home.mkdir()
    shutil.chown(home, "nobody")
    with held(home, command=nobodys_python, **NOBODY):
        assert owner(postmaster(home)) == owner(keeper(home)) == home.stat().st_uid


def owner(process: int) -> int:
    return Path(f"/proc/{process}").stat().st_uid


@pytest.fixture
def private_programs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a program, below a folder that only root may enter; and an empty cache."""
    folder = make_folder()
    monkeypatch.setattr(binaries, "BINARY_CACHE", folder / "cache")
    program = folder / "private" / "wheel" / "bin" / "postgres"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    (folder / "private").chmod(0o700)
    yield folder / "private" / "wheel"
    shutil.rmtree(folder)


@needs_root
def test_programs_that_an_account_cannot_reach_are_copied_once(private_programs: Path) -> None:
    nobody = Account("nobody", 65534, 65534)

    def find() -> Path:
        return runnable_by(nobody, private_programs, "bin/postgres", "version-1")

    with ThreadPoolExecutor(4) as pool:
        [copy] = set(pool.map(lambda _: find(), range(4)))
    made = copy.stat().st_ctime_ns
    assert copy == binaries.BINARY_CACHE / "version-1"
    assert find() == copy
    assert copy.stat().st_ctime_ns == made
    assert private_programs.parent.stat().st_mode & 0o777 == 0o700


# What the server is like

LIBPQ_VARIABLES = ("PGHOST", "PGUSER", "PGDATABASE", "PGPASSWORD", "PGOPTIONS", "PGSERVICE")


def test_the_environment_of_the_command_that_starts_it_does_not_matter(new_home: Path) -> None:
    strange = dict.fromkeys(LIBPQ_VARIABLES, "nonsense") | {
        "LC_ALL": "de_DE",
        "LANG": "tr_TR",
        "TZ": "Asia/Tokyo",
        "PGPORT": "1",
        "PGDATA": "/nowhere",
        "PGHOSTADDR": "192.0.2.1",
        "PGSSLMODE": "require",
        "PGCLIENTENCODING": "LATIN1",
    }
    with held(new_home, env=environment(new_home, **strange)), connect(new_home) as connection:
        shown = [
            connection.execute(f"SHOW {name}").fetchone()
            for name in ("lc_messages", "timezone", "client_encoding")
        ]
        assert shown == [("C",), ("UTC",), ("UTF8",)]


# What a developer may have set for other servers. Each would be in the way of ours.
HOSTILE = {
    "PGHOST": "nowhere.invalid",
    "PGHOSTADDR": "192.0.2.1",
    "PGPORT": "1",
    "PGDATABASE": "nonsense",
    "PGUSER": "nonsense",
    "PGPASSWORD": "nonsense",
    "PGPASSFILE": "/nowhere",
    "PGREQUIREAUTH": "none",
    "PGCHANNELBINDING": "require",
    "PGOPTIONS": "-c default_transaction_read_only=on",
    "PGAPPNAME": "nonsense",
    "PGCLIENTENCODING": "LATIN1",
    "PGTZ": "Asia/Tokyo",
    "PGDATESTYLE": "SQL, DMY",
    "PGTARGETSESSIONATTRS": "standby",
    "PGGSSENCMODE": "require",
    "PGSSLMODE": "verify-full",
    "PGSSLNEGOTIATION": "direct",
    "PGSSLCERTMODE": "require",
    "PGSSLROOTCERT": "system",
    "PGSSLMAXPROTOCOLVERSION": "TLSv1",
}
# How libpq calls in a service file what these variables set.
PARAMETERS = {
    option.envvar.decode(): option.keyword.decode()
    for option in Conninfo.get_defaults()
    if option.envvar
}
SESSION = """
    SELECT current_database(), current_user,
           current_setting('application_name') AS application,
           current_setting('client_encoding') AS encoding,
           current_setting('timezone') AS timezone,
           current_setting('datestyle') AS datestyle,
           current_setting('default_transaction_read_only') AS read_only"""


def test_variables_meant_for_other_servers_are_left_alone_and_do_no_harm(
    ready_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings("test").model_copy(update={"home": ready_home})
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    with open_database(settings) as database:
        with database.transaction() as session:
            found = tuple(session.connection().exec_driver_sql(SESSION).one())
        [read] = asyncio.run(read_alone(database))
        assert dict(os.environ) == before
    assert dict(os.environ) == before
    ours = ("genonaut_test", "genonaut_app", "genonaut", "UTF8", "UTC", "ISO, MDY", "off")
    assert found == tuple(read) == ours


async def read_alone(database: Database) -> list[Any]:
    connection = ReadConnection(database.url, timeout_seconds=60, connect_timeout_seconds=60)
    try:
        return await connection.rows(SESSION, {})
    finally:
        await connection.close()


def test_each_of_these_variables_alone_does_no_harm(
    ready_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = load_settings("test").model_copy(update={"home": ready_home})
    # Such a file may set what most of these variables set.
    lines = [f"{PARAMETERS[name]}={value}" for name, value in HOSTILE.items() if name in PARAMETERS]
    (tmp_path / "services").write_text("\n".join(["[other]", *lines, ""]))
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    with Lease(ready_home, "postgres"):
        for name, value in (HOSTILE | {"PGSERVICE": "other"}).items():
            with monkeypatch.context() as environment:
                environment.setenv(name, value)
                with server_url(settings) as url:
                    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
                    with psycopg.connect(address) as connection:
                        found = connection.execute("SELECT current_database()").fetchone()
            assert found == ("genonaut_test",), name
        monkeypatch.setenv("PGSERVICE", "unknown")
        with (
            pytest.raises(ServerStartError, match=r'PGSERVICE .*"unknown" not found.*: unset it\.'),
            server_url(settings),
        ):
            pass


def test_psql_reaches_it_whatever_these_variables_say(ready_home: Path) -> None:
    psql = ("db", "psql", "--", "--no-psqlrc", "-At", "-c", "SELECT current_database()")
    assert succeed(ready_home, *psql, **HOSTILE) == "genonaut_test\n"


def test_it_speaks_utf_8_and_sorts_alike_everywhere(ready_home: Path) -> None:
    with held(ready_home), connect(ready_home) as connection:
        found = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database"
        ).fetchall()
        assert set(found) == {("UTF8", "b", "C.UTF-8")}
        poem = "Zażółć gęślą jaźń 🖼️ 画廊"
        assert connection.execute("SELECT %s, lower('ÄÖ')", [poem]).fetchone() == (poem, "äö")


@pytest.mark.parametrize("password", ["wrong", ""])
def test_no_connection_is_accepted_without_the_password(ready_home: Path, password: str) -> None:
    with held(ready_home):
        with pytest.raises(psycopg.OperationalError, match="password"):
            connect(ready_home, password=password, passfile="/dev/null")
        connect(ready_home).close()


def test_it_listens_at_no_port(ready_home: Path) -> None:
    with held(ready_home):
        assert ports_of(postmaster(ready_home)) == set()


def test_the_role_of_the_application_is_no_superuser(ready_home: Path) -> None:
    with held(ready_home), connect(ready_home) as connection:
        for statement in (
            "CREATE ROLE another",
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "SELECT pg_read_file('postgresql.conf')",
            "SET session_replication_role = replica",
            "ALTER SYSTEM SET work_mem = '1MB'",
            "ALTER ROLE genonaut SUPERUSER",
            "SET ROLE postgres",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
