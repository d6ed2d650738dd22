"""What only an embedded PostgreSQL's superuser may do: giving the roles passwords.

A keeper does it in a process of its own (`apart.py`), since the driver takes more than the keeper.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from genonaut.embedded.cluster import ADMINISTRATOR
from genonaut.embedded.entry import (
    LIMITED_ROLES,
    PROOF,
    RIGHTS,
    ROLE,
    NotAdmittedError,
    StillStartingError,
)
from genonaut.errors import ServerStartError


@contextmanager
def as_administrator(
    host: str, server_runs_as: str, database: str
) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the superuser. Only the account that started the server's keeper gets one.

    Raises:
        StillStartingError: the server is not ready yet, or starts anew after a crash.
        NotAdmittedError: it does not let it in, or breaks off what is done with it.
        ServerStartError: it never will, since the data is of another kind.
    """
    try:
        with psycopg.connect(
            host=host,
            user=ADMINISTRATOR,
            dbname=database,
            autocommit=True,
            connect_timeout=30,
            require_auth="none",  # no password, and none is sent if one is asked for
            requirepeer=server_runs_as,
            # An operator may have made the whole cluster read-only, as when a disk fills up.
            options="-c default_transaction_read_only=off",
        ) as connection:
            yield connection
    except psycopg.Error as error:
        raise _explained(error) from error


def give_passwords(administrator: psycopg.Connection[Any], known: dict[str, str]) -> dict[str, str]:
    """Give each role its password, or a new one, and exactly its rights. Returns the passwords.

    All at once: from then on until new ones are published, no process can connect.
    """
    passwords = known or {role: secrets.token_urlsafe(24) for role in RIGHTS}
    with administrator.transaction():
        for role, rights in RIGHTS.items():
            _give(administrator, role, rights, passwords[role])
        # A member may end the sessions of the others, as when it drops the database.
        administrator.execute(f"GRANT {', '.join(LIMITED_ROLES.values())} TO {ROLE}")
    return passwords


def _give(administrator: psycopg.Connection[Any], role: str, rights: str, password: str) -> None:
    # The server is sent what it stores, from which the password cannot be read.
    verifier = administrator.pgconn.encrypt_password(
        password.encode(), role.encode(), PROOF.encode()
    )
    names = {"role": sql.Identifier(role), "verifier": sql.Literal(verifier.decode())}
    if not administrator.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
        administrator.execute(sql.SQL("CREATE ROLE {role}").format(**names))
    change = sql.SQL(f"ALTER ROLE {{role}} {rights} PASSWORD {{verifier}}")
    administrator.execute(change.format(**names))


def _explained(error: psycopg.Error) -> ServerStartError:
    if f'role "{ADMINISTRATOR}" does not exist' in str(error):
        return ServerStartError(
            "The data was created by a development version of Genonaut that was never released, "
            "and is left as it is: set GENONAUT_HOME to another folder, or move the data and the "
            "file `password` beside it away to start from nothing."
        )
    reason = str(error).strip().splitlines()[0]
    kind = StillStartingError if "the database system is" in reason else NotAdmittedError
    return kind(f"The embedded server refuses its own keeper ({reason}): see its log.")
