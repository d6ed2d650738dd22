"""`genonaut watch`: pictures are taken in as they are written."""

import signal
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from genonaut.cli.creators import Creator, defaults_of, with_owner
from genonaut.cli.options import Env
from genonaut.cli.picture_options import InPlace, OnlyWithPrompt, Root, picture_options
from genonaut.config import Settings, WatchSettings, load_settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database, open_database
from genonaut.errors import ConfigError, UsageError
from genonaut.ingest.intake import PictureOptions
from genonaut.ingest.records import printable
from genonaut.ingest.watched import Watched
from genonaut.ingest.watching import watch_folders
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
    creator: Creator = None,
    source: Annotated[
        Literal["regular", "auto"], typer.Option(help="Source of the pictures.")
    ] = "regular",
    private: Annotated[
        bool,
        typer.Option(
            "--private",
            help="Only their creator and admins see them. Default: as the creator has it.",
            metavar="",
        ),
    ] = False,
    in_place: InPlace = False,
    root: Root = None,
    only_with_prompt: OnlyWithPrompt = False,
    poll: Annotated[
        bool,
        typer.Option(
            "--poll", help="Search the folders every second: for network drives.", metavar=""
        ),
    ] = False,
    env: Env = None,
) -> None:
    """Take in the pictures in folders, and each new one as soon as it is complete. Ctrl-C ends it.

    What came while no process watched is taken in at the start.
    """
    options = picture_options(in_place=in_place, root=root, only_with_prompt=only_with_prompt)
    settings = load_settings(env)
    if folders:
        defaults = defaults_of(creator, source, private=private)
        watched = [Watched(each, defaults, options, poll, creator is not None) for each in folders]
        _check_given(watched)
    else:
        watched = folders_to_watch(settings)
    if not watched:
        raise UsageError("No folder to watch: name one, or set `library.watch`.")
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # an exception would be lost in the watcher
        signal.signal(number, lambda _number, _frame: stopped.set())
    _watch(settings, watched, stopped)


def _watch(settings: Settings, watched: list[Watched], stopped: threading.Event) -> None:
    with open_database(settings, role="counting") as counting:
        build_counts(counting, "genonaut watch")
    with open_database(settings) as database:
        watched = [_owned(each, settings, database) for each in watched]
        names = ", ".join(printable(each.folder) for each in watched)
        say(f"Watching {names}.")
        watch_folders(database.engine, Library.of(settings), watched, say, stopped)


def folders_to_watch(settings: Settings) -> list[Watched]:
    """Those of the settings.

    Raises:
        ConfigError: they do not go together, or a creator cannot have that name.
    """
    watched = list[Watched]()
    for place, chosen in enumerate(settings.library.watch):
        try:
            watched.append(_from_settings(chosen))
            _check_places(watched)
        except UsageError as error:
            raise ConfigError(f"library.watch[{place}] is wrong: {error}") from error
    return watched


def _check_given(watched: Sequence[Watched]) -> None:
    for each in watched:
        if not each.folder.is_dir():
            raise UsageError(f"{printable(each.folder)} is not a folder: check the name.")
    if watched[0].options.root is not None and len(watched) > 1:
        raise UsageError("--root names one folder: watch the others with another command.")
    _check_places(watched)


def _check_places(watched: Sequence[Watched]) -> None:
    folders = [each.folder.resolve() for each in watched]
    for folder in folders:
        if sum(folder.is_relative_to(other) for other in folders) > 1:
            raise UsageError(
                f"{printable(folder)} is named twice, or is in another watched folder: name one."
            )
    roots = Counter(each.options.root for each in watched if each.options.root)
    if twice := [root for root, times in roots.items() if times > 1]:
        raise UsageError(f"The root {twice[0]} is given to two folders: choose another name.")


def _from_settings(chosen: WatchSettings) -> Watched:
    return Watched(
        chosen.folder,
        defaults_of(chosen.creator, chosen.source, private=chosen.private),
        PictureOptions(chosen.in_place, chosen.root, chosen.only_with_prompt),
        chosen.poll,
        chosen.creator is not None,
    )


def _owned(watched: Watched, settings: Settings, database: Database) -> Watched:
    if watched.names_creator:
        return watched
    return replace(watched, defaults=with_owner(watched.defaults, settings, database))
