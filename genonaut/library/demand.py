"""Thumbnails that are made when a page asks for them, because they were not made before."""

from collections.abc import Callable
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

from genonaut.errors import NotFoundError, OverloadedError
from genonaut.library.files import ImageFile
from genonaut.library.thumbnails import Thumbnails, UndecodableError

_MOST_REASONS: Final = 10_000


class ThumbnailDemand:
    """Makes a few thumbnails at a time, each once, and refuses quickly when too many wait.

    The images that have none are remembered with their reasons, so that they cost one attempt.
    """

    def __init__(self, thumbnails: Thumbnails, places: int = 2, waiting: int = 6) -> None:
        """`places` are made at a time, and so many more requests wait. Each holds a thread."""
        self._thumbnails = thumbnails
        self._places = BoundedSemaphore(places)
        self._present = BoundedSemaphore(places + waiting)
        self._reasons: dict[bytes, str] = {}

    def get(self, open_image: Callable[[], ImageFile | None], digest: bytes, width: int) -> Path:
        """The thumbnail, made now if it is missing.

        Raises:
            NotFoundError: the image is gone, or cannot be decoded.
            OverloadedError: too many are being made.
        """
        path = self._thumbnails.path(digest, width)
        if path.is_file():
            return path
        if digest in self._reasons:
            raise NotFoundError(self._reasons[digest])
        if not self._present.acquire(blocking=False):
            raise OverloadedError
        try:
            with self._places:
                self._make(open_image, digest)
        finally:
            self._present.release()
        return path

    def _make(self, open_image: Callable[[], ImageFile | None], digest: bytes) -> None:
        image = open_image()
        if image is None:
            raise NotFoundError("There is no thumbnail: the image is missing.")
        try:
            with image.file:
                self._thumbnails.make_missing(image.file, digest)
        except UndecodableError as error:
            if len(self._reasons) >= _MOST_REASONS:
                self._reasons.clear()
            self._reasons[digest] = f"There is no thumbnail: the image is {error}."
            raise NotFoundError(self._reasons[digest]) from error
