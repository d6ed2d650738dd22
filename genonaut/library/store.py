"""The copied files: each once, by its content, and never half of one under its name."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from genonaut.embedded.locks import FolderLock, abandoned, own_folder

FILES: Final = "files"
INCOMING: Final = "incoming"
ENDINGS: Final = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
}


@dataclass(frozen=True, slots=True)
class Store:
    """The folder of copies. `incoming` is on the same disk, for files that are not whole yet."""

    folder: Path
    incoming: Path

    def keep(
        self, content: bytes, digest: str, media_type: str, written: Path | None = None
    ) -> str:
        """Write a file, if it is not there yet; its name below the folder.

        `written` is a synced file of `incoming` with that content: it is moved, not copied.

        Raises:
            OSError: it cannot be written.
        """
        name = f"{FILES}/{digest[:2]}/{digest}{ENDINGS[media_type]}"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not _is_whole(path, len(content)):
            (written or self._write(content)).rename(path)
            sync_folder(path.parent)
        return name

    def _write(self, content: bytes) -> Path:
        part = self.incoming / uuid4().hex
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return part


@contextmanager
def open_store(folder: Path) -> Iterator[Store]:
    """The store, for as long as files are added; what killed imports left is removed first.

    Meanwhile no file is removed from it: `shared` excludes `emptying`.

    Raises:
        OSError: it cannot be written to.
    """
    waiting = folder / INCOMING
    waiting.mkdir(parents=True, exist_ok=True)
    (folder / FILES).mkdir(exist_ok=True)
    clear_incoming(folder)
    with FolderLock(folder / FILES) as files:
        files.shared()
        incoming, lock = own_folder(lambda: _new_folder(waiting))
        with lock:
            try:
                yield Store(folder, incoming)
            finally:
                shutil.rmtree(incoming, ignore_errors=True)


def clear_incoming(folder: Path) -> int:
    """Remove the folders of imports that no process is at any more; how many files they had."""
    removed = 0
    for left in abandoned((folder / INCOMING).glob("*/")):
        removed += sum(1 for _ in left.iterdir())
        shutil.rmtree(left, ignore_errors=True)
    return removed


def _new_folder(waiting: Path) -> Path:
    folder = waiting / uuid4().hex
    folder.mkdir()
    return folder


def _is_whole(path: Path, length: int) -> bool:
    try:
        return path.stat().st_size == length
    except FileNotFoundError:
        return False


def sync_folder(folder: Path) -> None:
    """Have the names in a folder survive a crash, as the files behind them do."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
