"""What Pillow raises and warns of, when a file is not what its first bytes promise."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

DAMAGE: Final = (
    *(OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError),
    *(struct.error, zlib.error),
)


@contextmanager
def without_warnings() -> Iterator[None]:
    """Pillow warns of many pixels, whose number we check ourselves, and of odd metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
