"""What is known of an image that was scaled down, and what all ways to do that have in common."""

from dataclasses import dataclass
from typing import Final

from genonaut.content.rules import InvalidValueError

QUALITY: Final = 70
WIDE_QUALITY: Final = 55  # of the widest, for screens with two pixels to the point: flaws are small
EFFORT: Final = 0  # more costs half as much time again, for a tenth of the bytes
TALLEST: Final = 4  # times the width: the image of a long page stays a small file
BEHIND: Final = (128, 128, 128)  # what shows through where an image is transparent
SECONDS: Final = 60
DAMAGED: Final = "damaged, or not a PNG, JPEG, WebP, AVIF or GIF file"
TURNED: Final = range(5, 9)
"""The orientations in EXIF of an image that is stored lying on its side."""


class UndecodableError(InvalidValueError):
    """The image cannot be shown; the message is the reason: `damaged`."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The size in pixels as it is shown, the average colour, as `#rrggbb`, and the likeness."""

    width: int
    height: int
    colour: str
    likeness: int | None = None


def require_pixels(width: int, height: int, most: int) -> None:
    """Refuse an image with too many pixels, before any is decoded.

    Raises:
        UndecodableError: it has more than `most`.
    """
    if width * height > most:
        raise UndecodableError(
            f"too large: it has {width} x {height} pixels, and at most {most:,} are decoded"
        )


def hexadecimal(colour: tuple[float, ...]) -> str:
    """The colour as in a style."""
    return "#" + "".join(f"{round(band):02x}" for band in colour[:3])
