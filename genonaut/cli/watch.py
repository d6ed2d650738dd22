"""`genonaut watch`: pictures are taken in as they are written."""

import signal
import threading
from pathlib import Path
from typing import Annotated, Literal

import typer

from genonaut.cli.options import Env
from genonaut.cli.picture_options import InPlace, OnlyWithPrompt, Root, picture_options
from genonaut.config import Settings, WatchSettings, load_settings
from genonaut.db.counts import build_counts
from genonaut.db.session import open_database
from genonaut.errors import UsageError
from genonaut.ingest.intake import PictureOptions
from genonaut.ingest.records import printable
from genonaut.ingest.rows import DEFAULT_CREATOR, Defaults
from genonaut.ingest.watching import Watched, watch_folders
from genonaut.library.roots import Library
from genonaut.running.output import say


def register(app: typer.Typer) -> None:
    app.command()(watch)


def watch(
    *,
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FOLDER", help="Folders of pictures. Default: those in `library.watch`."
        ),
    ] = None,
    creator: Annotated[
        str, typer.Option(help="Creator of the pictures.", metavar="NAME")
    ] = DEFAULT_CREATOR,
    source: Annotated[
        Literal["regular", "auto"], typer.Option(help="Source of the pictures.")
    ] = "regular",
    in_place: InPlace = False,
    root: Root = None,
    only_with_prompt: OnlyWithPrompt = False,
    env: Env = None,
) -> None:
    """Take in the pictures in folders, and each new one as soon as it is complete. Ctrl-C ends it.

    What came while no process watched is taken in at the start.
    """
    options = picture_options(in_place=in_place, root=root, only_with_prompt=only_with_prompt)
    settings = load_settings(env)
    given = [Watched(folder, Defaults(creator, source), options) for folder in folders or []]
    watched = given or [_from_settings(each) for each in settings.library.watch]
    _check(watched, given)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # an exception would be lost in the watcher
        signal.signal(number, lambda _number, _frame: stopped.set())
    _watch(settings, watched, stopped)


def _watch(settings: Settings, watched: list[Watched], stopped: threading.Event) -> None:
    with open_database(settings) as database:
        build_counts(database, "genonaut watch")
        names = ", ".join(printable(each.folder) for each in watched)
        say(f"Watching {names}.")
        watch_folders(database.engine, Library.of(settings), watched, say, stopped)


def _check(watched: list[Watched], given: list[Watched]) -> None:
    if not watched:
        raise UsageError("No folder to watch: name one, or set `library.watch`.")
    for each in given:
        if not each.folder.is_dir():
            raise UsageError(f"{printable(each.folder)} is not a folder: check the name.")
    folders = [each.folder.resolve() for each in watched]
    for folder in folders:
        if sum(folder.is_relative_to(other) for other in folders) > 1:
            raise UsageError(
                f"{printable(folder)} is named twice, or is in another watched folder: name one."
            )


def _from_settings(chosen: WatchSettings) -> Watched:
    return Watched(
        chosen.folder,
        Defaults(chosen.creator or DEFAULT_CREATOR, chosen.source),
        PictureOptions(chosen.in_place, chosen.root, chosen.only_with_prompt),
    )
