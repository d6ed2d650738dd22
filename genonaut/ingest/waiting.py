"""Which pictures of a watched folder are still to be taken in, and when to try.

A program that writes a picture may pause in the middle. So a picture is tried when two looks at its
size and date agree, and again whenever they change; it is refused for good only if they do not.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from genonaut.ingest.folders import Folder, Found
from genonaut.ingest.pictures import PICTURES

SETTLED_SECONDS: Final = 30.0
LOOK_SECONDS: Final = 0.3
"""Between two looks at the same picture."""
_LOOKS_AT_NEW_FOLDERS: Final = 3
_NOT_UTF8: Final = "\N{REPLACEMENT CHARACTER}"


class _Refused(NamedTuple):
    """A picture as it was when it was refused, why, and when."""

    found: Found
    reason: str
    since: float


class Waiting:
    """The pictures of one folder that wait, by path."""

    def __init__(
        self, folder: Path, leave_out: Path, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder = folder
        self._leave_out = str(leave_out)
        self._clock = clock
        self._seen = dict[str, Found | None]()
        self._refused = dict[str, _Refused]()
        self._new_folders = dict[str, int]()
        self._looked = clock() - LOOK_SECONDS

    @property
    def is_waiting(self) -> bool:
        """Whether there is anything to look at again soon."""
        return bool(self._seen or self._refused or self._new_folders)

    def note(self, path: str) -> None:
        """A file or a folder is new, or has changed."""
        if _NOT_UTF8 in path:  # and not its name: its folder has that
            self._new_folders[os.path.dirname(path)] = _LOOKS_AT_NEW_FOLDERS  # noqa: PTH120 - of many thousands
        elif os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114 - of many thousands
            self._new_folders[path] = _LOOKS_AT_NEW_FOLDERS
        elif os.path.splitext(path)[1].lower() in PICTURES:  # noqa: PTH122 - likewise
            self._seen.setdefault(path, None)

    def note_all(self) -> None:
        """Every picture may be new."""
        self._note_folder(str(self._folder))

    def _search_new_folders(self) -> None:
        """Files may be in them that came before they were watched."""
        for path, left in list(self._new_folders.items()):
            self._note_folder(path)
            self._new_folders[path] = left - 1
            if left == 1:
                del self._new_folders[path]

    def _note_folder(self, path: str) -> None:
        try:
            pictures = Folder(path, PICTURES, self._leave_out)
        except OSError:  # it went away meanwhile; if it comes back, that is a change
            return
        for found in pictures:
            if self._is_news(found):
                self._seen.setdefault(found.path, found)

    def _is_news(self, found: Found) -> bool:
        refused = self._refused.get(found.path)
        return refused is None or refused.found != found

    def unchanged(self) -> list[Found]:
        """Those that no program is writing any more, as far as two looks can tell."""
        if self._clock() - self._looked < LOOK_SECONDS:
            return []
        self._looked = self._clock()
        self._search_new_folders()
        self._look_at_refused()
        ready = list[Found]()
        for path, before in list(self._seen.items()):
            found = _look(path)
            if found and found != before:
                self._seen[path] = found
                continue
            del self._seen[path]
            if found:
                ready.append(found)
        return ready

    def refuse(self, reasons: Mapping[str, str], tried: Iterable[Found]) -> None:
        """These were tried in vain: they wait for a change, or until they have settled."""
        for found in tried:
            if found.path in reasons:
                refused = _Refused(found, reasons[found.path], self._clock())
                self._refused[found.path] = refused

    def settled(self) -> Counter[str]:
        """The reasons of those that stayed as they were, each told once."""
        before = self._clock() - SETTLED_SECONDS
        settled = {path: each for path, each in self._refused.items() if each.since <= before}
        for path in settled:
            del self._refused[path]
        return Counter(each.reason for each in settled.values())

    def _look_at_refused(self) -> None:
        """What has changed since it was refused is tried again."""
        for path, refused in list(self._refused.items()):
            found = _look(path)
            if found != refused.found:
                del self._refused[path]
                if found:
                    self._seen[path] = found


def _look(path: str) -> Found | None:
    """The picture as it is now; None if it is gone."""
    try:
        return Found.of(path, os.stat(path))  # noqa: PTH116 - of many thousands
    except OSError:
        return None
