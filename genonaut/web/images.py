"""Where an item's picture is: its file in the images folder, or else a drawing."""

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final, Literal

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
    """An image that may be served; `size` in bytes, `changed` in seconds since 1970."""

    path: Path
    media_type: str
    size: int
    changed: float

    @property
    def version(self) -> str:
        """Differs when the file does."""
        return f"{int(self.changed * 1000):x}-{self.size:x}"


class ImagesFolder:
    """The configured folder of images, and no other place; without one, no item has a file."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def find(self, item: Item, which: Which) -> ImageFile | None:
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
            if path.is_relative_to(folder) and path.is_file():  # opening a device may have effects
                return _inspect(path)
        return None


class PictureUrls:
    """Addresses of pictures. They change with the picture, so that browsers may keep them."""

    def __init__(self, folder: ImagesFolder) -> None:
        self._folder = folder

    def url(self, item: Item, which: Which) -> str:
        """The address of an item's picture."""
        if file := self._folder.find(item, which):
            return f"/gallery/files/{item.id}/{which}?v={file.version}"
        return f"/gallery/pictures/{item.id}.svg?v={drawing_version(item.prompt)}"

    def is_drawn(self, item: Item) -> bool:
        """Whether the item has no file."""
        return self._folder.find(item, "full") is None


def drawing_version(prompt: str) -> str:
    """Differs when the drawing does."""
    return sha256(f"{DRAWING_VERSION} {prompt}".encode()).hexdigest()[:12]


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and "\0" not in name and ".." not in parts and not name.startswith("/")


def _inspect(path: Path) -> ImageFile | None:
    # Without waiting for a pipe, and without following a link that was made a moment ago.
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
