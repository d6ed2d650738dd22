"""What is read of a picture's file, whatever its format."""

from collections.abc import Mapping
from dataclasses import dataclass


class BrokenPictureError(Exception):
    """The file is a damaged picture, or not one; the message, if any, says what it is."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The size in pixels, and the texts that programs left in the file, by name."""

    width: int
    height: int
    texts: Mapping[str, str]
