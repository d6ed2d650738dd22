"""Decoding an image once, and scaling it down, by libvips.

libvips is told to use one thread and no cache: we run one process per core, and no image comes
twice. Only the loaders of the formats that the gallery serves are open to a file.
"""

import os
import time
from collections.abc import Callable
from typing import Final

from genonaut.library.scaling.likeness import SIDE, likeness
from genonaut.library.scaling.shape import (
    BEHIND,
    DAMAGED,
    EFFORT,
    QUALITY,
    SECONDS,
    TALLEST,
    TURNED,
    WIDE_QUALITY,
    Shape,
    UndecodableError,
    hexadecimal,
    require_pixels,
)

os.environ.setdefault("VIPS_WARNING", "0")  # of odd files, to stderr; read when it is loaded
import pyvips

_STRICT: Final = "[fail_on=error]"  # or a truncated image comes out half grey
_SEQUENCE: Final = b"ftypavis"  # the mark of an animated AVIF, which libvips does not know
_LOADERS: Final = ("Png", "Jpeg", "Webp", "Nsgif", "Heif")

pyvips.concurrency_set(1)
pyvips.cache_set_max(0)
pyvips.block_untrusted_set(True)
pyvips.operation_block_set("VipsForeignLoad", True)
for _loader in _LOADERS:
    pyvips.operation_block_set(f"VipsForeignLoad{_loader}", False)


def scaled(
    content: bytes, widths: tuple[int, ...], most_pixels: int
) -> tuple[Shape, dict[int, bytes]]:
    """See `genonaut.library.scaling`."""
    content = _as_still(content)
    try:
        header = _header(content)
        width, height = _size(header, most_pixels)
        largest, *smaller = sorted(widths, reverse=True)
        image = _in_true_colours(content, largest, has_profile=_has_profile(header))
        files = {largest: _webp(image, WIDE_QUALITY)}
        for each in smaller:
            image = _narrowed(image, each)
            files[each] = _webp(image, QUALITY)
        return Shape(width, height, _average(image), likeness(_tiny(image))), files
    except pyvips.Error as error:
        raise UndecodableError(DAMAGED) from error


def size_of(content: bytes) -> tuple[int, int]:
    """See `genonaut.library.scaling`."""
    try:
        header = _header(_as_still(content))
    except pyvips.Error as error:
        raise UndecodableError(DAMAGED) from error
    return header.width, header.height


def _header(content: bytes) -> pyvips.Image:
    return pyvips.Image.new_from_buffer(content, "", access="sequential")


def _as_still(content: bytes) -> bytes:
    """An animated AVIF as its first image: the animation is beside that, in boxes of its own."""
    if content[4:12] != _SEQUENCE:
        return content
    return content[:8] + b"avif" + content[12:]


def _size(header: pyvips.Image, most_pixels: int) -> tuple[int, int]:
    """The size as it is shown."""
    width, height = header.width, header.height
    require_pixels(width, height, most_pixels)
    is_turned = header.get_typeof("orientation") and header.get("orientation") in TURNED
    return (height, width) if is_turned else (width, height)


def _has_profile(header: pyvips.Image) -> bool:
    return bool(header.get_typeof("icc-profile-data")) or header.interpretation == "cmyk"


def _in_true_colours(content: bytes, width: int, *, has_profile: bool) -> pyvips.Image:
    try:
        return _shrunk(content, width, has_profile=has_profile)
    except pyvips.Error:
        if not has_profile:
            raise
        # Perhaps only the profile is damaged: the picture is shown without it.
        return _shrunk(content, width, has_profile=False)


def _shrunk(content: bytes, width: int, *, has_profile: bool) -> pyvips.Image:
    """The pixels in memory: this decodes, as little of a JPEG as the size needs."""
    # Asking for sRGB where it is already so costs more than decoding.
    colours = {"output_profile": "srgb"} if has_profile else {}
    lazy = pyvips.Image.thumbnail_buffer(
        content, width, height=width * TALLEST, size="down", option_string=_STRICT, **colours
    )
    lazy = lazy.colourspace("srgb").cast("uchar")
    lazy.set_progress(True)
    lazy.signal_connect("eval", _stop_when_late(lazy))
    return lazy.copy_memory()


def _stop_when_late(image: pyvips.Image) -> Callable[..., None]:
    deadline = time.monotonic() + SECONDS

    def check(*_: object) -> None:
        if time.monotonic() > deadline:
            image.set_kill(True)

    return check


def _narrowed(image: pyvips.Image, width: int) -> pyvips.Image:
    """By a whole factor where that is exact, which costs a fraction."""
    if image.width == 2 * width and not image.height % 2:
        return image.shrink(2, 2).copy_memory()
    return image.thumbnail_image(width, height=width * TALLEST, size="down").copy_memory()


def _webp(image: pyvips.Image, quality: int) -> bytes:
    content: bytes = image.webpsave_buffer(Q=quality, effort=EFFORT, keep="none")
    return content


def _average(image: pyvips.Image) -> str:
    pixel = _flat(image).shrink(image.width, image.height)(0, 0)
    return hexadecimal(tuple(pixel))


def _tiny(image: pyvips.Image) -> bytes:
    tiny = _flat(image).thumbnail_image(SIDE, height=SIDE, size="force")
    return bytes(tiny.colourspace("srgb").cast("uchar").write_to_memory())


def _flat(image: pyvips.Image) -> pyvips.Image:
    return image.flatten(background=BEHIND) if image.hasalpha() else image
