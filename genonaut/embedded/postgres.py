"""An embedded PostgreSQL: programs of a package or of the system, started our own way.

The packages have managers of their own, which leave servers running, loosen the permissions of
parent folders or let any local account in; we use nothing of them but the files.
"""

import json
import signal
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genonaut.embedded.account import own_name, server_account
from genonaut.embedded.apart import apart
from genonaut.embedded.cluster import Programs, create_cluster
from genonaut.embedded.data_folder import (
    has_cluster,
    refuse_incompatible,
    remove_stale_pid,
    settle_upgrade,
)
from genonaut.embedded.entry import (
    LIMITED_ROLES,
    PROOF,
    ROLE,
    password_lines,
    rules,
)
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.installations import for_account, installation
from genonaut.embedded.lease import Lease
from genonaut.embedded.libpq import own_parameters
from genonaut.embedded.private import write_atomically
from genonaut.embedded.programs import Installation
from genonaut.embedded.server import Launch, clean_environment
from genonaut.embedded.sockets import reachable

if TYPE_CHECKING:  # no keeper needs the driver
    import psycopg

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
    "max_slot_wal_keep_size": "2GB",  # a standby that is away for longer is copied again
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

    def __init__(self, home: Path, chosen: Installation | None = None) -> None:
        self._chosen = chosen
        self._opened = ExitStack()
        self._use_folder(ServerFolder(home, "postgres"))
        self.passfile = self.folder.path / "pgpass"
        self.files: Sequence[Path] = [self.folder.endpoint, self.passfile]
        self.notices: list[str] = []
        self._passwords: dict[str, str] = {}

    def _use_folder(self, folder: ServerFolder) -> None:
        self.folder = folder
        self.socket = folder.data / SOCKET

    def prepare(self) -> None:
        """Create the database cluster unless there is one.

        Raises:
            ServerStartError: it cannot be created, is missing, or no programs here can read it.
        """
        self._settle()
        self.account = server_account(self._original().data)
        if self.account and self.account.is_new:
            self.notices.append(self.account.notice)
        chosen = self._chosen or installation(None, self._original().data)
        self.programs = Programs(for_account(chosen, self.account), self.account)
        if self._chosen is None and (newest := installation(None)).major > chosen.major:
            self.notices.append(
                f"PostgreSQL {chosen} runs the data, whose version is {chosen.major}: `genonaut db "
                f"upgrade-server` brings it to {newest.major}."
            )
        if not self._has_data():
            self._create()
        self.rules = rules(self.account)
        # Open as long as this process lives, since it may restart the server at any time.
        self._here, self._files = self._opened.enter_context(self.programs.place(self.folder.data))

    def _settle(self) -> None:
        settle_upgrade(self.folder)

    def _original(self) -> ServerFolder:
        """Whose data decides the account and the version."""
        return self.folder

    def _has_data(self) -> bool:
        return has_cluster(self.folder)

    def _create(self) -> None:
        create_cluster(self.programs, self.folder.data)

    def launch(self) -> Launch:
        remove_stale_pid(self.folder.data)
        named = {name: f"/proc/self/fd/{file}" for name, file in self.rules.items()}
        settings = [arg for item in (SETTINGS | named).items() for arg in ("-c", "=".join(item))]
        return Launch(
            [str(self.programs.path("postgres")), "-D", self._here, "-p", str(PORT), *settings],
            self.folder.data,
            self.account,
            clean_environment(),
            [*self.rules.values(), *self._files],
        )

    def is_ready(self, process: int) -> bool:
        # As it says itself. Trying to connect would fill its log with refusals.
        with suppress(OSError, IndexError):
            lines = (self.folder.data / "postmaster.pid").read_text().splitlines()
            return lines[0] == str(process) and lines[STATUS_LINE].strip() == "ready"
        return False

    def admit(self) -> None:
        """Give the roles passwords, with which processes can connect.

        They stay the same when the server restarts: it lets processes in before its keeper.

        Raises:
            NotAdmittedError: the server crashed meanwhile, or refuses that.
        """
        self._passwords = apart(lambda: _give_passwords(self.folder, self._passwords))

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
        refuse_incompatible(self.programs, self.folder.data)
        return False


def socket_folder(folder: ServerFolder) -> str:
    """Where this process finds the socket, as libpq takes it."""
    return str(reachable(folder.data / SOCKET, folder.home).parent)


def _give_passwords(folder: ServerFolder, known: dict[str, str]) -> dict[str, str]:
    from genonaut.embedded.administration import give_passwords  # noqa: PLC0415 - as above

    with administrator(folder) as connection:
        return give_passwords(connection, known)


def administrator(
    folder: ServerFolder, database: str = "postgres"
) -> "AbstractContextManager[psycopg.Connection[Any]]":
    """A connection as the superuser, for what no other role has a right to do.

    Raises:
        ServerStartError: the server refuses.
    """
    from genonaut.embedded.administration import as_administrator  # noqa: PLC0415 - the driver

    account = server_account(folder.data)
    name = account.name if account else own_name()
    return as_administrator(socket_folder(folder), name, database)


def running_programs(folder: ServerFolder) -> Path | None:
    """The folder of the programs that a server runs with, which may not be what is found now."""
    with suppress(OSError, IndexError):
        process = (folder.data / "postmaster.pid").read_text().splitlines()[0]
        return Path(f"/proc/{process}/exe").readlink().parent
    return None


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
