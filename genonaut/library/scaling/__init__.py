"""Decoding an image once, and scaling it down: by libvips, or by Pillow where that is missing.

Both make the same of an image, and refuse the same; libvips takes half the time.
"""

from genonaut.library.scaling.shape import Shape, UndecodableError

try:
    from genonaut.library.scaling import by_vips as engine
except (ImportError, OSError):  # without the extra `vips`, or without the library that pyvips loads
    from genonaut.library.scaling import by_pillow as engine  # type: ignore[no-redef]

__all__ = ["Shape", "UndecodableError", "engine", "scaled", "size_of"]


def scaled(
    content: bytes, widths: tuple[int, ...], most_pixels: int
) -> tuple[Shape, dict[int, bytes]]:
    """The image's shape, and a WebP file of each width, the first frame of an animated one.

    It is upright, in sRGB, without metadata, and never enlarged.

    Raises:
        UndecodableError: it is not an image, is damaged, or has too many pixels.
    """
    return engine.scaled(content, widths, most_pixels)


def size_of(content: bytes) -> tuple[int, int]:
    """The size in pixels as it is stored, by the header: damage behind that is not found.

    Raises:
        UndecodableError: it is not an image, or its header is damaged.
    """
    return engine.size_of(content)
