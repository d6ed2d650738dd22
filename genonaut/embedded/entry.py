"""Who may connect to an embedded PostgreSQL, and how they prove who they are.

There is only its socket, in a folder of 0700. The keeper connects as the administrator: the kernel
vouches for its account, so there is no password for that, and none that could be lost. All others
connect as roles that are no superusers, with passwords that are new for each keeper.
"""

import os

from genonaut.embedded.account import Account, own_name
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
local replication {ADMINISTRATOR} peer map=standby
local all {ADMINISTRATOR} peer map=keeper
local all all {PROOF}
"""


class NotAdmittedError(ServerStartError):
    """The server did not let its keeper in. If it crashed just then, it will the next time."""


class StillStartingError(NotAdmittedError):
    """The server lets in no user yet, as after a crash."""


def rules(account: Account | None) -> dict[str, int]:
    """PostgreSQL's settings for who may connect, with descriptors of the files that they name.

    `account` is the server's own, if that is not ours: its standbys run as it, and copy it.

    The files are in memory and not among the data, so nothing that was changed there matters.
    """
    server = account.name if account else own_name()
    # In quotes, since names from a directory service have blanks and backslashes.
    return {
        "hba_file": _in_memory("pg_hba.conf", RULES),
        "ident_file": _in_memory(
            "pg_ident.conf",
            f'keeper "{own_name()}" {ADMINISTRATOR}\nstandby "{server}" {ADMINISTRATOR}\n',
        ),
    }


def _in_memory(name: str, text: str) -> int:
    file = os.memfd_create(name)
    os.write(file, text.encode())
    return file


def password_lines(passwords: dict[str, str]) -> str:
    """What libpq reads the passwords from."""
    return "".join(f"*:*:*:{role}:{password}\n" for role, password in passwords.items())
