"""`genonaut db`: the database's schema, its address and a shell."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from genonaut.cli.db_backup import dump_, restore_
from genonaut.cli.db_distributed import distribute_, nodes_
from genonaut.cli.db_server import upgrade_embedded
from genonaut.cli.options import Env, Yes, confirm
from genonaut.config import Settings, load_settings
from genonaut.db.address import as_uri, for_programs, with_password
from genonaut.db.counts import build_counts
from genonaut.db.distributed.detection import require_one_place
from genonaut.db.failures import explain
from genonaut.db.limits import PREPARE_NOTHING
from genonaut.db.migrate import downgrade as downgrade_schema
from genonaut.db.parts_of_words import NO_PARTS, add_index
from genonaut.db.programs import address_for
from genonaut.db.revisions import current_revision, head_revision
from genonaut.db.rights import creations, grants
from genonaut.db.roles import apply_roles
from genonaut.db.servers import server_url
from genonaut.db.session import open_database
from genonaut.embedded.folder import ServerFolder
from genonaut.embedded.installations import find_client
from genonaut.embedded.sockets import descriptors
from genonaut.errors import UsageError
from genonaut.running.output import number_of, print_built_counts, say

app = typer.Typer(help="The database: its schema, its address, a shell.", no_args_is_help=True)

_HAS_TABLE = "SELECT to_regclass('content_items_all') IS NOT NULL"
_HAS_ITEMS = "SELECT EXISTS (SELECT FROM content_items_all)"


def register(commands: typer.Typer) -> None:
    app.command(name="dump")(dump_)
    app.command(name="restore")(restore_)
    app.command(name="upgrade-server")(upgrade_embedded)
    app.command(name="distribute")(distribute_)
    app.command(name="nodes")(nodes_)
    commands.add_typer(app, name="db")


@app.command()
def upgrade(env: Env = None) -> None:
    """Bring the schema to the newest version, and build the counts if they were never built."""
    with open_database(load_settings(env), role="owner", migrate=True) as database:
        counts = build_counts(database, "db upgrade")
        has_parts = add_index(database)
        say(f"The schema of {database.url.database} is at {head_revision()}.")
        if not has_parts:
            say(NO_PARTS)
        print_built_counts(counts)


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="As in 0001_content; `base` removes everything.")],
    yes: Yes = False,
    env: Env = None,
) -> None:
    """Take the schema back to a revision. Data that the revision has no place for is lost."""
    with server_url(load_settings(env)) as url:
        engine = create_engine(url, connect_args=PREPARE_NOTHING)  # a pooler may be in between
        try:
            with engine.connect() as connection:
                require_one_place(connection, "genonaut db downgrade")
            if has_items(engine):
                lost = f"What {revision} has no place for is lost, and {url.database} has items."
                confirm(f"{lost} Go on?", yes=yes)
            downgrade_schema(engine, revision)
            reached = current_revision(engine)
        except DBAPIError as error:
            raise explain(error, url) from error
        finally:
            engine.dispose()
    say(f"The schema of {url.database} is at {reached or 'base'}.")


def has_items(engine: Engine) -> bool:
    """Whether there is anything to lose."""
    with engine.connect() as connection:
        if not connection.exec_driver_sql(_HAS_TABLE).scalar_one():
            return False
        return bool(connection.exec_driver_sql(_HAS_ITEMS).scalar_one())


@app.command()
def roles(
    apply: Annotated[
        bool, typer.Option("--apply", help="Create the roles and give the rights.", metavar="")
    ] = False,
    env: Env = None,
) -> None:
    """Print the SQL that gives application, worker and monitoring each its own rights."""
    settings = load_settings(env)
    names = settings.db.roles.model_dump()
    if not apply:
        say("\n".join(["BEGIN;", *creations(names), *grants(names, settings.db.name), "COMMIT;"]))
        return
    if settings.db.is_embedded:
        raise UsageError("The embedded server has its roles already: name a database of your own.")
    with open_database(settings, role="owner") as database:
        try:
            created = apply_roles(database.engine, names)
        except DBAPIError as error:
            raise explain(error, database.url) from error
    say(f"{number_of(len(names), 'role')} of {settings.db.name}: {', '.join(names.values())}.")
    for name in created:
        say(f"{name} is new, without a password: set one with `\\password {name}` in psql.")


@app.command()
def url(
    env: Env = None,
    password: Annotated[
        bool, typer.Option("--password", help="Show the password too.", metavar="")
    ] = False,
) -> None:
    """Print the database's address. An embedded server listens there while a process uses it."""
    settings = load_settings(env)
    with server_url(settings) as address:
        shown = _for_programs(address, settings.home) if settings.db.is_embedded else address
        if password and settings.db.is_embedded:
            shown = with_password(shown)
        say(as_uri(shown, secrets=password))


def _for_programs(address: URL, home: Path) -> URL:
    if descriptors():
        raise UsageError(
            f"The path of {home} is too long for a socket, or has a comma, so other programs "
            "cannot reach the embedded server: set GENONAUT_HOME to a folder with another path."
        )
    return for_programs(address)


@app.command(context_settings={"ignore_unknown_options": True})
def psql(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="Arguments for psql.", metavar="ARGUMENTS")
    ] = None,
    env: Env = None,
) -> None:
    """Open psql on the database, as in `genonaut db psql -- -c "SELECT 1"`."""
    settings = load_settings(env)
    with server_url(settings) as address:
        shown, variables = address_for("psql", settings, address)
        # Ctrl-C is for psql, which cancels a query with it. (If we ignored it, psql would as well.)
        signal.signal(signal.SIGINT, lambda *_: None)
        done = subprocess.run(
            [_psql_program(settings), shown, *(arguments or [])],
            env=variables,
            pass_fds=descriptors(),
            check=False,
        )
    sys.exit(done.returncode)


def _psql_program(settings: Settings) -> Path:
    data = ServerFolder(settings.home, "postgres").data if settings.db.is_embedded else None
    found = find_client("psql", data)
    if not found:
        raise UsageError("There is no psql on this machine: install a PostgreSQL client.")
    return found
