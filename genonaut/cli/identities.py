"""`genonaut user bind | unbind | identities`: users and their accounts at providers."""

from typing import Annotated

import typer

from genonaut.cli.accounts import User, accounts_of, open_accounts
from genonaut.cli.options import Env, Json
from genonaut.config import Settings, load_settings
from genonaut.db.session import open_database
from genonaut.errors import UsageError
from genonaut.people.audit import COMMAND
from genonaut.people.bindings import Bindings
from genonaut.running.output import print_json, print_table, say

Issuer = Annotated[
    str, typer.Argument(help="The provider: its name or issuer in auth.oidc.", metavar="ISSUER")
]
Subject = Annotated[
    str, typer.Argument(help="The user's `sub` at the provider.", metavar="SUBJECT")
]


def register(users: typer.Typer) -> None:
    users.command()(bind)
    users.command()(unbind)
    users.command()(identities)


def bind(user: User, issuer: Issuer, subject: Subject, env: Env = None) -> None:
    """Let a user sign in with an account at a provider of OpenID Connect."""
    settings = load_settings(env)
    known = _issuer(settings, issuer)
    if known is None:
        raise UsageError(f"No provider has the issuer or name {issuer!r}: see auth.oidc.")
    with open_database(settings) as database, accounts_of(database) as (session, accounts):
        found = accounts.find(user)
        Bindings(session, COMMAND).bind(found, known, subject)
        name = found.username
    say(f"{name} signs in with the account {subject} of {known}.")


def unbind(user: User, issuer: Issuer, subject: Subject, env: Env = None) -> None:
    """Let a user no longer sign in with that account. The user's sessions end."""
    settings = load_settings(env)
    known = _issuer(settings, issuer) or issuer  # of a provider that was removed as well
    with open_database(settings) as database, accounts_of(database) as (session, accounts):
        found = accounts.find(user)
        Bindings(session, COMMAND).unbind(found, known, subject)
        name = found.username
    say(f"{name} signs in with the account {subject} of {known} no more.")


def identities(user: User, env: Env = None, as_json: Json = False) -> None:
    """List a user's accounts at providers."""
    with open_accounts(env) as (_, accounts):
        rows = [
            {"issuer": one.issuer, "subject": one.subject, "created_at": one.created_at}
            for one in accounts.find(user).identities
        ]
    if as_json:
        print_json(rows)
        return
    print_table(
        ["issuer", "subject", "since (UTC)"],
        [[row["issuer"], row["subject"], f"{row['created_at']:%Y-%m-%d %H:%M}"] for row in rows],
    )


def _issuer(settings: Settings, wanted: str) -> str | None:
    providers = settings.auth.oidc
    return next((one.issuer for one in providers if wanted in (one.name, one.issuer)), None)
