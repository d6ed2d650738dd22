"""`genonaut watch`: what programs write into folders is taken in as soon as it is complete."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from watchfiles import Change, watch

from genonaut.ingest.folders import Found
from genonaut.ingest.intake import Intake, PictureOptions
from genonaut.ingest.loader import load_batch
from genonaut.ingest.pictures import PictureFiles
from genonaut.ingest.records import Reject, printable
from genonaut.ingest.rows import Defaults, ImportRow
from genonaut.ingest.waiting import Waiting
from genonaut.library.roots import Library

MOST_AT_ONCE: Final = 200
"""Few enough that a long list is seen to come in."""
LOOK_MILLISECONDS: Final = 300
PAUSE_SECONDS: Final = 2.0

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Watched:
    """A folder, and how its pictures are taken in."""

    folder: Path
    defaults: Defaults
    options: PictureOptions


def watch_folders(
    engine: Engine,
    library: Library,
    watched: Sequence[Watched],
    tell: Tell,
    stopped: threading.Event,
) -> None:
    """Take in what is in the folders and what comes, until it is stopped.

    A folder that is away, and a database that is, are waited for; then the folders are searched
    once more, so that nothing is lost in between.

    Raises:
        UsageError: a folder's pictures cannot be taken in as asked for.
    """
    absent = set[Path]()
    while not stopped.is_set():
        present = [each for each in watched if each.folder.is_dir()]
        for folder in {each.folder for each in watched if each not in present} - absent:
            tell(f"{printable(folder)} is not there: waiting for it.")
        absent = {each.folder for each in watched if each not in present}
        try:
            if present:
                _follow(engine, library, present, absent, tell, stopped)
        except DBAPIError as error:
            tell(f"The database cannot be used: waiting for it. ({_first_line(error)})")
        except OSError as error:
            tell(f"The library cannot be written to: waiting for it. ({error.strerror})")
        stopped.wait(PAUSE_SECONDS)


def _follow(
    engine: Engine,
    library: Library,
    present: Sequence[Watched],
    absent: set[Path],
    tell: Tell,
    stopped: threading.Event,
) -> None:
    """Take in what comes, until a folder goes away or comes back."""
    with ExitStack() as stack:
        connection = stack.enter_context(engine.connect())
        folders = [_WatchedFolder(each, connection, library, stack, tell) for each in present]
        before = _identities(present)
        for changes in _changes([each.folder for each in present], tell, stopped):
            for folder in folders:
                folder.note(changes)
                folder.take_in(stopped)
            if _identities(present) != before or any(folder.is_dir() for folder in absent):
                return


class _WatchedFolder:
    """One folder, with all that taking in its pictures needs."""

    def __init__(
        self,
        watched: Watched,
        connection: Connection,
        library: Library,
        stack: ExitStack,
        tell: Tell,
    ) -> None:
        self._folder = watched.folder.resolve()
        self._name = printable(watched.folder)
        self._connection = connection
        self._library = library
        self._tell = tell
        self._intake = stack.enter_context(
            Intake(connection, library, watched.defaults, watched.options)
        )
        self._waiting = Waiting(self._folder, library.folder.resolve())
        self._waiting.note_folder(str(self._folder))

    def note(self, changes: Iterable[tuple[Change, str]]) -> None:
        """Those of the changes that are in this folder."""
        for change, path in changes:
            if change is not Change.deleted and Path(path).is_relative_to(self._folder):
                self._waiting.note(path)

    def take_in(self, stopped: threading.Event) -> None:
        """Those that are complete, in batches; and say what became of them."""
        self._waiting.search_again()
        found = self._waiting.unchanged()
        while found and not stopped.is_set():
            batch, found = found[:MOST_AT_ONCE], found[MOST_AT_ONCE:]
            self._take_in(batch)
        self._say_refused(self._waiting.settled())

    def _take_in(self, batch: Sequence[Found]) -> None:
        rows, reasons = list[ImportRow](), dict[str, str]()
        for item in PictureFiles(self._folder, self._intake, batch):
            if isinstance(item, ImportRow):
                rows.append(item)
            elif isinstance(item, Reject):
                reasons[item.file] = item.reason
        added = load_batch(self._connection, rows, self._library).items
        # A reject names its file as it is shown.
        shown = {each.path: printable(each.path) for each in batch}
        refused = {path: reasons[name] for path, name in shown.items() if name in reasons}
        self._waiting.refuse(refused, batch)
        if added:
            self._tell(f"{self._name}: {added:,} added.")

    def _say_refused(self, reasons: Counter[str]) -> None:
        for reason, times in reasons.most_common():
            self._tell(f"{self._name}: {times:,} rejected: {reason}")


def _changes(
    folders: Sequence[Path], tell: Tell, stopped: threading.Event
) -> Iterator[set[tuple[Change, str]]]:
    """What has changed, again and again; an empty set if nothing has.

    The kernel tells of changes as long as it has watches left; else the folders are polled.
    """
    resolved = [folder.resolve() for folder in folders]
    try:
        yield from _watch(resolved, stopped, poll=False)
    except (OSError, RuntimeError) as error:  # the latter from a watch added later
        if not all(folder.is_dir() for folder in folders):
            return
        tell(
            f"The system cannot tell of changes ({error}), so the folders are looked through again "
            "and again: raise fs.inotify.max_user_watches."
        )
        yield from _watch(resolved, stopped, poll=True)


def _watch(
    folders: Sequence[Path], stopped: threading.Event, *, poll: bool
) -> Iterator[set[tuple[Change, str]]]:
    return watch(
        *folders,
        watch_filter=None,
        stop_event=stopped,
        debounce=LOOK_MILLISECONDS,
        rust_timeout=LOOK_MILLISECONDS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
        force_polling=poll,
    )


def _identities(watched: Sequence[Watched]) -> list[tuple[int, int] | None]:
    """Which folders these are: another one may have come to have the name."""
    found = list[tuple[int, int] | None]()
    for each in watched:
        try:
            about = each.folder.stat()
        except OSError:
            found.append(None)
        else:
            found.append((about.st_dev, about.st_ino))
    return found


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).partition("\n")[0]
