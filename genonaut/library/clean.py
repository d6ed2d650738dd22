"""Pictures without what their files say of themselves: prompts and settings stand in there.

Some programs hide them in the last bits of the pixels as well. Those of the colours do not survive
being written anew, and those of the transparency are rounded off: WebP would keep them.

A picture is decoded and written anew. That takes a tenth of a second, so the last ones are kept in
memory, and a few at a time are made: strangers ask for them.
"""

import io
from collections import OrderedDict
from threading import BoundedSemaphore, Lock
from typing import Final

from genonaut.errors import NotFoundError, OverloadedError
from genonaut.library.files import ImageFile
from genonaut.library.scaling import UndecodableError, scaled
from genonaut.library.scaling.shape import WIDE_QUALITY
from genonaut.library.thumbnails import read_whole

MEDIA_TYPE: Final = "image/webp"
WIDEST: Final = 2048
_MOST_KEPT: Final = 32 << 20  # bytes
_Key = tuple[int, ...]


class CleanCopies:
    """Makes them, each as wide as is asked for, and no wider than the picture is."""

    def __init__(self, most_pixels: int, places: int = 1, waiting: int = 5) -> None:
        """`places` are made at a time, and so many more requests wait. Each holds a thread."""
        self._most_pixels = most_pixels
        self._places = BoundedSemaphore(places)
        self._present = BoundedSemaphore(places + waiting)
        self._kept: OrderedDict[_Key, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, image: ImageFile, width: int) -> bytes:
        """The picture of an open file, which is closed.

        Raises:
            NotFoundError: it cannot be decoded.
            OverloadedError: too many are being made.
        """
        with image.file:
            about = image.about
            key = (about.st_dev, about.st_ino, about.st_mtime_ns, about.st_size, width)
            if known := self._known(key):
                return known
            if not self._present.acquire(blocking=False):
                raise OverloadedError
            try:
                with self._places:
                    return self._known(key) or self._keep(key, self._made(image, width))
            finally:
                self._present.release()

    def _made(self, image: ImageFile, width: int) -> bytes:
        try:
            _, made = scaled(read_whole(image.file), (width,), self._most_pixels)
        except UndecodableError as error:
            raise NotFoundError(f"The picture cannot be shown: it is {error}.") from error
        return _with_plain_alpha(made[width])

    def _known(self, key: _Key) -> bytes | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def _keep(self, key: _Key, made: bytes) -> bytes:
        with self._lock:
            self._kept[key] = made
            while sum(map(len, self._kept.values())) > _MOST_KEPT and len(self._kept) > 1:
                self._kept.popitem(last=False)
        return made


def _with_plain_alpha(content: bytes) -> bytes:
    """The same WebP file, with 16 levels of transparency if it has any."""
    from PIL import Image  # noqa: PLC0415 - when the first is made, as in `scaling`

    with Image.open(io.BytesIO(content)) as image:
        if image.mode != "RGBA":
            return content
        alpha = image.getchannel("A").point([(level >> 4) * 0x11 for level in range(256)])
        image.putalpha(alpha)
        stream = io.BytesIO()
        image.save(stream, "WEBP", quality=WIDE_QUALITY, exact=False)
    return stream.getvalue()
