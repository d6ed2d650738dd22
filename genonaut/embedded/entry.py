"""Who may connect to an embedded PostgreSQL, and how they prove who they are.

There is only its socket, in a folder of 0700. The keeper connects as the administrator: the kernel
vouches for its account, so there is no password for that, and none that could be lost. All others
connect as roles that are no superusers, with passwords that are new at each start.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from genonaut.embedded.account import own_name
from genonaut.embedded.cluster import ADMINISTRATOR
from genonaut.errors import ServerStartError

ROLE = "genonaut"
"""The owner of the databases."""
LIMITED_ROLES = {"app": "genonaut_app", "counting": "genonaut_counting"}
"""Those with fewer rights, which the owner gives to them in each database."""
RIGHTS = {
    ROLE: "LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS",
    **dict.fromkeys(
        LIMITED_ROLES.values(),
        "LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS",
    ),
}
PROOF = "scram-sha-256"
"""Each side proves to the other that it knows the password, and neither sends it."""

RULES = f"""\
local all {ADMINISTRATOR} peer map=keeper
local all all {PROOF}
"""


def rules() -> dict[str, int]:
    """PostgreSQL's settings for who may connect, with descriptors of the files that they name.

    The files are in memory and not among the data, so nothing that was changed there matters.
    """
    # In quotes, since names from a directory service have blanks and backslashes.
    return {
        "hba_file": _in_memory("pg_hba.conf", RULES),
        "ident_file": _in_memory("pg_ident.conf", f'keeper "{own_name()}" {ADMINISTRATOR}\n'),
    }


def _in_memory(name: str, text: str) -> int:
    file = os.memfd_create(name)
    os.write(file, text.encode())
    return file


@contextmanager
def as_administrator(
    host: str, server_runs_as: str, database: str
) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the superuser. Only the account that started the server's keeper gets one.

    Raises:
        ServerStartError: the server refuses it, or what is done with it.
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
        raise ServerStartError(_explain(error)) from error


def renew_passwords(administrator: psycopg.Connection[Any]) -> dict[str, str]:
    """Give each role a new password and exactly its rights. Returns the passwords, by role.

    All at once: from then on until they are published, no process can connect.
    """
    with administrator.transaction():
        passwords = {role: _renew(administrator, role, rights) for role, rights in RIGHTS.items()}
        # A member may end the sessions of the others, as when it drops the database.
        administrator.execute(f"GRANT {', '.join(LIMITED_ROLES.values())} TO {ROLE}")
    return passwords


def _renew(administrator: psycopg.Connection[Any], role: str, rights: str) -> str:
    password = secrets.token_urlsafe(24)
    # The server is sent what it stores, from which the password cannot be read.
    verifier = administrator.pgconn.encrypt_password(
        password.encode(), role.encode(), PROOF.encode()
    )
    names = {"role": sql.Identifier(role), "verifier": sql.Literal(verifier.decode())}
    if not administrator.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
        administrator.execute(sql.SQL("CREATE ROLE {role}").format(**names))
    change = sql.SQL(f"ALTER ROLE {{role}} {rights} PASSWORD {{verifier}}")
    administrator.execute(change.format(**names))
    return password


def password_lines(passwords: dict[str, str]) -> str:
    """What libpq reads the passwords from."""
    return "".join(f"*:*:*:{role}:{password}\n" for role, password in passwords.items())


def _explain(error: psycopg.Error) -> str:
    if f'role "{ADMINISTRATOR}" does not exist' in str(error):
        return (
            "The data was created by a development version of Genonaut that was never released, "
            "and is left as it is: set GENONAUT_HOME to another folder, or move the data and the "
            "file `password` beside it away to start from nothing."
        )
    reason = str(error).strip().splitlines()[0]
    return f"The embedded server refuses its own keeper ({reason}): see its log."
