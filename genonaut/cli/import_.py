"""`genonaut import`: collections of prompts and images become items."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from genonaut.archive.layout import is_export
from genonaut.cli.creators import Creator, defaults_of, with_owner
from genonaut.cli.importing import Wish, import_all, rehearse
from genonaut.cli.options import Env, Json
from genonaut.cli.picture_options import InPlace, OnlyWithPrompt, Root, picture_options
from genonaut.config import load_settings
from genonaut.db.counts import build_counts
from genonaut.db.failures import explain
from genonaut.db.session import Database, open_database
from genonaut.hints import typed
from genonaut.ingest.report import FileReport
from genonaut.library.roots import Library
from genonaut.running.output import print_json, progress_bar, say, say_error

REASONS_SHOWN = 5


def register(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    *,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            readable=False,  # is for the importer to find, which then goes on with the other paths
            help="Tables (.csv, .tsv, .jsonl, .ndjson, also .gz; .parquet), pictures (.png, .jpg, "
            ".webp, .avif), or folders of pictures.",
        ),
    ],
    creator: Creator = None,
    source: Annotated[
        Literal["regular", "auto"], typer.Option(help="Source of rows that name none.")
    ] = "regular",
    private: Annotated[
        bool,
        typer.Option(
            "--private",
            help="Only their creators and admins see them. Default: as each creator has it.",
            metavar="",
        ),
    ] = False,
    encoding: Annotated[
        str | None,
        typer.Option(
            help="Encoding of text files. Default: by byte order mark, else utf-8.",
            metavar="NAME",
        ),
    ] = None,
    in_place: InPlace = False,
    root: Root = None,
    only_with_prompt: OnlyWithPrompt = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            help="File for rejected rows. Default: <name>.rejects.jsonl in the current folder.",
            metavar="PATH",
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            help="The import's name, in `genonaut imports`. Default: that of the first path.",
            metavar="NAME",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Read everything, report, and write nothing.", metavar=""),
    ] = False,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Import collections of prompts and images. Importing the same files again adds nothing.

    A folder that `genonaut export` wrote comes back as it was; the other options are not for it.

    Exits with 0 if every row was accepted, 3 if rows were rejected, 4 if a file cannot be read.
    """
    options = picture_options(in_place=in_place, root=root, only_with_prompt=only_with_prompt)
    wish = Wish(
        [path for path in paths if not is_export(path)],
        [path for path in paths if is_export(path)],
        options,
        defaults_of(creator, source, private=private),
        encoding,
        rejects,
        name,
    )
    settings = load_settings(env)
    with (
        open_database(settings) as database,
        open_connection(database) as connection,
        progress_bar("Reading" if dry_run else "Importing") as on_progress,
    ):
        if creator is None:
            wish = replace(wish, defaults=with_owner(wish.defaults, settings, database))
        do = rehearse if dry_run else import_all
        report, kept_as = do(connection, Library.of(settings), wish, on_progress)
        if not dry_run:
            with open_database(settings, role="counting") as counting:
                build_counts(counting, "genonaut import")
    if as_json:
        print_json(report.as_json() | {"import": kept_as, "dry_run": dry_run})
    else:
        for file in report.files:
            _print_report(file)
        if dry_run:
            say("Nothing was written: this was a dry run.")
        if kept_as:
            say(f"To undo it: {typed(f'imports remove {shlex.quote(kept_as)}')}")
    raise typer.Exit(report.exit_code)


@contextmanager
def open_connection(database: Database) -> Iterator[Connection]:
    """A connection that leaves committing to its user: an import commits after every batch."""
    try:
        with database.engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise explain(error, database.url) from error


def _print_report(file: FileReport) -> None:
    if file.read or not file.error:
        say(
            f"{file.file}: {file.read:,} rows read, {file.added:,} added, "
            f"{file.already_there:,} already there, {file.rejected:,} rejected."
        )
    if file.changed:
        say(f"  {file.changed:,} changed since they were imported: they are new items.")
    shown = file.skipped.most_common(REASONS_SHOWN)
    for kind, times in shown:
        say(f"  {times:,} skipped, which are no pictures: {kind}")
    if others := file.skipped.total() - sum(times for _, times in shown):
        say(f"  {others:,} skipped of other types")
    if file.new_tags:
        say(f"  New tags: {file.new_tags:,}.")
    for reason, times in file.reasons.most_common(REASONS_SHOWN):
        say(f"  {times:,} x {reason}")
    if (others := len(file.reasons) - REASONS_SHOWN) > 0:
        say(f"  and {others:,} other reasons")
    if file.rejects_file:
        say(f"  The rejected rows are in {file.rejects_file}.")
    if file.error:
        say_error(file.error)
