"""`genonaut audit`: who did what."""

from typing import Annotated, Any

import typer

from genonaut.cli.accounts import open_accounts
from genonaut.cli.options import Env, Json
from genonaut.db.schema import AuditEntry
from genonaut.people.audit import page
from genonaut.running.output import print_json, print_table


def register(app: typer.Typer) -> None:
    app.command()(audit)


def audit(
    limit: Annotated[
        int, typer.Option(help="Entries to print.", min=1, max=100_000, metavar="N")
    ] = 50,
    user: Annotated[
        str | None, typer.Option(help="Only what this user did: a name or id.", metavar="USER")
    ] = None,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Print who did what, the newest first."""
    with open_accounts(env) as (session, found):
        actor = found.find(user).id if user else None
        entries = [_as_json(entry) for entry in page(session, limit, actor_id=actor)]
    if as_json:
        print_json(entries)
        return
    rows = [[f"{one['at']:%Y-%m-%d %H:%M:%S}", *_words(one)] for one in entries]
    print_table(["when (UTC)", "who", "by", "what", "of what", "from"], rows)


def _words(entry: dict[str, Any]) -> list[str]:
    names = ("actor", "via", "action", "subject", "address")
    return [entry[name] or "-" for name in names]


def _as_json(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at,
        "actor_id": entry.actor_id,
        "actor": entry.actor,
        "via": entry.via,
        "action": entry.action,
        "subject": entry.subject,
        "address": entry.address,
    }
