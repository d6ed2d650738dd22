"""Opening a picture below a folder, and no other file."""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

HEAD_BYTES: Final = 32
MOST_BYTES: Final = 256 << 20
"""Of a picture: decoders want all of it in memory."""
# By the file's content: its name proves nothing, and SVG could contain a script.
_SIGNATURES: Final = (
    ("image/png", 0, (b"\x89PNG\r\n\x1a\n",)),
    ("image/jpeg", 0, (b"\xff\xd8\xff",)),
    ("image/gif", 0, (b"GIF87a", b"GIF89a")),
    ("image/webp", 8, (b"WEBP",)),
)
_AVIF: Final = {b"avif", b"avis"}
_LATEST_NS: Final = (1 << 63) - 1  # in the year 2262: a wrong clock may say a later one


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image that may be served. It is open, so nothing can take its place any more."""

    file: BinaryIO
    media_type: str
    about: os.stat_result

    @property
    def version(self) -> str:
        """Differs when the file does."""
        return f"{int(self.about.st_mtime * 1000):x}-{self.about.st_size:x}"


def modified_ns(about: os.stat_result) -> int:
    """When a file was changed, as the database can keep it."""
    return min(about.st_mtime_ns, _LATEST_NS)


def media_type_of(head: bytes) -> str | None:
    """What a file is by its first `HEAD_BYTES`; None if it is no image that pages show."""
    for media_type, at, marks in _SIGNATURES:
        if head[at:].startswith(marks):
            return media_type
    brands = {head[at : at + 4] for at in (8, *range(16, HEAD_BYTES, 4))}
    return "image/avif" if head[4:8] == b"ftyp" and brands & _AVIF else None


def open_below(folder: Path, name: str) -> ImageFile | None:
    """The image of that name, if its path stays below the folder when all links are followed."""
    if not _is_plain(name):
        return None
    # OSError: missing, unreadable, too long. ValueError: not a path.
    # RuntimeError: a loop of links, in Python before 3.13.
    with suppress(OSError, ValueError, RuntimeError):
        folder = folder.resolve(strict=True)
        path = (folder / name).resolve(strict=True)
        if path.is_relative_to(folder):
            return _inspect(_open_parts(folder, path.relative_to(folder).parts))
    return None


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and "\0" not in name and ".." not in parts and not name.startswith("/")


def _open_parts(folder: Path, parts: Sequence[str]) -> BinaryIO:
    """Open a file by the parts of its path below a folder, none of which may be a link.

    The path was resolved, so none of them was; but another process can replace one at any moment.
    """
    # Only what turns out to be a file is opened for reading: a device may have effects, and a pipe
    # would wait.
    found = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    try:
        for part in parts:
            inner = os.open(part, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=found)
            os.close(found)
            found = inner
        if not stat.S_ISREG(os.fstat(found).st_mode):
            raise FileNotFoundError
        return Path(f"/proc/self/fd/{found}").open("rb")
    finally:
        os.close(found)


def _inspect(file: BinaryIO) -> ImageFile | None:
    media_type = media_type_of(os.pread(file.fileno(), HEAD_BYTES, 0))
    if media_type is None:
        file.close()
        return None
    return ImageFile(file, media_type, os.fstat(file.fileno()))
