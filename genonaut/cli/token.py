"""`genonaut token`: the tokens with which programs sign in."""

from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from genonaut.cli.accounts import open_accounts
from genonaut.cli.options import Env, Json
from genonaut.content.rules import InvalidValueError
from genonaut.db.schema import ApiToken
from genonaut.errors import UsageError
from genonaut.people.audit import COMMAND, record
from genonaut.people.keys import Keys
from genonaut.people.tokens import LONGEST_LIFE_DAYS, Tokens, token_name
from genonaut.running.output import print_json, print_table, say, say_error

app = typer.Typer(help="Tokens of programs: add, list, revoke.", no_args_is_help=True)

Whose = Annotated[str, typer.Option("--user", help="A user's name or id.", metavar="USER")]


def register(commands: typer.Typer) -> None:
    commands.add_typer(app, name="token")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is for.", metavar="NAME")],
    user: Whose,
    scope: Annotated[
        Literal["metrics", "read", "write", "admin"], typer.Option(help="What it allows.")
    ] = "read",
    days: Annotated[
        int | None,
        typer.Option(
            help="Days until it expires. Default: never.",
            min=1,
            max=LONGEST_LIFE_DAYS,
            metavar="N",
        ),
    ] = None,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Add a token and print it. It cannot be shown again."""
    try:
        name = token_name(name)
    except InvalidValueError as error:
        raise UsageError(f"{error}: choose another one.") from error
    with open_accounts(env) as (session, found):
        owner = found.find(user)
        made = Keys(session, COMMAND).add_token(owner, name, scope, days)
        shown = _as_json(made.token) | {"username": owner.username}
    if as_json:
        print_json(shown | {"token": made.secret})
        return
    say_error(
        f"A token of {shown['username']} with the scope {scope}. Keep it: it is shown only once."
    )
    say(made.secret)


@app.command("list")
def list_(user: Whose, env: Env = None, as_json: Json = False) -> None:
    """List a user's tokens, with how each begins."""
    with open_accounts(env) as (session, found):
        shown = [_as_json(token) for token in Tokens(session).of_user(found.find(user).id)]
    if as_json:
        print_json(shown)
        return
    rows = [list(token.values()) for token in shown]
    print_table(["id", "name", "begins", "scope", "added", "expires", "last used"], rows)


@app.command()
def revoke(
    token_id: Annotated[UUID, typer.Argument(help="Its id, as in the list.", metavar="ID")],
    env: Env = None,
) -> None:
    """Revoke a token. The next request with it is refused."""
    with open_accounts(env) as (session, _):
        gone = Tokens(session).revoke(token_id)
        record(session, COMMAND, "token-revoked", gone.prefix)
        name = gone.name
    say(f"Revoked {name}.")


def _as_json(token: ApiToken) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "prefix": token.prefix,
        "scope": token.scope,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }
