"""Locks that say who is there. The kernel releases them when a process dies, even killed."""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from genonaut.embedded.private import open_file


class FileLock:
    """A `flock` on a file, which is created if it is missing.

    The open file holds it, so two of them in one process exclude each other.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = self._open(path)

    def _open(self, path: Path) -> int:
        return open_file(path, os.O_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def shared(self) -> None:
        """Wait until no other holder has it exclusively, then share it."""
        fcntl.flock(self._fd, fcntl.LOCK_SH)

    def exclusive(self) -> None:
        """Wait until there is no other holder, then have it alone."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Share it, unless another holder has it exclusively."""
        return self._try(fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        """Have it alone, unless there is another holder."""
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._fd)

    def fileno(self) -> int:
        """For a process that is to hold it with us: it stays locked until all have closed it."""
        return self._fd

    def is_in_place(self) -> bool:
        """Whether another process would still lock the same file."""
        with suppress(OSError):
            return os.path.samestat(os.fstat(self._fd), self._path.stat())
        return False

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._fd, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class FolderLock(FileLock):
    """The same on a folder that exists, for what data depends on.

    A file can be deleted under its lock, by a program that clears away what looks old: the next
    process then locks another file of the same name, and sees no holder. A folder that is not empty
    stays.
    """

    def _open(self, path: Path) -> int:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def own_folder(make: Callable[[], Path]) -> tuple[Path, FolderLock]:
    """A new folder that stays as long as its lock is held: until then it is no `abandoned` one."""
    while True:
        folder = make()
        # Another process may clear it away before it is locked.
        with suppress(FileNotFoundError):
            lock = FolderLock(folder)
            lock.shared()
            if lock.is_in_place():
                return folder, lock
            lock.close()


def abandoned(folders: Iterable[Path]) -> Iterator[Path]:
    """Those of them whose makers are gone; each is locked until the next is asked for."""
    for folder in folders:
        try:
            lock = FolderLock(folder)
        except FileNotFoundError:  # another process has just removed it
            continue
        with lock:
            if lock.try_exclusive() and lock.is_in_place():
                yield folder
