"""`genonaut db`: the database's schema, its address and a shell."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import URL, create_engine
from sqlalchemy.exc import DBAPIError

from genonaut.cli.options import Env
from genonaut.config import load_settings
from genonaut.db import migrate
from genonaut.db.counts import build_counts
from genonaut.db.failures import explain
from genonaut.db.session import open_database, server_url
from genonaut.embedded.cluster import find_binaries
from genonaut.embedded.postgres import without_libpq_variables
from genonaut.errors import UsageError
from genonaut.running.output import print_built_counts, say

app = typer.Typer(help="The database: its schema, its address, a shell.", no_args_is_help=True)


def register(commands: typer.Typer) -> None:
    commands.add_typer(app, name="db")


@app.command()
def upgrade(env: Env = None) -> None:
    """Bring the schema to the newest version, and build the counts if they were never built."""
    with open_database(load_settings(env), migrate=True) as database:
        counts = build_counts(database, "db upgrade")
        say(f"The schema of {database.url.database} is at {migrate.head_revision()}.")
        print_built_counts(counts)


@app.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="As in 0001_content; `base` removes everything.")],
    env: Env = None,
) -> None:
    """Take the schema back to a revision. Data that the revision has no place for is lost."""
    with server_url(load_settings(env)) as url:
        engine = create_engine(url)
        try:
            migrate.downgrade(engine, revision)
            reached = migrate.current_revision(engine)
        except DBAPIError as error:
            raise explain(error, url) from error
        finally:
            engine.dispose()
    say(f"The schema of {url.database} is at {reached or 'base'}.")


@app.command()
def url(
    env: Env = None,
    password: Annotated[
        bool, typer.Option("--password", help="Show the password too.", metavar="")
    ] = False,
) -> None:
    """Print the database's address. An embedded server listens there while a process uses it."""
    with server_url(load_settings(env)) as address:
        plain = address.set(drivername="postgresql")
        say(plain.render_as_string(hide_password=not password))


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
        ours = settings.db.is_embedded
        plain = URL.create(
            "postgresql",
            address.username,
            host=address.host,
            port=address.port,
            database=address.database,
            query={} if ours else address.query,
        ).render_as_string()
        variables = without_libpq_variables() if ours else dict(os.environ)
        secret = {"PGPASSWORD": address.password} if address.password else {}
        # Ctrl-C is for psql, which cancels a query with it. (If we ignored it, psql would as well.)
        signal.signal(signal.SIGINT, lambda *_: None)
        done = subprocess.run(
            [_psql_program(), plain, *(arguments or [])], env=variables | secret, check=False
        )
    sys.exit(done.returncode)


def _psql_program() -> Path:
    ours = find_binaries(None) / "psql"
    found = str(ours) if ours.exists() else shutil.which("psql")
    if not found:
        raise UsageError("There is no psql on this machine: install a PostgreSQL client.")
    return Path(found)
