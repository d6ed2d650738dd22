"""`genonaut export`: the gallery as a folder that an import takes back."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from sqlalchemy.orm import Session

from genonaut.api.services.user_service import UserService
from genonaut.archive.writing import Chosen, Exported, export
from genonaut.cli.options import Env, Json
from genonaut.config import load_settings
from genonaut.db.schema import PARTITIONS
from genonaut.db.session import open_database
from genonaut.ingest.report import ALL_GOOD, SOME_REJECTED
from genonaut.library.roots import Library
from genonaut.running.output import number_of, print_json, progress_bar, say


def register(app: typer.Typer) -> None:
    app.command("export")(export_)


def export_(
    *,
    folder: Annotated[Path, typer.Argument(metavar="DEST", help="A new or an empty folder.")],
    creator: Annotated[
        str | None, typer.Option(help="Only this user's items: an id or a name.", metavar="NAME")
    ] = None,
    source: Annotated[
        Literal["regular", "auto"] | None, typer.Option(help="Only items of this source.")
    ] = None,
    without_files: Annotated[
        bool, typer.Option("--without-files", help="Leave out the pictures' files.", metavar="")
    ] = False,
    env: Env = None,
    as_json: Json = False,
) -> None:
    """Write the gallery to a folder: pictures and JSON Lines, which `genonaut import` takes back.

    Exits with 0 if everything was written, 3 if files are missing or have changed.
    """
    settings = load_settings(env)
    with (
        open_database(settings) as database,
        database.snapshot() as session,
        progress_bar("Exporting") as on_progress,
    ):
        chosen = _chosen(session, creator, source, with_files=not without_files)
        library = Library.of(settings)
        exported = export(session.connection(), library, folder, chosen, on_progress)
    if as_json:
        print_json(exported.as_json())
    else:
        _print(exported, folder)
    raise typer.Exit(SOME_REJECTED if exported.problems else ALL_GOOD)


def _chosen(
    session: Session, creator: str | None, source: str | None, *, with_files: bool
) -> Chosen:
    user = UserService(session).find(creator) if creator else None
    return Chosen(user.id if user else None, PARTITIONS[source] if source else None, with_files)


def _print(exported: Exported, folder: Path) -> None:
    for reason, times in exported.problems.items():
        say(f"BAD  {number_of(times, 'file')} {reason}")
        for name in exported.names[reason]:
            say(f"     {name}")
    say(
        f"Exported {number_of(exported.items, 'item')}, {number_of(exported.users, 'user')}, "
        f"{number_of(exported.tags, 'tag')} and {number_of(exported.files, 'file')} to {folder}."
    )
