"""The server that the settings name, or else the embedded one, while it is used."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL

from genonaut.config import ROLES, Role, Settings
from genonaut.db.address import embedded_url, guarded
from genonaut.db.lease import server_lease
from genonaut.embedded.entry import LIMITED_ROLES, PROOF
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.libpq import own_parameters
from genonaut.embedded.postgres import PORT, address, has_limited_roles, socket_folder
from genonaut.embedded.standby_folders import PREFIX
from genonaut.errors import ServerStartError


@dataclass(frozen=True)
class Server:
    """The database's addresses, and the names of the roles with fewer rights than the owner.

    Its replicas are for the application.
    """

    urls: Mapping[Role, URL]
    names: Mapping[str, str]
    replicas: Sequence[URL] = ()


@contextmanager
def server_url(settings: Settings) -> Iterator[URL]:
    """The database's address, for its owner.

    Its server runs and the database exists, with a schema or without.
    """
    with running_server(settings) as server:
        yield server.urls["owner"]


@contextmanager
def running_server(settings: Settings) -> Iterator[Server]:
    """The server, for as long as it is used."""
    if not settings.db.is_embedded:
        urls = {role: guarded(settings.db.server_url(role)) for role in ROLES}
        replicas = [guarded(url) for url in settings.db.replica_addresses()]
        yield Server(urls, settings.db.roles.model_dump(), replicas)
        return
    with server_lease(settings) as lease:
        try:
            _create_database(address(lease), settings.db.name)
        except psycopg.OperationalError as error:
            raise _refused(error) from error
        urls = {role: embedded_url(address(lease, role), settings.db.name) for role in ROLES}
        user = str(urls["app"].username)
        standbys = [
            embedded_url(_standby_address(settings.home, number, user), settings.db.name)
            for number in range(1, (settings.db.replicas or 0) + 1)
        ]
        yield Server(urls, LIMITED_ROLES if has_limited_roles(lease) else {}, standbys)


def _standby_address(home: Path, number: int, role: str) -> dict[str, Any]:
    """How a role connects to a standby of the embedded server, whether it runs or not."""
    passfile = ServerFolder(home, "postgres").path / "pgpass"  # the roles are the primary's
    return {
        "host": socket_folder(ServerFolder(home, f"{PREFIX}{number}")),
        "port": PORT,
        "user": role,
        "passfile": str(passfile),
        "require_auth": PROOF,
    } | own_parameters()


def _refused(error: psycopg.OperationalError) -> ServerStartError:
    reason = str(error).strip().splitlines()[-1]
    if "service" in reason:
        return ServerStartError(f"PGSERVICE cannot be used ({reason}): unset it.")
    return ServerStartError(f"The embedded server does not respond ({reason}): try again.")


def _create_database(where: dict[str, Any], name: str) -> None:
    create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    address = where | {"dbname": "postgres"}
    with psycopg.connect(**address, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        # Another process may create it first.
        with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            connection.execute(create)
