"""Debian's PgBouncer, in front of a database of a server that is not ours."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from tests.support.ports import free_port
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
default_pool_size = {sessions}
ignore_startup_parameters = {ignored}
"""


@contextmanager
def named_server(run_folder: Path) -> Iterator[URL]:
    """The address of a database with the current schema, on a server that is not ours."""
    home = make_folder()
    try:
        copy_server(prepared_home(run_folder), home, QUICK)
        server = NamedServer(home)
        with server.running():
            yield server.url("genonaut_test")
    finally:
        shutil.rmtree(home)


def libpq_arguments(url: URL) -> dict[str, Any]:
    """An address as psycopg takes it."""
    names = {"username": "user", "database": "dbname"}
    return {names.get(name, name): value for name, value in url.translate_connect_args().items()}


@contextmanager
def pooler(
    url: URL, mode: str, ignored: str = "extra_float_digits", sessions: int = 5
) -> Iterator[URL]:
    """The database's address behind a PgBouncer."""
    if PGBOUNCER is None:
        pytest.skip("pgbouncer IS NOT ON THIS MACHINE (apt-get install pgbouncer)")
    folder, port = make_folder(), free_port()
    parts = {"host": url.host, "port": url.port, "name": url.database, "user": url.username}
    text = CONFIGURATION.format(
        **parts, password=url.password, own_port=port, mode=mode, ignored=ignored, sessions=sessions
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
