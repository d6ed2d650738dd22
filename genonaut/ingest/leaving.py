"""Which files of a folder in place may be gone, and what the database is to say of them."""

import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Row

from genonaut.ingest.loader import tried_again
from genonaut.library.files import modified_ns
from genonaut.library.gone import known_files, mark_gone, mark_there
from genonaut.library.roots import Library

PATIENCE_SECONDS: Final = 1.5
"""A file that got another name is taken in under that first, so that its item never misses it."""

IsSame = Callable[[], bool]


class Leaving:
    """The files of one folder below a root: by events, or by comparing everything."""

    def __init__(
        self, library: Library, root: str, above: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._library = library
        self._root = root
        self._above = f"{above}/"
        self._clock = clock
        self._since = dict[str, float]()

    @property
    def is_waiting(self) -> bool:
        return bool(self._since)

    def note(self, path: str) -> None:
        """A file was reported to be gone."""
        self._since.setdefault(path, self._clock())

    @property
    def is_due(self) -> bool:
        """Whether one was reported some time ago."""
        return bool(self._due())

    def _due(self) -> list[str]:
        before = self._clock() - PATIENCE_SECONDS
        return [path for path, since in self._since.items() if since <= before]

    def mark_reported(self, connection: Connection, is_same: IsSame) -> int:
        """Mark those that were reported some time ago; see `mark_all`."""
        due = self._due()
        names = [name for path in due if (name := self._name(path)) and self._is_gone(name)]
        marked = self._mark(connection, names, is_same)
        for path in due:
            del self._since[path]
        return marked

    def mark_all(self, connection: Connection, folder: Path, is_same: IsSame) -> int:
        """Compare every file in a folder with what the database knows; how many went missing.

        `is_same` returns whether the folder is still the same one: where a drive was, there may
        be an empty folder now.
        """
        pages = self._known(connection, folder)
        gone = ([row.name for row in page if self._is_gone(row.name)] for page in pages)
        return sum(self._mark(connection, names, is_same) for names in gone)

    def mark_back(self, connection: Connection, folder: Path, is_same: IsSame) -> None:
        """Those that were missing and are there as they were: they need not be read again."""
        for page in self._known(connection, folder):
            names = [row.name for row in page if row.is_missing and self._is_back(row)]
            if names and is_same():
                tried_again(connection, partial(mark_there, connection, names))

    def _known(self, connection: Connection, folder: Path) -> Iterator[Sequence[Row[Any]]]:
        return known_files(connection, self._root, self._name(f"{folder}/") or "")

    def _mark(self, connection: Connection, names: list[str], is_same: IsSame) -> int:
        if not names or not is_same():
            return 0
        mark = partial(mark_gone, connection, self._library, sorted(names))
        return tried_again(connection, mark)

    def _name(self, path: str) -> str | None:
        """The file's name in the library; None if it cannot have one."""
        if not path.startswith(self._above) or "\0" in path or not _is_text(path):
            return None
        return f"{self._root}/{path.removeprefix(self._above)}"

    def _path(self, name: str) -> str:
        return self._above + name.partition("/")[2]

    def _is_gone(self, name: str) -> bool:
        """Whether there is no such file for sure: a disk may have errors for a while."""
        try:
            return not stat.S_ISREG(os.stat(self._path(name)).st_mode)  # noqa: PTH116 - of many thousands
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False

    def _is_back(self, row: Row[Any]) -> bool:
        try:
            about = os.stat(self._path(row.name))  # noqa: PTH116 - likewise
        except OSError:
            return False
        return (about.st_size, modified_ns(about)) == (row.bytes, row.modified_ns)


def _is_text(path: str) -> bool:
    return path.isascii() or path.encode(errors="replace").decode() == path
