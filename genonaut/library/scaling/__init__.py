"""Decoding an image once, and scaling it down: by libvips, or by Pillow where that is missing.

Both make the same of an image, and refuse the same; libvips takes half the time.
"""

from functools import cache
from importlib import import_module
from typing import Protocol

from genonaut.library.scaling.shape import Shape, UndecodableError

__all__ = ["Shape", "UndecodableError", "engine", "scaled", "size_of"]


class Engine(Protocol):
    """A module that does it."""

    @property
    def __name__(self) -> str: ...

    def scaled(
        self, content: bytes, widths: tuple[int, ...], most_pixels: int
    ) -> tuple[Shape, dict[int, bytes]]: ...

    def size_of(self, content: bytes) -> tuple[int, int]: ...


@cache
def engine() -> Engine:
    """The one that is here, imported when an image is first scaled: libvips takes 6 MB."""
    try:
        return import_module("genonaut.library.scaling.by_vips")
    except (ImportError, OSError):  # without the extra `vips`, or the library that pyvips loads
        return import_module("genonaut.library.scaling.by_pillow")


def scaled(
    content: bytes, widths: tuple[int, ...], most_pixels: int
) -> tuple[Shape, dict[int, bytes]]:
    """The image's shape, and a WebP file of each width, the first frame of an animated one.

    It is upright, in sRGB, without metadata, and never enlarged.

    Raises:
        UndecodableError: it is not an image, is damaged, or has too many pixels.
    """
    return engine().scaled(content, widths, most_pixels)


def size_of(content: bytes) -> tuple[int, int]:
    """The size in pixels as it is stored, by the header: damage behind that is not found.

    Raises:
        UndecodableError: it is not an image, or its header is damaged.
    """
    return engine().size_of(content)
