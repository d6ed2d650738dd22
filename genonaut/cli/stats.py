"""`genonaut stats`: look at the counts, refresh them, check them."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from genonaut.api.exceptions import NotFoundError
from genonaut.api.services.content_service import ContentService
from genonaut.cli.options import Env, Json
from genonaut.cli.output import print_json, print_table, say
from genonaut.config import Settings, load_settings
from genonaut.counting import audit
from genonaut.counting.cached_count import GEN_SOURCE
from genonaut.counting.engine import Refresh, execute
from genonaut.counting.refreshing import refresh_now
from genonaut.db.schema import User
from genonaut.db.session import open_database

app = typer.Typer(help="The counts: show, refresh, check.", no_args_is_help=True)

SAMPLE_ROWS = 10
LEDGER_PATIENCE = 10  # times the length at which readers have it folded


@app.command()
def show(
    user: Annotated[str | None, typer.Option(help="A user's id or name.", metavar="USER")] = None,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Show the four counts: a user's own, and the community's."""
    settings = load_settings(env)
    with open_database(settings) as database, database.transaction() as session:
        user_id = _find_user(session, user) if user else None
        counts = ContentService(session).get_unified_content_stats(user_id)
    if as_json:
        print_json(counts)
        return
    whose = [("Your gens", "user_regular_count"), ("Your auto-gens", "user_auto_count")]
    community = [
        ("Community gens", "community_regular_count"),
        ("Community auto-gens", "community_auto_count"),
    ]
    rows = [(label, counts[key]) for label, key in (whose if user_id else []) + community]
    print_table(["", "count"], rows)
    verified = counts["verified_at"]
    say(
        f"Exact, from {counts['source']}, as of {counts['as_of']:%Y-%m-%d %H:%M:%S} UTC; "
        + (f"verified {verified:%Y-%m-%d %H:%M:%S} UTC." if verified else "never verified.")
    )


@app.command()
def refresh(env: Env = None, as_json: Json = False) -> None:
    """Recount everything, repair what differs, and say what that was."""
    with open_database(load_settings(env)) as database:
        done = refresh_now(database, "genonaut stats refresh")
        with database.transaction() as session:
            stored = execute(session, GEN_SOURCE, "stored_rows").scalar_one()
            sample = execute(session, GEN_SOURCE, "largest", limit=SAMPLE_ROWS).all()
    if as_json:
        print_json({**asdict(done), "rows": stored, "largest": [row._asdict() for row in sample]})
        return
    say(f"Refreshed {stored:,} generation source stats.")
    print_table(["name", "source", "count"], sample)
    say(_drift(done))


@app.command()
def check(env: Env = None, as_json: Json = False) -> None:
    """Count everything plainly, compare, look at triggers, ledger and refreshes."""
    _audit(load_settings(env), audit.check, as_json=as_json)


@app.command()
def status(env: Env = None, as_json: Json = False) -> None:
    """The same at a glance, without counting."""
    _audit(load_settings(env), audit.status, as_json=as_json)


def _audit(
    settings: Settings,
    examine: Callable[[Session, audit.Limits], list[audit.Finding]],
    *,
    as_json: bool,
) -> None:
    limits = audit.Limits(
        ledger_rows=settings.stats.fold_after_rows * LEDGER_PATIENCE,
        refresh_age_seconds=settings.stats.stale_after_seconds,
    )
    with open_database(settings) as database, database.transaction() as session:
        findings = examine(session, limits)
    all_well = all(finding.ok for finding in findings)
    if as_json:
        print_json({"ok": all_well, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            say(f"{'ok  ' if finding.ok else 'BAD '} {finding.what:<9} {finding.detail}")
        say("All is well." if all_well else "Not all is well.")
    if not all_well:
        raise typer.Exit(1)


def _drift(done: Refresh) -> str:
    took = f"{done.rows_checked:,} counts compared in {done.duration_seconds:.2f} s"
    if not done.rows_wrong:
        return f"Every count was exact ({took})."
    first = done.worst[0]
    found = "built" if done.outcome == "built" else "wrong and repaired"
    return (
        f"{done.rows_wrong:,} were {found}, the largest by {done.largest_error:,}: "
        f"{first['user_id'] or 'Community'} {first['source_type']} {first['was']:,} -> "
        f"{first['is']:,} ({took})."
    )


def _find_user(session: Session, name: str) -> UUID:
    try:
        condition = User.id == UUID(name)
    except ValueError:
        condition = User.username == name
    found = session.scalar(select(User.id).where(condition))
    if found is None:
        raise NotFoundError(f"There is no user {name!r}: `--user` takes an id or a name.")
    return found
