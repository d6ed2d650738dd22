"""`genonaut stats`: show the counts, refresh them, check them, print their SQL."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy.orm import Session

from genonaut.cli.options import Env, Json
from genonaut.config import Settings, load_settings
from genonaut.counting import audit, rendering
from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import Reading, Refresh, execute, read, read_live, stored_rows
from genonaut.db.counts import COUNTS, refresh_count
from genonaut.db.schema import User
from genonaut.db.session import Database, open_database
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.postgres import running_programs
from genonaut.errors import UsageError
from genonaut.hints import in_text
from genonaut.running.doctor.replicas import check_replicas
from genonaut.running.output import number_of, print_json, print_table, say

app = typer.Typer(help="The counts: show, refresh, check.", no_args_is_help=True)

SAMPLE_ROWS = 10
LEDGER_PATIENCE = 10  # times the length at which readers start a fold

Name = Annotated[
    str | None,
    typer.Argument(
        help=f"The count: {', '.join(COUNTS)}. Default: all.", show_default=False, metavar="NAME"
    ),
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
    """Show a count's totals and, with --user, that user's; the largest if it has no totals."""
    counts = _chosen(name)
    with open_database(load_settings(env)) as database, database.snapshot() as session:
        found = _find(session, user) if user else None
        shown = {count.name: _show(session, count, found) for count in counts}
    if as_json:
        print_json(shown)
        return
    for counted in shown.values():
        _print_counts(counted["counts"])
        say(_how_exact(counted))


def _find(session: Session, user: str) -> User:
    from genonaut.api.services.user_service import UserService  # noqa: PLC0415 - not always needed

    return UserService(session).find(user)


def _show(session: Session, count: CachedCount, user: User | None) -> dict[str, Any]:
    """A user's counts and the totals; the largest counts if it has neither."""
    names = {user.id: user.username} if user and count.key.owner == User.__tablename__ else {}
    found, source = read(session, count, names), "cache"
    if found.verified_at is None:  # A zero means something only after the count was built.
        found, source = read_live(session, count, names), "live"
    counts = _rows(count, found, names)
    if not counts and source == "cache":
        counts = _largest(session, count)
    return {
        "counts": counts,
        "exact": True,
        "source": source,
        "as_of": found.as_of,
        "verified_at": found.verified_at,
    }


def _rows(count: CachedCount, found: Reading, names: dict[UUID, str]) -> list[dict[str, Any]]:
    kinds = count.category.labels.values() or sorted({kind for _, kind in found.counts})
    total = {None: count.total} if count.total else {}
    return [
        {"name": name, "category": kind, "count": found.counts[key, kind]}
        for key, name in (names | total).items()
        for kind in kinds
    ]


def _print_counts(rows: list[dict[str, Any]]) -> None:
    print_table(["name", "kind", "count"], [list(row.values()) for row in rows])


def _how_exact(shown: dict[str, Any]) -> str:
    verified = shown["verified_at"]
    return f"Exact, from {shown['source']}, as of {shown['as_of']:%Y-%m-%d %H:%M:%S} UTC; " + (
        f"verified {verified:%Y-%m-%d %H:%M:%S} UTC."
        if verified
        else in_text("never built: run `genonaut stats refresh`.")
    )


@app.command()
def refresh(name: Name = None, env: Env = None, as_json: Json = False) -> None:
    """Recount everything, repair what differs, and report it."""
    results = {}
    with open_database(load_settings(env), role="counting") as database:
        for count in _chosen(name):
            results[count.name] = _refresh(database, count, quiet=as_json)
    if as_json:
        print_json(results)


def _refresh(database: Database, count: CachedCount, *, quiet: bool) -> dict[str, Any]:
    done = refresh_count(database, count, "genonaut stats refresh")
    with database.transaction() as session:
        stored = stored_rows(session, count)
        largest = _largest(session, count)
    if not quiet:
        say(f"Refreshed {number_of(stored, 'row')} of {count.table}.")
        _print_counts(largest)
        say(_drift(done, count))
    return {**asdict(done), "rows": stored, "largest": largest}


