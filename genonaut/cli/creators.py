"""The creator of pictures that a command takes in, if neither they nor an option name one."""

from dataclasses import replace
from typing import Annotated

import typer

from genonaut.config import Settings
from genonaut.db.schema import PRIVATE
from genonaut.db.session import Database
from genonaut.hints import typed
from genonaut.ingest.rows import DEFAULT_CREATOR, Defaults
from genonaut.people.users import Users
from genonaut.running.output import say_error

Creator = Annotated[
    str | None,
    typer.Option(
        help="Creator of items that name none. Default: the only user who can sign in, else "
        f"{DEFAULT_CREATOR}.",
        metavar="NAME",
        show_default=False,
    ),
]


def defaults_of(creator: str | None, source: str, *, private: bool) -> Defaults:
    """What the options say of pictures that do not say it themselves."""
    named = DEFAULT_CREATOR if creator is None else creator
    return Defaults(named, source, PRIVATE if private else None)


def with_owner(defaults: Defaults, settings: Settings, database: Database) -> Defaults:
    """With the gallery's only user as creator, which is said. An open gallery has no users."""
    if settings.auth.mode == "open":
        return defaults
    with database.snapshot() as session:
        users = Users(session).first_accounts(2)
    if not users:
        say_error(
            f"Their creator is {defaults.creator}, because there is no user yet. To make them "
            f"yours, sign in with the link that `{typed('up')}` prints, undo this, and import "
            "them again."
        )
    if len(users) != 1:
        return defaults
    say_error(f"Their creator is {users[0]}, the only user.")
    return replace(defaults, creator=users[0])
