"""`genonaut stats`: look at the counts, refresh them, check them, print their SQL."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from genonaut.api.services.content_service import ContentService
from genonaut.cli.options import Env, Json
from genonaut.config import Settings, load_settings
from genonaut.counting import audit, rendering
from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import Refresh, execute, stored_rows
from genonaut.counting.runs import refresh_now
from genonaut.db.counts import COUNTS, GEN_SOURCE
from genonaut.db.schema import User
from genonaut.db.session import Database, open_database
from genonaut.errors import NotFoundError, UsageError
from genonaut.running.output import print_json, print_table, say

app = typer.Typer(help="The counts: show, refresh, check.", no_args_is_help=True)

SAMPLE_ROWS = 10
LEDGER_PATIENCE = 10  # times the length at which readers have it folded

Name = Annotated[
    str | None,
    typer.Argument(help=f"Which count: {', '.join(COUNTS)}. Default: all.", show_default=False),
]


def register(commands: typer.Typer) -> None:
    commands.add_typer(app, name="stats")


@app.command()
def show(
    name: Name = None,
    user: Annotated[str | None, typer.Option(help="A user's id or name.", metavar="USER")] = None,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Show the counts: a viewer's four, and the largest of the others."""
    counts = _chosen(name)
    with open_database(load_settings(env)) as database, database.transaction() as session:
        user_id = _find_user(session, user) if user else None
        found = {count.name: _look(session, count, user_id) for count in counts}
    if as_json:
        print_json(found)
        return
    for key, counted in found.items():
        if key == GEN_SOURCE.name:
            _show_four(counted, mine=user_id is not None)
        else:
            print_table(["name", "kind", "count"], [list(row.values()) for row in counted])


def _look(session: Session, count: CachedCount, user_id: UUID | None) -> Any:  # noqa: ANN401
    if count is GEN_SOURCE:
        return ContentService(session).get_unified_content_stats(user_id)
    return _largest(session, count)


def _show_four(counts: dict[str, Any], *, mine: bool) -> None:
    whose = [("Your gens", "user_regular_count"), ("Your auto-gens", "user_auto_count")]
    community = [
        ("Community gens", "community_regular_count"),
        ("Community auto-gens", "community_auto_count"),
    ]
    rows = [(label, counts[key]) for label, key in (whose if mine else []) + community]
    print_table(["", "count"], rows)
    verified = counts["verified_at"]
    say(
        f"Exact, from {counts['source']}, as of {counts['as_of']:%Y-%m-%d %H:%M:%S} UTC; "
        + (f"verified {verified:%Y-%m-%d %H:%M:%S} UTC." if verified else "never verified.")
    )


@app.command()
def refresh(name: Name = None, env: Env = None, as_json: Json = False) -> None:
    """Recount everything, repair what differs, and say what that was."""
    results = {}
    with open_database(load_settings(env)) as database:
        for count in _chosen(name):
            results[count.name] = _refresh(database, count, quiet=as_json)
    if as_json:
        print_json(results)


def _refresh(database: Database, count: CachedCount, *, quiet: bool) -> dict[str, Any]:
    done = refresh_now(database.transaction, count, "genonaut stats refresh")
    with database.transaction() as session:
        stored = stored_rows(session, count)
        largest = _largest(session, count)
    if not quiet:
        say(f"Refreshed {stored:,} rows of {count.table}.")
        print_table(["name", "kind", "count"], [list(row.values()) for row in largest])
        say(_drift(done, count))
    return {**asdict(done), "rows": stored, "largest": largest}


@app.command()
def check(name: Name = None, env: Env = None, as_json: Json = False) -> None:
    """Count everything plainly, compare, look at triggers, ledger and refreshes."""
    _audit(load_settings(env), _chosen(name), audit.check, as_json=as_json)


@app.command()
def status(name: Name = None, env: Env = None, as_json: Json = False) -> None:
    """The same at a glance, without counting."""
    _audit(load_settings(env), _chosen(name), audit.status, as_json=as_json)


@app.command()
def sql(
    name: Annotated[str, typer.Argument(help=f"Which count: {', '.join(COUNTS)}.")],
    down: Annotated[bool, typer.Option(help="What undoes it.")] = False,
    statements: Annotated[bool, typer.Option(help="What is executed later on.")] = False,
) -> None:
    """Print the SQL that makes a count, as a migration should have it."""
    [count] = _chosen(name)
    if statements:
        for key, text in rendering.statements(count).items():
            say(f"-- name: {key}\n{text};\n")
    else:
        say((rendering.removal if down else rendering.definition)(count).rstrip())


def _chosen(name: str | None) -> list[CachedCount]:
    if name is None:
        return list(COUNTS.values())
    if name not in COUNTS:
        raise UsageError(f"There is no count {name!r}: use one of {', '.join(COUNTS)}.")
    return [COUNTS[name]]


def _largest(session: Session, count: CachedCount) -> list[dict[str, Any]]:
    rows = execute(session, count, "largest", limit=SAMPLE_ROWS).mappings()
    return [dict(row) for row in rows]


def _audit(
    settings: Settings,
    counts: list[CachedCount],
    examine: Callable[[Session, CachedCount, audit.Limits], list[audit.Finding]],
    *,
    as_json: bool,
) -> None:
    found: dict[str, list[audit.Finding]] = {}
    with open_database(settings) as database, database.transaction() as session:
        for count in counts:
            limits = audit.Limits(
                ledger_rows=settings.stats.fold_after_rows * LEDGER_PATIENCE,
                refresh_age_seconds=settings.stats.stale_after(count.name),
            )
            found[count.name] = examine(session, count, limits)
    all_well = all(finding.ok for findings in found.values() for finding in findings)
    if as_json:
        findings = [asdict(one) | {"count": name} for name, many in found.items() for one in many]
        print_json({"ok": all_well, "findings": findings})
    else:
        for name, many in found.items():
            for one in many:
                say(f"{'ok  ' if one.ok else 'BAD '} {name:<15} {one.what:<9} {one.detail}")
        say("All is well." if all_well else "Not all is well.")
    if not all_well:
        raise typer.Exit(1)


def _drift(done: Refresh, count: CachedCount) -> str:
    took = f"{done.rows_checked:,} counts compared in {done.duration_seconds:.2f} s"
    if not done.rows_wrong:
        return f"Every count was exact ({took})."
    first = done.worst[0]
    found = "built" if done.outcome == "built" else "wrong and repaired"
    return (
        f"{done.rows_wrong:,} were {found}, the largest by {done.largest_error:,}: "
        f"{first['key'] or count.total} {first['category']} {first['was']:,} -> "
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
