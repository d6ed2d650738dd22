"""Listing a folder with all its subfolders: as quickly as the system does, and held in little."""

import os
from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from genonaut.library.files import modified_ns


class Found(NamedTuple):
    """A file that looks like a picture by its name, as it is listed."""

    path: str
    size: int
    modified_ns: int

    @classmethod
    def of(cls, path: str, about: os.stat_result) -> "Found":
        """A file by what the system says about it."""
        return cls(path, about.st_size, modified_ns(about))


class _Listing(NamedTuple):
    """The pictures of one folder. A name and two numbers each: there may be a million."""

    folder: str  # with the slash
    names: list[str]
    sizes: "array[int]"
    times: "array[int]"


class Folder:
    """The pictures below a folder, each folder's own before its subfolders'; and what else it has.

    Iterating makes each `Found` anew, so that not all of them are in memory.
    """

    def __init__(self, path: str, endings: Collection[str], leave_out: str) -> None:
        """Folders named `leave_out` (a whole path) are not entered.

        Raises:
            OSError: the folder cannot be listed.
        """
        self.unlisted: list[OSError] = []
        self.others = Counter[str]()
        self._endings = frozenset(endings)
        self._leave_out = leave_out
        self._listings = list[_Listing]()
        self._walk(path)
        if self.unlisted and self.unlisted[0].filename == path:
            raise self.unlisted[0]
        self.size = sum(sum(each.sizes) for each in self._listings)

    def __iter__(self) -> Iterator[Found]:
        """The pictures."""
        for folder, *columns in self._listings:
            for name, size, modified in zip(*columns, strict=True):
                yield Found(folder + name, size, modified)

    def __len__(self) -> int:
        """How many pictures there are."""
        return sum(len(each.names) for each in self._listings)

    def _walk(self, path: str) -> None:
        waiting = [path]
        while waiting:
            folder = waiting.pop()
            names, subfolders = self._listed(folder)
            if names:
                self._listings.append(_with_stat(os.path.join(folder, ""), names))  # noqa: PTH118 - for the slash
            waiting += reversed(subfolders)

    def _listed(self, path: str) -> tuple[list[str], list[str]]:
        """The names of a folder's pictures, and the paths of its subfolders, both sorted."""
        names, subfolders = list[str](), list[str]()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        subfolders.append(entry.path)
                    elif (ending := _ending(entry.name)) in self._endings:
                        names.append(entry.name)
                    else:
                        self.others[_kind(entry, ending)] += 1
        except OSError as error:
            self.unlisted.append(error)
        return sorted(names), sorted(each for each in subfolders if each != self._leave_out)


def _with_stat(folder: str, names: list[str]) -> _Listing:
    listing = _Listing(folder, names, array("q"), array("q"))
    for name in names:
        try:
            about = os.stat(folder + name)  # noqa: PTH116 - of many thousands
        except OSError:  # a link to nowhere, or removed meanwhile: reading it will say so
            size, modified = 0, 0
        else:
            size, modified = about.st_size, modified_ns(about)
        listing.sizes.append(size)
        listing.times.append(modified)
    return listing


def _ending(name: str) -> str:
    """What comes behind the last dot, with it; a name that begins with its only dot has none."""
    stem, dot, ending = name.rpartition(".")
    return dot + ending.lower() if stem else ""


def _kind(entry: os.DirEntry[str], ending: str) -> str:
    """How a file that is no picture is counted."""
    return "link to a folder" if entry.is_dir() else ending or "no ending"
