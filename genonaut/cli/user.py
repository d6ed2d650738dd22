"""`genonaut user`: accounts of the people who use the gallery."""

from typing import Annotated, Any, Literal

import typer

from genonaut.cli import identities
from genonaut.cli.accounts import (
    Link,
    PasswordStdin,
    User,
    accounts_of,
    ask_for_password,
    link_address,
    open_accounts,
)
from genonaut.cli.options import Env, Json
from genonaut.config import load_settings
from genonaut.content.rules import InvalidValueError, user_name
from genonaut.db import schema
from genonaut.db.session import open_database
from genonaut.errors import UsageError
from genonaut.people.emails import email_address
from genonaut.people.identity import ADMIN, MEMBER, Role
from genonaut.people.users import state_of
from genonaut.running.output import print_json, print_table, say

app = typer.Typer(help="Accounts: add, list, change, disable.", no_args_is_help=True)
PAGE = 1000


def register(commands: typer.Typer) -> None:
    identities.register(app)
    commands.add_typer(app, name="user")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The new user's name.", metavar="NAME")],
    admin: Annotated[
        bool, typer.Option("--admin", help="Make the user an administrator.", metavar="")
    ] = False,
    email: Annotated[
        str | None, typer.Option(help="Where people reach the user.", metavar="ADDRESS")
    ] = None,
    password_stdin: PasswordStdin = False,
    link: Link = False,
    env: Env = None,
) -> None:
    """Add a user who can sign in."""
    settings = load_settings(env)
    role: Role = ADMIN if admin else MEMBER
    try:
        name = user_name(name, "The name")
    except InvalidValueError as error:
        raise UsageError(f"{error}: choose another one.") from error
    try:
        email = email_address(email) if email else None
    except InvalidValueError as error:
        raise UsageError(f"{error}.") from error
    with open_database(settings) as database:
        stored = None if link else ask_for_password(stdin=password_stdin)
        with accounts_of(database) as (_, accounts):
            user = accounts.add(name, role, email, stored)
            path = accounts.make_link(user) if link else ""
    say(f"Added {name}, {role}.")
    if link:
        _say_link(name, link_address(settings, path))


@app.command("list")
def list_(
    everyone: Annotated[
        bool, typer.Option("--all", help="Include creators who cannot sign in.", metavar="")
    ] = False,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """List accounts by name."""
    found: list[dict[str, Any]] = []
    with open_accounts(env) as (_, accounts):
        users = accounts.page(PAGE, accounts_only=not everyone)
        while users:
            found += [_as_json(user) for user in users]
            users = accounts.page(PAGE, users[-1].username, accounts_only=not everyone)
    if as_json:
        print_json(found)
    else:
        print_table(["name", "role", "state", "id"], [list(user.values())[:4] for user in found])


def _as_json(user: schema.User) -> dict[str, Any]:
    return {
        "username": user.username,
        "role": user.role,
        "state": state_of(user),
        "id": user.id,
        "email": user.email,
        "created_at": user.created_at,
    }


@app.command()
def password(
    user: User, password_stdin: PasswordStdin = False, link: Link = False, env: Env = None
) -> None:
    """Give a user a password. The user's sessions end; tokens stay."""
    settings = load_settings(env)
    with open_database(settings) as database:
        with accounts_of(database) as (_, accounts):
            found = accounts.find(user)
            name, path = found.username, ""
            if link:
                path = accounts.make_link(found)
        if link:
            _say_link(name, link_address(settings, path))
            return
        stored = ask_for_password(stdin=password_stdin)
        with accounts_of(database) as (_, accounts):
            accounts.set_password(accounts.find(user), stored)
    say(f"{name} has a new password.")


@app.command()
def role(
    user: User,
    wanted: Annotated[Literal["admin", "member"], typer.Argument(metavar="admin|member")],
    env: Env = None,
) -> None:
    """Make a user an administrator or a member."""
    with open_accounts(env) as (_, accounts):
        found = accounts.find(user)
        accounts.set_role(found, wanted)
        name = found.username
    say(f"{name} is {'an administrator' if wanted == ADMIN else 'a member'}.")


@app.command()
def disable(user: User, env: Env = None) -> None:
    """End a user's sessions and tokens at once, and let no new ones begin. Items stay."""
    with open_accounts(env) as (_, accounts):
        found = accounts.find(user)
        accounts.disable(found)
        name = found.username
    say(f"{name} is disabled: all sessions and tokens have ended.")


@app.command()
def enable(user: User, env: Env = None) -> None:
    """Let a disabled user sign in again."""
    with open_accounts(env) as (_, accounts):
        found = accounts.find(user)
        accounts.enable(found)
        name = found.username
    say(f"{name} can sign in again.")


def _say_link(name: str, where: str) -> None:
    say(f"{name} chooses a password at {where} (once, within a day).")
