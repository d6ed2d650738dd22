"""Thumbnails, kept by the hash of the image that they show."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from genonaut.embedded.locks import FolderLock
from genonaut.library.files import MOST_BYTES
from genonaut.library.scaling import Shape, UndecodableError, scaled

__all__ = [
    "WIDTHS",
    "Shape",
    "Thumbnails",
    "UndecodableError",
    "read_whole",
    "relative_path",
]

WIDTHS: Final = (320, 640)
THUMBS: Final = "thumbs"
_PART: Final = ".part"


class Thumbnails:
    """The folder of thumbnails: two WebP files per image."""

    def __init__(self, folder: Path, most_pixels: int) -> None:
        """`folder` is the library's; images of more than `most_pixels` are not decoded."""
        self._folder = folder
        self.most_pixels = most_pixels

    def path(self, digest: bytes, width: int) -> Path:
        """Where the thumbnail of an image is, or would be. `digest` is its SHA-256."""
        return self._folder / relative_path(digest, width)

    def exist(self, digest: bytes) -> bool:
        """Whether the image has all of its thumbnails."""
        return all(self.path(digest, width).is_file() for width in WIDTHS)

    def make(self, file: BinaryIO, digest: bytes) -> Shape:
        """Make and keep the thumbnails of an image.

        Raises:
            UndecodableError: it cannot be shown; the message is the reason.
            OSError: the file cannot be read, or a thumbnail not written.
        """
        return self.make_of(read_whole(file), digest)

    def make_of(self, content: bytes, digest: bytes) -> Shape:
        """The same, for an image that was read already."""
        with self._alone(digest):
            return self._make(content, digest)

    def make_missing(self, file: BinaryIO, digest: bytes) -> bool:
        """Make them unless they exist. However many do this at once, one of them makes them.

        Returns whether it did. Raises as `make` does.
        """
        with self._alone(digest):
            is_missing = not self.exist(digest)
            if is_missing:
                self._make(read_whole(file), digest)
            return is_missing

    def clear_unfinished(self) -> int:
        """Remove what killed processes left of thumbnails; how many files that were."""
        # Every place that writes one holds its folder's lock, so none of these is being written.
        removed = 0
        for folder in (self._folder / THUMBS).glob("*/"):
            with FolderLock(folder) as lock:
                lock.exclusive()
                for part in folder.glob(f"*{_PART}"):
                    part.unlink()
                    removed += 1
        return removed

    @contextmanager
    def _alone(self, digest: bytes) -> Iterator[None]:
        """Among all threads and processes, also for the other images in the same folder."""
        parent = self.path(digest, WIDTHS[0]).parent
        parent.mkdir(parents=True, exist_ok=True)
        with FolderLock(parent) as lock:
            lock.exclusive()
            yield

    def _make(self, content: bytes, digest: bytes) -> Shape:
        shape, files = scaled(content, WIDTHS, self.most_pixels)
        for width, thumbnail in files.items():
            path = self.path(digest, width)
            # Whole or not at all. What a kill leaves has the name that the next attempt writes to;
            # if there is none, `clear_unfinished` removes it.
            # Not synced: a thumbnail that a power failure takes is made again.
            part = path.with_suffix(_PART)
            part.write_bytes(thumbnail)
            part.replace(path)
        return shape


def relative_path(digest: bytes, width: int) -> str:
    """The name of a thumbnail within the library's folder."""
    name = digest.hex()
    return f"{THUMBS}/{name[:2]}/{name}-{width}.webp"


def read_whole(file: BinaryIO) -> bytes:
    """All of an image's file.

    Raises:
        UndecodableError: it is too large.
    """
    file.seek(0)
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UndecodableError(f"larger than {MOST_BYTES >> 20} MB")
    return content
