"""Listing a folder with all its subfolders: as quickly as the system does."""

import os
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple


class Found(NamedTuple):
    """A file that looks like a picture by its name, as it is listed."""

    path: str
    size: int
    modified_ns: int

    @classmethod
    def of(cls, path: str, about: os.stat_result) -> "Found":
        """A file by what the system says about it."""
        return cls(path, about.st_size, about.st_mtime_ns)


class Folder:
    """The pictures below a folder, sorted; and what else there is."""

    def __init__(self, path: str, endings: Collection[str], leave_out: str) -> None:
        """Folders named `leave_out` (a whole path) are not entered.

        Raises:
            OSError: the folder cannot be listed.
        """
        self.unlisted: list[OSError] = []
        self.others = Counter[str]()
        self._endings = frozenset(endings)
        self._leave_out = leave_out
        first = self._listed(path)
        if self.unlisted:
            raise self.unlisted[0]
        self.pictures = list(self._walk(first))

    def _walk(self, entries: list[os.DirEntry[str]]) -> Iterator[Found]:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.path != self._leave_out:
                    yield from self._walk(self._listed(entry.path))
            elif (ending := os.path.splitext(entry.name)[1].lower()) in self._endings:  # noqa: PTH122 - of many thousands
                yield _found(entry)
            else:
                self.others[_kind(entry, ending)] += 1

    def _listed(self, path: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(path) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.unlisted.append(error)
            return []


def _found(entry: os.DirEntry[str]) -> Found:
    try:
        return Found.of(entry.path, entry.stat())
    except OSError:  # a link to nowhere, or removed meanwhile: reading it will say so
        return Found(entry.path, 0, 0)


def _kind(entry: os.DirEntry[str], ending: str) -> str:
    """How a file that is no picture is counted."""
    return "link to a folder" if entry.is_dir() else ending or "no ending"
