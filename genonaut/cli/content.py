"""`genonaut import` and `genonaut seed`: where the items of a gallery come from."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from genonaut.cli.options import Env, Json
from genonaut.cli.output import print_json, say
from genonaut.config import load_settings
from genonaut.db.counts import build_counts
from genonaut.db.failures import explain
from genonaut.db.session import Database, open_database
from genonaut.demo.seed import SeedResult, is_empty, seed
from genonaut.ingest.importer import import_paths
from genonaut.ingest.report import FileReport
from genonaut.ingest.rows import DEFAULT_CREATOR, Defaults

REASONS_SHOWN = 5


def register(app: typer.Typer) -> None:
    app.command("import")(import_)
    app.command("seed")(seed_)


def import_(
    *,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            help="Files (.csv, .tsv, .jsonl, .ndjson, .png) or folders of PNG files.",
        ),
    ],
    creator: Annotated[
        str, typer.Option(help="Username for rows that have none.", metavar="NAME")
    ] = DEFAULT_CREATOR,
    source: Annotated[
        Literal["regular", "auto"], typer.Option(help="How rows were made that do not say.")
    ] = "regular",
    encoding: Annotated[
        str | None,
        typer.Option(
            help="Of text files. Default: by byte order mark, else utf-8.", metavar="NAME"
        ),
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            help="Where bad rows go. Default: <name>.rejects.jsonl in the current folder.",
            metavar="PATH",
        ),
    ] = None,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Import collections of prompts and images. Importing the same again adds nothing.

    Exits with 0 if all is well, 3 if rows were rejected, 4 if a file could not be read.
    """
    with (
        open_database(load_settings(env)) as database,
        _connection(database) as connection,
        _progress("Importing") as on_progress,
    ):
        report = import_paths(
            connection,
            paths,
            defaults=Defaults(creator, source),
            encoding=encoding,
            rejects=rejects,
            on_progress=on_progress,
        )
        build_counts(database, "genonaut import")
    if as_json:
        print_json(report.as_json())
    else:
        for file in report.files:
            _say_what_came_of(file)
    raise typer.Exit(report.exit_code)


def seed_(
    users: Annotated[int, typer.Option(help="Users to make up.")] = 500,
    regular: Annotated[int, typer.Option(help="Items that somebody asked for.")] = 20_000,
    auto: Annotated[int, typer.Option(help="Items that were generated automatically.")] = 100_000,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Fill an empty database with demo data, the same every time."""
    started = time.monotonic()
    with open_database(load_settings(env)) as database:
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
    """Demo data, with a progress bar. None if it is `only_when_empty` and there are users.

    Raises:
        UsageError: there are users.
        DatabaseError: the database cannot be used.
    """
    with database.transaction() as session:
        connection = session.connection()
        if only_when_empty and not is_empty(connection):
            return None
        with _progress("Making demo data") as on_progress:
            return seed(
                connection, users=users, regular=regular, auto=auto, on_progress=on_progress
            )


@contextmanager
def _connection(database: Database) -> Iterator[Connection]:
    """One that commits when its user says so: an import commits after every batch."""
    try:
        with database.engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise explain(error, database.url) from error


def _say_what_came_of(file: FileReport) -> None:
    if file.read or not file.error:
        say(
            f"{file.file}: {file.read:,} rows read, {file.added:,} added, "
            f"{file.already_there:,} already there, {file.rejected:,} rejected."
        )
    if file.new_tags:
        say(f"  New tags: {file.new_tags:,}.")
    for reason, times in file.reasons.most_common(REASONS_SHOWN):
        say(f"  {times:,} x {reason}")
    if (others := len(file.reasons) - REASONS_SHOWN) > 0:
        say(f"  and {others:,} other reasons")
    if file.rejects_file:
        say(f"  The rejected rows are in {file.rejects_file}.")
    if file.error:
        sys.stderr.write(f"genonaut: {file.error}\n")


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal's standard error; nothing elsewhere."""
    columns = TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, in_all: bar.update(task, completed=done, total=in_all)
