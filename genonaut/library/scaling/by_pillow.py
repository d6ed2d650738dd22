"""Scaling an image down by Pillow, which is always there. See `by_vips` for the faster way."""

import io
import time
from contextlib import suppress
from typing import Final

from PIL import Image, ImageCms, ImageOps

from genonaut.library.pillow import DAMAGE, without_warnings
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

_FORMATS: Final = ("PNG", "JPEG", "WEBP", "AVIF", "GIF")
_ORIENTATION: Final = 0x0112
_CMYK: Final = "CMYK"
_SCALABLE: Final = {"L", "RGB", "RGBA", "LA", _CMYK}
_SIXTEEN_BITS: Final = "I;16"
_MOST_PIXELS: Final = 2 * (Image.MAX_IMAGE_PIXELS or 0)  # that Pillow opens
_SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
# Twice the size that is wanted is decoded of a JPEG, and then scaled well: the finest is not seen.
_GAP: Final = 2.0


class _Timed(io.BytesIO):
    """The content, for as long as decoding may take: Pillow reads it bit by bit."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._deadline = time.monotonic() + SECONDS

    def read(self, size: int | None = -1, /) -> bytes:
        if time.monotonic() > self._deadline:
            raise UndecodableError(DAMAGED)
        return super().read(size)


def scaled(
    content: bytes, widths: tuple[int, ...], most_pixels: int
) -> tuple[Shape, dict[int, bytes]]:
    """See `genonaut.library.scaling`."""
    largest, *smaller = sorted(widths, reverse=True)
    try:
        with without_warnings(), _opened(content, most_pixels) as stored:
            width, height = stored.size
            is_turned = _orientation(stored) in TURNED
            image = _shown(stored, largest, is_turned=is_turned)
            files = {largest: _webp(image, WIDE_QUALITY)}
            for each in smaller:
                image.thumbnail((each, each * TALLEST))
                files[each] = _webp(image, QUALITY)
            shape = (height, width) if is_turned else (width, height)
            flat = _flat(image)
            return Shape(*shape, _average(flat), likeness(_tiny(flat))), files
    except DAMAGE as error:
        raise _undecodable(error) from error


def size_of(content: bytes) -> tuple[int, int]:
    """See `genonaut.library.scaling`."""
    try:
        with without_warnings(), _opened(content, None) as image:
            return image.size
    except DAMAGE as error:
        raise _undecodable(error) from error


def _undecodable(error: Exception) -> UndecodableError:
    return error if isinstance(error, UndecodableError) else UndecodableError(DAMAGED)


def _opened(content: bytes, most_pixels: int | None) -> Image.Image:
    """The image, of which only the header was read."""
    try:
        image = Image.open(_Timed(content), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        most = min(most_pixels or _MOST_PIXELS, _MOST_PIXELS)
        raise UndecodableError(
            f"too large: it has more than {_MOST_PIXELS:,} pixels, and at most {most:,} are decoded"
        ) from error
    if most_pixels is not None:
        require_pixels(*image.size, most_pixels)
    return image


def _shown(image: Image.Image, width: int, *, is_turned: bool) -> Image.Image:
    """The image as it is shown: scaled down, upright, in sRGB."""
    profile = image.info.get("icc_profile")
    image = _scalable(image)
    box = (width, width * TALLEST)
    image.thumbnail(box[::-1] if is_turned else box, reducing_gap=_GAP)
    with suppress(*DAMAGE):  # of the metadata: the picture is shown as it is stored
        image = ImageOps.exif_transpose(image)
    if isinstance(profile, bytes):
        # If only the profile is damaged, the picture is shown without it.
        with suppress(ImageCms.PyCMSError, *DAMAGE):
            image = _in_srgb(image, profile)
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _scalable(image: Image.Image) -> Image.Image:
    """The image in colours that can be mixed, and not in those of a palette."""
    if image.mode.startswith(_SIXTEEN_BITS) or image.mode == "I":
        image.load()
        return image.convert("I").point(lambda value: value / 257).convert("L")
    if image.mode in _SCALABLE and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(image, found, _SRGB, outputMode=mode)
    return converted or image


def _orientation(image: Image.Image) -> int:
    with suppress(*DAMAGE):
        return int(image.getexif().get(_ORIENTATION, 1))
    return 1


def _webp(image: Image.Image, quality: int) -> bytes:
    stream = io.BytesIO()
    # Without what the image says of itself, which Pillow would write.
    image.save(stream, "WEBP", quality=quality, method=EFFORT, exif=b"", xmp=b"", icc_profile=b"")
    return stream.getvalue()


def _flat(image: Image.Image) -> Image.Image:
    behind = Image.new("RGBA", image.size, BEHIND)
    return Image.alpha_composite(behind, image.convert("RGBA")).convert("RGB")


def _tiny(flat: Image.Image) -> bytes:
    return flat.resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()


def _average(flat: Image.Image) -> str:
    pixel = flat.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return hexadecimal(pixel if isinstance(pixel, tuple) else (0.0,) * 3)
