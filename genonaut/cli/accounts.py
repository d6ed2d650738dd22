"""What the commands about people share: options, and asking for a password."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from genonaut.config import Settings, load_settings
from genonaut.db.session import Database, open_database
from genonaut.errors import UsageError
from genonaut.people.audit import COMMAND
from genonaut.people.by_link import LinkedAccounts
from genonaut.people.passwords import LONGEST, hash_password
from genonaut.running.listening import address
from genonaut.running.only_one import address_of_running

User = Annotated[str, typer.Argument(help="A user's name or id.", metavar="USER")]
PasswordStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from standard input.", metavar=""),
]
Link = Annotated[
    bool,
    typer.Option(
        "--link", help="Print a link with which the user chooses a password, once.", metavar=""
    ),
]


@contextmanager
def accounts_of(database: Database) -> Iterator[tuple[Session, LinkedAccounts]]:
    """The accounts, changed by the operator, in a transaction."""
    with database.transaction() as session:
        yield session, LinkedAccounts(session, COMMAND)


@contextmanager
def open_accounts(env: str | None) -> Iterator[tuple[Session, LinkedAccounts]]:
    """The same, in the database of an environment."""
    with open_database(load_settings(env)) as database, accounts_of(database) as found:
        yield found


def ask_for_password(*, stdin: bool) -> str:
    """The hash of a new password. An argument would be seen by every account of the machine.

    Raises:
        UsageError: there is no terminal, or what was typed differs.
        InvalidRequestError: it cannot be a password.
    """
    if stdin:
        return hash_password(sys.stdin.readline(2 * LONGEST).removesuffix("\n"))
    if not sys.stdin.isatty():
        raise UsageError("There is no terminal to ask for the password: use --password-stdin.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise UsageError("The two differ: nothing was changed.")
    return hash_password(password)


def link_address(settings: Settings, path: str) -> str:
    """The address of a link: where `genonaut up` serves the gallery, or else as the settings say.

    Behind a proxy it begins differently.
    """
    where = address_of_running(settings)
    return f"{where or f'http://{address(settings.api.host, settings.api.port)}'}{path}"
