"""What changes in watched folders: the system reports it, or the folders are searched regularly."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, Self

from watchfiles import Change, watch

from genonaut.ingest.inotify import NewFolders

POLL_MILLISECONDS: Final = 1_000
_GROUP_MILLISECONDS: Final = 300
_STEP_MILLISECONDS: Final = 100

Tell = Callable[[str], None]
Changed = set[tuple[Change, str]] | None
"""Which paths have changed and how; None if any may have."""


class FolderGoneError(Exception):
    """A folder cannot be watched, because it is not there any more."""


class Changes:
    """One thread for the folders that the system reports on, and one for those that are polled."""

    def __init__(self, reported: Sequence[Path], polled: Sequence[Path], tell: Tell) -> None:
        self._tell = tell
        self._queue = SimpleQueue[Changed | Exception]()
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(folders, poll), daemon=True)
            for folders, poll in ((reported, False), (polled, True))
            if folders
        ]

    def within(self, seconds: float) -> Iterator[Changed]:
        """What has changed, as soon as something has; nothing if nothing has until then.

        Raises:
            FolderGoneError: a folder went away; those that come after it are not watched any more.
        """
        with suppress(Empty):
            found = self._queue.get(timeout=seconds)
            while True:
                if isinstance(found, Exception):
                    raise found
                yield found
                found = self._queue.get_nowait()

    def _run(self, folders: Sequence[Path], poll: bool) -> None:
        try:
            self._watch(folders, poll=poll)
        except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
            gone = not all(folder.is_dir() for folder in folders)
            self._queue.put(FolderGoneError() if gone else error)

    def _watch(self, folders: Sequence[Path], *, poll: bool) -> None:
        try:
            self._pass_on(folders, poll=poll)
        except (OSError, RuntimeError) as error:  # the latter from a watch added later
            if poll or not all(folder.is_dir() for folder in folders):
                raise
            self._tell(
                f"The system cannot report changes ({_reason(error)}): the folders are searched "
                "every second instead. Raise fs.inotify.max_user_watches, and restart."
            )
            self._pass_on(folders, poll=True)

    def _pass_on(self, folders: Sequence[Path], *, poll: bool) -> None:
        new: NewFolders | None = None
        for found in watch(
            *folders,
            watch_filter=None,
            stop_event=self._ended,
            debounce=_GROUP_MILLISECONDS,
            step=_STEP_MILLISECONDS,
            rust_timeout=_GROUP_MILLISECONDS,
            yield_on_timeout=True,
            ignore_permission_denied=True,
            force_polling=poll,
            poll_delay_ms=POLL_MILLISECONDS,
        ):
            if new is None:  # only now are the folders watched
                new = NewFolders(() if poll else folders)
                self._queue.put(None)
            if found:
                self._queue.put(found)
            if not poll:
                new.look(found)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()


def _reason(error: Exception) -> str:
    """In one line: the library adds the folder, and its own name for the error."""
    return str(error).partition(" about ")[0].rstrip(".")
