"""`genonaut watch`: what programs write into folders is taken in as soon as it is complete."""

import math
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from watchfiles import Change

from genonaut.errors import UsageError
from genonaut.ingest.changes import Changed, Changes, FolderGoneError, Tell
from genonaut.ingest.pool import TakingPool
from genonaut.ingest.records import printable
from genonaut.ingest.waiting import LOOK_SECONDS
from genonaut.ingest.watched import Means, Watched, identity
from genonaut.ingest.watched_folder import WatchedFolder
from genonaut.library.roots import Library

PAUSE_SECONDS: Final = 2.0
_IDLE_SECONDS: Final = 1.0
REST_SECONDS: Final = 30.0
"""Without work, until the processes end."""


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
    pool = TakingPool(library.processes)
    try:
        watch = _Watch(Means(engine, library, pool, tell), watched, stopped)
        while not stopped.is_set():
            watch.follow()
            stopped.wait(PAUSE_SECONDS)
    finally:
        pool.close()


class _Watch:
    """The folders that are there now, and what was said of the others."""

    def __init__(self, means: Means, watched: Sequence[Watched], stopped: threading.Event) -> None:
        self._means = means
        self._watched = watched
        self._stopped = stopped
        self._absent = list[Path]()
        self._said = dict[Path, str]()
        self._has_begun = False
        self._worked_at = time.monotonic()

    def follow(self) -> None:
        """Take in what comes, until a folder goes away or comes back, or something fails."""
        try:
            if folders := self._present():
                self._has_begun = True
                polled = [each.folder for each in folders if each.is_polled]
                reported = [each.folder for each in folders if not each.is_polled]
                with Changes(reported, polled, self._means.tell) as changes:
                    self._follow(folders, changes)
        except FolderGoneError:
            pass
        except DBAPIError as error:
            self._means.tell(f"The database cannot be used: waiting for it. ({_first_line(error)})")
        except OSError as error:
            self._means.tell(f"The library cannot be used: waiting for it. ({error.strerror})")

    def _present(self) -> list[WatchedFolder]:
        """The folders that can be watched; what is wrong with the others is said once.

        Raises:
            UsageError: the first time, instead.
        """
        self._absent = [each.folder for each in self._watched if not each.folder.is_dir()]
        found = list[WatchedFolder]()
        problems = dict.fromkeys(self._absent, "is not there: waiting for it.")
        for each in self._watched:
            try:
                if each.folder not in self._absent:
                    found.append(WatchedFolder(each, self._means))
            except UsageError as error:
                if not self._has_begun:
                    raise
                problems[each.folder] = f"cannot be watched: {error}"
        for folder, problem in problems.items() - self._said.items():
            self._means.tell(f"{printable(folder)} {problem}")
        self._said = problems
        return found

    def _follow(self, folders: Sequence[WatchedFolder], changes: Changes) -> None:
        while not self._stopped.is_set():
            for change in changes.within(_pause(folders)):
                _note(folders, change)
            if sum(folder.work() for folder in folders):
                self._worked_at = time.monotonic()
            elif time.monotonic() - self._worked_at > REST_SECONDS:
                self._means.pool.rest()
                self._worked_at = math.inf
            if any(map(identity, self._absent)) or not all(each.is_same() for each in folders):
                return


def _pause(folders: Sequence[WatchedFolder]) -> float:
    """How long to wait for changes."""
    if any(folder.is_busy for folder in folders):
        return 0
    return LOOK_SECONDS if any(folder.is_waiting for folder in folders) else _IDLE_SECONDS


def _note(folders: Sequence[WatchedFolder], changed: Changed) -> None:
    """Pass changes on.

    Raises:
        FolderGoneError: a watched folder itself was moved, so the system reports on it no more.
    """
    if changed is None:
        for folder in folders:
            folder.search()
        return
    if any((Change.deleted, str(folder.folder)) in changed for folder in folders):
        raise FolderGoneError
    for folder in folders:
        folder.note(changed)


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).partition("\n")[0]
