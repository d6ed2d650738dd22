"""PgBouncer between Genonaut and PostgreSQL: its session mode works, the other two are refused."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import URL

from genonaut.config import Settings
from genonaut.db.session import open_database
from genonaut.embedded.server import free_port
from genonaut.errors import DatabaseError
from tests.support.api import running_api
from tests.support.servers import QUICK, NamedServer, copy_server, make_folder, prepared_home
from tests.support.waiting import wait_until

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
CONFIGURATION = """
[databases]
{name} = host={host} port={port} dbname={name} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 5
ignore_startup_parameters = {ignored}
"""
SHARED = r"The pooler at .* shares sessions between its clients, .*: set `pool_mode = session`"
NO_TRANSACTIONS = r"The pooler at .* refuses us .*: set `pool_mode = session` there"
IGNORED = ["extra_float_digits", "options"]


@pytest.fixture(scope="module")
def server_behind(run_folder: Path) -> Iterator[URL]:
    """The address of a database with the current schema, on a server that is not ours."""
    home = make_folder()
    try:
        copy_server(prepared_home(run_folder), home, QUICK)
        server = NamedServer(home)
        with server.running():
            yield server.url("genonaut_test")
    finally:
        shutil.rmtree(home)


@contextmanager
def pooler(url: URL, mode: str, ignored: str) -> Iterator[URL]:
    """The database's address behind a PgBouncer."""
    if PGBOUNCER is None:
        pytest.skip("pgbouncer IS NOT ON THIS MACHINE (apt-get install pgbouncer)")
    folder, port = make_folder(), free_port()
    parts = {"host": url.host, "port": url.port, "name": url.database, "user": url.username}
    text = CONFIGURATION.format(
        **parts, password=url.password, own_port=port, mode=mode, ignored=ignored
    )
    (folder / "pgbouncer.ini").write_text(text)
    command = [PGBOUNCER, "-q", str(folder / "pgbouncer.ini")]
    process = subprocess.Popen(command, user=_unprivileged(), stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _answers(port), "PgBouncer listens")
        plain = URL.create("postgresql", url.username, host="127.0.0.1", port=port)
        yield plain.set(database=url.database)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def _unprivileged() -> int | None:
    """PgBouncer refuses to be root."""
    return None if os.geteuid() else pwd.getpwnam("nobody").pw_uid


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def named(settings: Settings, url: URL) -> Settings:
    db = settings.db.model_copy(update={"url": SecretStr(url.render_as_string())})
    return settings.model_copy(update={"db": db})


@pytest.mark.parametrize("ignored", IGNORED)
@pytest.mark.parametrize(
    ("mode", "sentence"), [("transaction", SHARED), ("statement", NO_TRANSACTIONS)]
)
def test_a_pooler_that_shares_sessions_is_refused(
    settings: Settings, server_behind: URL, mode: str, sentence: str, ignored: str
) -> None:
    with (
        pooler(server_behind, mode, ignored) as url,
        pytest.raises(DatabaseError, match=sentence),
        open_database(named(settings, url)),
    ):
        pass


@pytest.mark.parametrize("ignored", IGNORED)
def test_a_pooler_in_session_mode_serves(
    settings: Settings, server_behind: URL, ignored: str
) -> None:
    with (
        pooler(server_behind, "session", ignored) as url,
        open_database(named(settings, url), statement_timeout_seconds=60) as pooled,
        running_api(named(settings, url), pooled) as client,
    ):
        with pooled.transaction() as session:
            found = session.connection().exec_driver_sql("SHOW statement_timeout").scalar_one()
        assert found == "1min", "our settings reach the session"
        assert (
            client.post("/api/v1/users", json={"username": f"ada of {ignored}"}).status_code == 201
        )
        assert client.get("/api/v1/content/stats/unified").status_code == 200


def test_startup_parameters_that_a_pooler_does_not_know(
    settings: Settings, server_behind: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c jit=on")
    with (
        pooler(server_behind, "session", "extra_float_digits") as url,
        pytest.raises(DatabaseError, match=r"refuses us \(.*options.*\): unset PGOPTIONS"),
        open_database(named(settings, url)),
    ):
        pass
