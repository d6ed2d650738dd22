"""Whether the system reports on folders that are new: it says nothing when its watches are used up.

AUTOMATIC1111 makes a folder a day, so that is how most folders come to be watched.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from watchfiles import Change

_LOOKS: Final = 10  # before a folder counts as unwatched: its watch is added by another thread


class UnwatchedFolderError(OSError):
    """A new folder is not watched."""


class NewFolders:
    """The folders that have come since the watch began, until it is known that they are watched."""

    def __init__(self, folders: Iterable[Path]) -> None:
        # Some file systems number a folder differently there: then nothing can be said.
        self._is_known = all(str(folder) in _watched([str(folder)]) for folder in folders)
        self._looks = dict[str, int]()

    def look(self, changes: Iterable[tuple[Change, str]]) -> None:
        """Note the folders among the changes, and look at those that came before.

        Raises:
            UnwatchedFolderError: one is not watched.
        """
        if not self._is_known:
            return
        watched = _watched(self._looks)
        left = {path: looks - 1 for path, looks in self._looks.items() if path not in watched}
        self._looks = {path: looks for path, looks in left.items() if _is_readable(path)}
        if 0 in self._looks.values():
            raise UnwatchedFolderError("OS file watch limit reached")
        for change, path in changes:
            if change is Change.added and _is_readable(path):
                self._looks.setdefault(path, _LOOKS)


def _is_readable(path: str) -> bool:
    is_folder = os.path.isdir(path) and not os.path.islink(path)  # noqa: PTH112, PTH114 - of many thousands
    return is_folder and os.access(path, os.R_OK | os.X_OK)


def _watched(folders: Iterable[str]) -> set[str]:
    """Those of the folders that this process has a watch on."""
    numbers = dict[str, str]()
    for folder in folders:
        with suppress(OSError):
            numbers[f"ino:{Path(folder).stat().st_ino:x}"] = folder
    return {numbers[number] for number in numbers.keys() & _numbers()} if numbers else set()


def _numbers() -> set[str]:
    found = set[str]()
    for handle in Path("/proc/self/fdinfo").iterdir():
        with suppress(OSError):  # closed meanwhile
            lines = handle.read_text().splitlines()
            found |= {line.split()[2] for line in lines if line.startswith("inotify ")}
    return found
