"""`genonaut db dump` and `genonaut db restore`: the database in a file, and back."""

from pathlib import Path
from typing import Annotated

import typer

from genonaut.cli.options import Env, Yes, confirm
from genonaut.config import Settings, load_settings
from genonaut.db.backup.contents import Contents, opened_dump
from genonaut.db.backup.dump import Dumped, dump
from genonaut.db.backup.files import name_in, remove_older
from genonaut.db.backup.restore import Restored, restore
from genonaut.db.backup.target import Held, held_by, require_restorable, require_room
from genonaut.db.revisions import head_revision
from genonaut.db.session import Database, open_as_owner
from genonaut.embedded.folder import ServerFolder
from genonaut.errors import UsageError
from genonaut.library.roots import Library
from genonaut.running.output import number_of, progress_bar, say


def dump_(
    *,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="The file, or a folder: then its name has database and time."
        ),
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a file that exists.", metavar="")
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(
            help="With a folder: how many dumps of this database to keep in it. Default: all.",
            min=1,
            max=10_000,
            show_default=False,
            metavar="N",
        ),
    ] = None,
    env: Env = None,
) -> None:
    """Write the database to a file, while the gallery runs. The pictures' files are not in it."""
    settings = load_settings(env)
    folder = file if file.is_dir() else None
    if keep and folder is None:
        raise UsageError(f"--keep is for dumps in a folder, and {file} is none: name a folder.")
    with open_as_owner(settings) as (database, _), progress_bar("Dumping") as on_progress:
        name = str(database.url.database)
        target = name_in(folder, name) if folder else file
        done = dump(database, settings, target, on_progress, replace=replace)
    _say_dumped(done, settings)
    if keep and folder:
        gone = remove_older(folder, name, keep)
        if gone:
            say(f"Removed {number_of(len(gone), 'older dump')}.")


def _say_dumped(done: Dumped, settings: Settings) -> None:
    what = f"{number_of(done.items, 'item')} of {number_of(done.users, 'user')}"
    say(f"Dumped {what} to {done.file} ({done.size / 1e6:.1f} MB, schema {done.revision}).")
    say(
        f"The pictures' files are not in it: now copy {Library.of(settings).folder}, and the "
        "folders that `genonaut library roots` lists."
    )


def restore_(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `genonaut db dump` wrote.")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Replace the items and users that are there.", metavar=""),
    ] = False,
    yes: Yes = False,
    env: Env = None,
) -> None:
    """Put a dump in the place of what the database holds: all of it, or nothing."""
    settings = load_settings(env)
    with opened_dump(file) as contents, open_as_owner(settings) as (database, names):
        require_restorable(database, contents)
        if database.is_embedded:
            require_room(ServerFolder(settings.home, "postgres").data, contents)
        _agree(database, held_by(database), replace=replace, yes=yes)
        with progress_bar("Restoring") as on_progress:
            done = restore(database, names, contents, say, on_progress)
    _say_restored(done, contents, database)


def _agree(database: Database, found: Held, *, replace: bool, yes: bool) -> None:
    if not (found.items or found.users):
        return
    held = f"{number_of(found.items, 'item')} and {number_of(found.users, 'user')}"
    if not replace:
        raise UsageError(
            f"{database.url.database} holds {held}: to lose them, add --replace; to keep them, "
            "restore into another database."
        )
    confirm(f"{database.url.database} loses {held}. Go on?", yes=yes)


def _say_restored(done: Restored, contents: Contents, database: Database) -> None:
    if contents.revision != head_revision():
        say(f"The schema was brought from {contents.revision} to {head_revision()}.")
    if lost := sorted(contents.granted - set(done.roles)):
        say(
            f"Rights of {', '.join(lost)} are not restored: for the roles of Genonaut, run "
            "`genonaut db roles --apply`."
        )
    exact = "all counts equal a recount"
    if done.repaired:
        wrong = number_of(done.repaired, "count")
        exact = f"all counts equal a recount, after {wrong} that the dump had wrong were repaired"
    what = f"{number_of(done.items, 'item')} of {number_of(done.users, 'user')}"
    say(f"Restored {what} to {database.url.database}, and {exact}.")
