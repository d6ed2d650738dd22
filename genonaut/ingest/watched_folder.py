"""One watched folder: what is in it comes in, and what leaves it is marked."""

import math
import os
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from watchfiles import Change

from genonaut.ingest.folders import Found
from genonaut.ingest.intake import Intake
from genonaut.ingest.leaving import PATIENCE_SECONDS, Leaving
from genonaut.ingest.loader import load_batch
from genonaut.ingest.pictures import PICTURES, PictureFiles
from genonaut.ingest.records import Reject, printable
from genonaut.ingest.rows import ImportRow
from genonaut.ingest.waiting import Waiting
from genonaut.ingest.watched import Means, Watched, identity

MOST_AT_ONCE: Final = 50
"""Few enough that a picture that is written meanwhile does not wait for long."""
SEARCH_SECONDS: Final = 300.0
"""The system drops reports if there are very many at once, so all is searched now and then."""


class WatchedFolder:
    """A folder that is there, and the pictures that wait in it."""

    def __init__(self, watched: Watched, means: Means) -> None:
        """Nothing is looked at before a search.

        Raises:
            UsageError: its pictures cannot be taken in as asked for.
        """
        self.folder = watched.folder.resolve()
        self._watched = watched
        self._name = printable(watched.folder)
        self._means = means
        self._identity = identity(self.folder)
        self._waiting = Waiting(self.folder, means.library.folder.resolve())
        self._ready = deque[Found]()
        self._folders = set[str]()
        self._search_at = self._compare_at = math.inf
        with means.engine.connect() as connection, self._intake(connection) as intake:
            manner = intake.manner(self.folder)
        above = manner.folder
        self._leaving = Leaving(means.library, manner.root, above) if above else None

    @property
    def is_polled(self) -> bool:
        return self._watched.poll

    def is_same(self) -> bool:
        """Whether no other folder has its name by now."""
        return self._identity is not None and identity(self.folder) == self._identity

    @property
    def is_busy(self) -> bool:
        return bool(self._ready)

    @property
    def is_waiting(self) -> bool:
        return self._waiting.is_waiting or bool(self._leaving and self._leaving.is_waiting)

    def search(self) -> None:
        """Look at everything the next time."""
        self._search_at = time.monotonic()

    def note(self, changes: Iterable[tuple[Change, str]]) -> None:
        """Those of the changes that are in this folder."""
        for change, path in changes:
            if not Path(path).is_relative_to(self.folder):
                continue
            if change is not Change.deleted:
                self._waiting.note(path)
            elif path in self._folders:
                self._compare_soon()
            elif self._leaving and path.lower().endswith(PICTURES):
                self._leaving.note(path)

    def work(self) -> int:
        """Take in a batch of what is complete; mark what has gone. How many pictures were tried."""
        if time.monotonic() >= self._search_at:
            self._search()
        self._note_ready(self._waiting.unchanged())
        batch = [self._ready.popleft() for _ in range(min(MOST_AT_ONCE, len(self._ready)))]
        if batch:
            self._take_in(batch)
        if self._leaving and not self.is_busy:  # a long list may be of files that have moved
            self._mark_gone(self._leaving)
        self._say_refused(self._waiting.settled())
        return len(batch)

    def _search(self) -> None:
        self._search_at = time.monotonic() + SEARCH_SECONDS
        self._folders.clear()
        if self._leaving:
            with self._means.engine.connect() as connection:
                self._leaving.mark_back(connection, self.folder, self.is_same)
        self._waiting.note_all()
        self._compare_soon()

    def _compare_soon(self) -> None:
        self._compare_at = min(self._compare_at, time.monotonic() + PATIENCE_SECONDS)

    def _mark_gone(self, leaving: Leaving) -> None:
        is_all = time.monotonic() >= self._compare_at
        if not is_all and not leaving.is_due:
            return
        with self._means.engine.connect() as connection:
            if is_all:
                self._compare_at = math.inf
                gone = leaving.mark_all(connection, self.folder, self.is_same)
            else:
                gone = leaving.mark_reported(connection, self.is_same)
        self._say(gone, "gone: their items say that they are missing.")

    def _note_ready(self, found: Sequence[Found]) -> None:
        """In front of a long list that is taken in: they were written just now."""
        self._ready.extendleft(reversed(found))
        for each in found:
            folder = os.path.dirname(each.path)  # noqa: PTH120 - of many thousands
            while folder not in self._folders and len(folder) > len(str(self.folder)):
                self._folders.add(folder)
                folder = os.path.dirname(folder)  # noqa: PTH120 - likewise

    def _intake(self, connection: Connection) -> Intake:
        watched, means = self._watched, self._means
        return Intake(connection, means.library, watched.defaults, watched.options, means.pool)

    def _take_in(self, batch: Sequence[Found]) -> None:
        rows, reasons = list[ImportRow](), dict[str, str]()
        with self._means.engine.connect() as connection, self._intake(connection) as intake:
            for item in PictureFiles(self.folder, intake, batch):
                if isinstance(item, ImportRow):
                    rows.append(item)
                elif isinstance(item, Reject):
                    reasons[item.file] = item.reason
            added = load_batch(connection, rows, self._means.library).items
        # A reject names its file as it is shown.
        shown = {each.path: printable(each.path) for each in batch}
        refused = {path: reasons[name] for path, name in shown.items() if name in reasons}
        self._waiting.refuse(refused, batch)
        self._say(added, "added.")

    def _say_refused(self, reasons: Counter[str]) -> None:
        for reason, times in reasons.most_common():
            self._say(times, f"rejected: {reason}")

    def _say(self, number: int, what: str) -> None:
        if number:
            self._means.tell(f"{self._name}: {number:,} {what}")
