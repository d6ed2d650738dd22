"""`genonaut seed`: demo data."""

import time
from dataclasses import asdict
from typing import Annotated

import typer

from genonaut.cli.options import Env, Json
from genonaut.config import load_settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database, open_database
from genonaut.demo.seed import SeedResult, is_empty
from genonaut.demo.seed import seed as make_demo
from genonaut.running.output import print_json, progress_bar, say


def register(app: typer.Typer) -> None:
    app.command()(seed)


def seed(
    users: Annotated[int, typer.Option(help="Users to create.", metavar="N")] = 500,
    regular: Annotated[int, typer.Option(help="Regular items to create.", metavar="N")] = 20_000,
    auto: Annotated[int, typer.Option(help="Automatic items to create.", metavar="N")] = 100_000,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Fill an empty database with demo data, identical every time."""
    started = time.monotonic()
    with open_database(load_settings(env), role="owner") as database:
        made = seed_with_progress(database, users=users, regular=regular, auto=auto)
        build_counts(database, "genonaut seed")
    if as_json and made:
        print_json(asdict(made))
    elif made:
        say(
            f"Made {made.users:,} users, {made.regular:,} regular and {made.auto:,} auto items "
            f"in {time.monotonic() - started:.1f} s."
        )


def seed_with_progress(
    database: Database,
    *,
    only_when_empty: bool = False,
    users: int = 500,
    regular: int = 20_000,
    auto: int = 100_000,
) -> SeedResult | None:
    """Make demo data, with a progress bar. None if there are users and it is `only_when_empty`.

    Raises:
        UsageError: there are users, and it is not `only_when_empty`.
        DatabaseError: the database cannot be used.
    """
    with database.transaction() as session:
        connection = session.connection()
        if only_when_empty and not is_empty(connection):
            return None
        with progress_bar("Making demo data") as on_progress:
            return make_demo(
                connection, users=users, regular=regular, auto=auto, on_progress=on_progress
            )