@app.command()
def check(name: Name = None, env: Env = None, as_json: Json = False) -> None:
    """Compare every count with a plain recount, then check triggers, ledger and refreshes."""
    _audit(load_settings(env), _chosen(name), audit.check, as_json=as_json)


@app.command()
def status(name: Name = None, env: Env = None, as_json: Json = False) -> None:
    """Check triggers, ledger and refreshes, without counting; and say which server it is."""
    _audit(load_settings(env), _chosen(name), audit.status, as_json=as_json, with_server=True)


@app.command()
def sql(
    name: Annotated[str, typer.Argument(help=f"The count: {', '.join(COUNTS)}.", metavar="NAME")],
    down: Annotated[bool, typer.Option(help="Print the SQL that removes it.", metavar="")] = False,
    restore: Annotated[
        bool,
        typer.Option(
            help="Print only view, functions and triggers, replacing existing ones.", metavar=""
        ),
    ] = False,
    statements: Annotated[
        bool, typer.Option(help="Print the statements that are executed later.", metavar="")
    ] = False,
) -> None:
    """Print the SQL that creates a count, as its migration must contain it."""
    [count] = _chosen(name)
    if statements:
        for key, text in rendering.statements(count).items():
            say(f"-- name: {key}\n{text};\n")
        return
    render = rendering.definition
    if down:
        render = rendering.removal
    elif restore:
        render = rendering.restoration
    say(render(count).rstrip())


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
    with_server: bool = False,
) -> None:
    found: dict[str, list[audit.Finding]] = {}
    with open_database(settings) as database, database.transaction() as session:
        server = _server(session, settings) if with_server else {}
        for count in counts:
            limits = audit.Limits(
                ledger_rows=settings.stats.fold_after_rows * LEDGER_PATIENCE,
                refresh_age_seconds=settings.stats.stale_after(count.name),
            )
            found[count.name] = examine(session, count, limits)
        if database.layout and with_server:
            from genonaut.db.distributed.nodes import check_parts  # noqa: PLC0415 - seldom needed

            found["nodes"] = [check_parts(session)]
    replicas = list(check_replicas(settings)) if with_server else []
    everything = [*replicas, *(one for findings in found.values() for one in findings)]
    all_well = all(finding.ok for finding in everything)
    if as_json:
        findings = [asdict(one) | {"count": name} for name, many in found.items() for one in many]
        more = {"replicas": [asdict(one) for one in replicas]} if replicas else {}
        print_json({"ok": all_well, "findings": findings} | server | more)
    else:
        for about in server.values():
            where = f", with the programs in {about['programs']}" if about["programs"] else ""
            say(f"ok   {'server':<19} {'version':<9} PostgreSQL {about['version']}{where}.")
        for one in replicas:
            say(f"{'ok  ' if one.ok else 'BAD '} {one.what:<19} {'replica':<9} {one.detail}")
        for name, many in found.items():
            for one in many:
                detail = in_text(one.detail)
                say(f"{'ok  ' if one.ok else 'BAD '} {name:<19} {one.what:<9} {detail}")
        say("All is well." if all_well else "Problems found.")
    if not all_well:
        raise typer.Exit(1)


def _server(session: Session, settings: Settings) -> dict[str, dict[str, str | None]]:
    [version] = session.connection().exec_driver_sql("SHOW server_version").one()
    ours = settings.db.is_embedded
    programs = running_programs(ServerFolder(settings.home, "postgres")) if ours else None
    return {"server": {"version": version, "programs": str(programs) if programs else None}}


def _drift(done: Refresh, count: CachedCount) -> str:
    took = f"{number_of(done.rows_checked, 'count')} compared in {done.duration_seconds:.2f} s"
    if not done.rows_wrong:
        return f"Every count was exact ({took})."
    worst = done.worst[0]
    where = f"{worst['key'] or count.total} {worst['category']}"
    if done.outcome == "built":
        built = number_of(done.rows_wrong, "count")
        return f"Built {built}, the largest {where} {worst['is']:,} ({took})."
    repaired = number_of(done.rows_wrong, "wrong count")
    return (
        f"Repaired {repaired} (largest error: {done.largest_error:,}): "
        f"{where} {worst['was']:,} -> {worst['is']:,} ({took})."
    )
