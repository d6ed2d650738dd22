"""Where an item's picture is: its file in the images folder, or else a drawing."""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Literal

from genonaut.api.entities import Item
from genonaut.pictures import DRAWING_VERSION

Which = Literal["full", "thumb"]

_HEAD: Final = 32
# By the file's content: its name proves nothing, and SVG could contain a script.
_SIGNATURES: Final = (
    ("image/png", 0, (b"\x89PNG\r\n\x1a\n",)),
    ("image/jpeg", 0, (b"\xff\xd8\xff",)),
    ("image/gif", 0, (b"GIF87a", b"GIF89a")),
    ("image/webp", 8, (b"WEBP",)),
    ("image/avif", 4, (b"ftypavif", b"ftypavis")),
)


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


class ImagesFolder:
    """The configured folder of images, and no other place; without one, no item has a file."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def version(self, item: Item, which: Which) -> str | None:
        """The version of an item's file, if it has one."""
        found = self.open(item, which)
        if found is None:
            return None
        found.file.close()
        return found.version

    def open(self, item: Item, which: Which) -> ImageFile | None:
        """The file of an item: its image or thumbnail, or the other one if that is missing."""
        names = [item.content_data, item.path_thumb]
        for name in reversed(names) if which == "thumb" else names:
            if name and (found := self._open(name)):
                return found
        return None

    def _open(self, name: str) -> ImageFile | None:
        """The file of that name, if its path stays below the folder when all links are followed."""
        if self._folder is None or not _is_plain(name):
            return None
        # OSError: missing, unreadable, too long. ValueError: not a path.
        # RuntimeError: a loop of links, in Python before 3.13.
        with suppress(OSError, ValueError, RuntimeError):
            folder = self._folder.resolve(strict=True)
            path = (folder / name).resolve(strict=True)
            if path.is_relative_to(folder):
                return _inspect(_open_below(folder, path.relative_to(folder).parts))
        return None


class PictureUrls:
    """Addresses of pictures. They change with the picture, so that browsers may keep them."""

    def __init__(self, folder: ImagesFolder) -> None:
        self._folder = folder

    def url(self, item: Item, which: Which) -> str:
        """The address of an item's picture."""
        if version := self._folder.version(item, which):
            return f"/gallery/files/{item.id}/{which}?v={version}"
        return f"/gallery/pictures/{item.id}.svg?v={drawing_version(item.prompt)}"

    def is_drawn(self, item: Item) -> bool:
        """Whether the item has no file."""
        return self._folder.version(item, "full") is None


def drawing_version(prompt: str) -> str:
    """Differs when the drawing does."""
    return sha256(f"{DRAWING_VERSION} {prompt}".encode()).hexdigest()[:12]


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and "\0" not in name and ".." not in parts and not name.startswith("/")


def _open_below(folder: Path, parts: Sequence[str]) -> BinaryIO:
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
    head = os.pread(file.fileno(), _HEAD, 0)
    for media_type, at, marks in _SIGNATURES:
        if head[at:].startswith(marks):
            return ImageFile(file, media_type, os.fstat(file.fileno()))
    file.close()
    return None
