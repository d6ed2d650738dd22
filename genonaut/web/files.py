"""Images from the configured folder, and from nowhere else."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Literal

from genonaut.api.entities import Item

Which = Literal["full", "thumb"]

_HEAD: Final = 32
# By what is in the file: what it is called proves nothing, and SVG could have a script in it.
_SIGNATURES: Final = (
    ("image/png", 0, (b"\x89PNG\r\n\x1a\n",)),
    ("image/jpeg", 0, (b"\xff\xd8\xff",)),
    ("image/gif", 0, (b"GIF87a", b"GIF89a")),
    ("image/webp", 8, (b"WEBP",)),
    ("image/avif", 4, (b"ftypavif", b"ftypavis")),
)


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image that may be served. Size in bytes, change in seconds since 1970."""

    path: Path
    media_type: str
    size: int
    changed: float

    @property
    def version(self) -> str:
        """Differs when the file does."""
        return f"{int(self.changed * 1000):x}-{self.size:x}"


class ImagesFolder:
    """The folder with the images that items name; without one, no item has a file."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def find(self, item: Item, which: Which) -> ImageFile | None:
        """The file of an item: its thumbnail, or the image, or whichever of the two there is."""
        names = [item.content_data, item.path_thumb]
        for name in reversed(names) if which == "thumb" else names:
            if name and (found := self._open(name)):
                return found
        return None

    def _open(self, name: str) -> ImageFile | None:
        """The file of that name, if its path stays below the folder with all links followed."""
        if self._folder is None or not _is_plain(name):
            return None
        # OSError: not there, not readable, too long. ValueError: no path at all.
        # RuntimeError: a loop of links, in Python before 3.13.
        with suppress(OSError, ValueError, RuntimeError):
            folder = self._folder.resolve(strict=True)
            path = (folder / name).resolve(strict=True)
            if path.is_relative_to(folder) and path.is_file():  # opening a device may do something
                return _inspect(path)
        return None


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and "\0" not in name and ".." not in parts and not name.startswith("/")


def _inspect(path: Path) -> ImageFile | None:
    # Not to wait for a pipe, and not to follow a link that was put there just now.
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            return None
        head = os.read(file, _HEAD)
    finally:
        os.close(file)
    for media_type, at, marks in _SIGNATURES:
        if head[at:].startswith(marks):
            return ImageFile(path, media_type, about.st_size, about.st_mtime)
    return None
