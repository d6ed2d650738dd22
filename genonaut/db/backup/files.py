"""Files of dumps: one that appears when it is complete, and a folder that keeps the newest."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO

from genonaut.embedded.private import open_file
from genonaut.errors import StorageFullError, UsageError

SUFFIX = ".dump"
LEAST_SHARE = 16  # of the tables' bytes: no dump of ours was smaller
SPARE_BYTES = 16 << 20


@contextmanager
def unfinished(target: Path, *, replace: bool) -> Iterator[Path]:
    """A file beside the target, for us alone, that takes its name at the end.

    What a killed dump left there is written over.

    Raises:
        UsageError: the target exists, or cannot be written, or another dump writes it.
    """
    if not replace:
        _refuse_existing(target)
    part = target.with_name(f".{target.name}.unfinished")
    try:
        handle = open_file(part, os.O_WRONLY)
    except OSError as error:
        raise UsageError(
            f"{part} cannot be written ({error.strerror}): choose a folder that you can write to."
        ) from error
    with os.fdopen(handle, "wb") as file:
        if not _is_ours_alone(file, part):
            raise UsageError(f"Another dump to {target} is running: wait for it.")
        file.truncate()
        try:
            yield part
            os.fsync(file.fileno())
            _publish(part, target, replace=replace)
        finally:
            part.unlink(missing_ok=True)


def _refuse_existing(target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} exists already: add --replace, or choose another name.")


def _is_ours_alone(file: IO[bytes], part: Path) -> bool:
    try:
        flock(file, LOCK_EX | LOCK_NB)
        # Another dump may have finished since we opened it, and then it is that one's file.
        return os.path.samestat(os.fstat(file.fileno()), part.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _publish(part: Path, target: Path, *, replace: bool) -> None:
    if not replace:
        _refuse_existing(target)  # another program may have written it meanwhile
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def require_room(folder: Path, tables: int) -> None:
    """Refuse a disk that cannot have room for a dump of so many bytes of tables.

    Raises:
        StorageFullError: it has less than the least that this takes.
    """
    about = os.statvfs(folder)
    free, needed = about.f_bavail * about.f_frsize, tables // LEAST_SHARE + SPARE_BYTES
    if free < needed:
        raise StorageFullError(
            f"A dump of {tables >> 20:,} MiB of tables takes at least {needed >> 20:,} MiB, and "
            f"{folder} has {free >> 20:,} MiB: make room, or name a file on another disk."
        )


def name_in(folder: Path, database: str) -> Path:
    """A name for a dump of now, in a folder of dumps."""
    return folder / f"{database}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}{SUFFIX}"


def remove_older(folder: Path, database: str, keep: int) -> list[Path]:
    """Remove all dumps of a database with such names but the newest, and what killed ones left.

    Raises:
        UsageError: one of them cannot be removed.
    """
    stamp = re.escape(database) + r"-\d{8}T\d{6}Z" + re.escape(SUFFIX)
    names = sorted(file.name for file in folder.iterdir())
    gone = [folder / name for name in names if re.fullmatch(stamp, name)][:-keep]
    left = [folder / name for name in names if re.fullmatch(rf"\.{stamp}\.unfinished", name)]
    gone += [part for part in left if _is_left(part)]
    for file in gone:
        try:
            file.unlink()
        except OSError as error:
            raise UsageError(
                f"The older dump {file} cannot be removed ({error.strerror}): remove it by hand."
            ) from error
    return gone


def _is_left(part: Path) -> bool:
    """Whether no dump is writing it."""
    with suppress(OSError), part.open("rb") as file:
        return _is_ours_alone(file, part)
    return False
