"""Passwords on their way: never among arguments, and never in clear to a program that asks."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import OperationalError

from genonaut.api.monitoring.probes import NoAnswerError, database_probe
from genonaut.config import Settings, load_settings
from genonaut.db.read_connection import ReadConnection
from genonaut.db.servers import server_url
from genonaut.db.session import Database, open_database
from genonaut.embedded.lease import Lease
from genonaut.errors import DatabaseError
from tests.support.processes import connect, genonaut, keeper, kill, postmaster, succeed
from tests.support.waiting import wait_until

PASSWORD = "open-sesame"
FAKE_PSQL = """#!/bin/sh
echo "arguments: $@"
echo "password: $PGPASSWORD"
echo "proof: $PGREQUIREAUTH"
"""


@pytest.fixture
def fake_psql(tmp_path: Path) -> str:
    """A folder of programs, whose psql says what it was given."""
    program = tmp_path / "psql"
    program.write_text(FAKE_PSQL)
    program.chmod(0o755)
    return str(tmp_path)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ada:{PASSWORD}@here/gallery",
        f"postgresql://ada@here/gallery?password={PASSWORD}",
    ],
)
def test_psql_gets_the_password_where_no_other_account_can_read_it(
    new_home: Path, fake_psql: str, url: str
) -> None:
    printed = succeed(
        new_home, "db", "psql", "--", "-l", DATABASE_URL=url, GENONAUT_POSTGRES_BIN=fake_psql
    )
    assert printed == (
        f"arguments: postgresql://ada@here/gallery -l\npassword: {PASSWORD}\nproof: !password\n"
    )


@pytest.mark.long
def test_a_secret_that_psql_takes_as_an_argument_only_is_refused(
    new_home: Path, fake_psql: str
) -> None:
    url = f"postgresql://ada@here/gallery?sslpassword={PASSWORD}"
    done = genonaut(new_home, "db", "psql", DATABASE_URL=url, GENONAUT_POSTGRES_BIN=fake_psql)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("genonaut: psql takes sslpassword only as an argument")
    assert PASSWORD not in done.stderr


@pytest.mark.sampled(1)
@pytest.mark.parametrize("options", [(), ("--password",)])
def test_the_address_hides_a_password_among_its_parameters(
    new_home: Path, options: tuple[str, ...]
) -> None:
    url = f"postgresql://ada@here/gallery?password={PASSWORD}"
    shown = succeed(new_home, "db", "url", *options, DATABASE_URL=url)
    assert shown == f"{url if options else url.replace(PASSWORD, '***')}\n"


@contextmanager
def thief() -> Iterator[tuple[int, list[bytes]]]:
    """A program at a port that asks every client for its password in clear; and what it got."""
    stolen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    with client:
                        stolen.append(ask_in_clear(client))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], stolen
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def ask_in_clear(client: socket.socket) -> bytes:
    while True:
        length = struct.unpack("!I", client.recv(4))[0]
        message = client.recv(length - 4)
        if struct.unpack("!I", message[:4])[0] not in (80877103, 80877104):
            break
        client.sendall(b"N")  # neither TLS nor GSSAPI
    client.sendall(b"R" + struct.pack("!II", 8, 3))
    return client.recv(1000)


async def read_counts(url: URL) -> None:
    await ReadConnection(url, timeout_seconds=60, connect_timeout_seconds=60).rows("SELECT 1", {})


async def probe(url: URL) -> None:
    database = Database(url, create_engine(url), is_embedded=False)
    await database_probe(database, "SELECT 1").ask()


CLIENTS: dict[str, Callable[[Settings], object]] = {
    "commands": lambda settings: open_database(settings).__enter__(),
    "API": lambda settings: asyncio.run(read_counts(url_of(settings))),
    "health": lambda settings: asyncio.run(probe(url_of(settings))),
    "downgrade": lambda settings: create_engine(url_of(settings)).connect().close(),
}


REFUSALS = (DatabaseError, NoAnswerError, OperationalError)


def url_of(settings: Settings) -> URL:
    with server_url(settings) as url:
        return url


@pytest.mark.parametrize("client", CLIENTS)
def test_a_thief_at_the_port_of_a_named_server_gets_no_password(
    monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    with thief() as (port, stolen):
        url = f"postgresql://ada:{PASSWORD}@127.0.0.1:{port}/gallery"
        monkeypatch.setenv("DATABASE_URL", url)
        settings = load_settings("test")
        with pytest.raises(REFUSALS):
            CLIENTS[client](settings)
        wait_until(lambda: stolen, "the thief has asked")
        assert PASSWORD not in str(stolen)
        monkeypatch.setenv("PGREQUIREAUTH", "password")
        with pytest.raises(REFUSALS):
            CLIENTS[client](settings)
        wait_until(lambda: PASSWORD in str(stolen), "the thief works, if the operator allows it")


def test_the_sentence_about_it_says_what_to_do(new_home: Path) -> None:
    with thief() as (port, _):
        url = f"postgresql://ada:{PASSWORD}@127.0.0.1:{port}/gallery"
        done = genonaut(new_home, "stats", "show", DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr == (
        f"genonaut: The database server at 127.0.0.1:{port} asks for the password in clear, which "
        "is only sent with TLS: add sslmode=verify-full to DATABASE_URL, or, if the network is "
        "safe, set PGREQUIREAUTH=password.\n"
    )


def test_each_start_has_a_password_of_its_own(ready_home: Path) -> None:
    file = ready_home / "postgres" / "pgpass"
    seen = {file.read_text()}
    with Lease(ready_home, "postgres") as lease:
        for victim in (postmaster, keeper, postmaster):
            old = file.read_text()
            seen.add(old)
            kill_and_wait(victim(ready_home), lease, file)
            # A server that died is let in by its keeper with the passwords that it had.
            assert (file.read_text() == old) == (victim is postmaster)
            connect(ready_home).close()
            for other in seen - {file.read_text()}:
                password = other.rpartition(":")[2].strip()
                with pytest.raises(psycopg.OperationalError, match="authentication failed"):
                    connect(ready_home, password=password, passfile="/dev/null")
    assert len(seen) == 3


def kill_and_wait(victim: int, lease: Lease, file: Path) -> None:
    """Until the server has restarted, and so has written a new file."""
    before = file.stat().st_ino

    def has_restarted() -> bool:
        lease.ensure_running()  # as `genonaut up` does all the time
        return file.stat().st_ino != before

    kill(victim)
    wait_until(has_restarted, "it has restarted")
