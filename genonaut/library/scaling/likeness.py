"""What a picture looks like, in 64 bits: pictures that look alike differ in few of them.

It is the sign of the picture's 64 lowest frequencies. A copy that was scaled, compressed or
slightly brightened keeps nearly all of them. One that was turned or mirrored, or of which a tenth
was cut off, does not, and is another picture here. (A library would bring numpy along, for forty
lines.)
"""

from collections.abc import Sequence
from itertools import product
from math import cos, pi
from operator import mul
from typing import Final

SIDE: Final = 32
"""A picture of any proportions is looked at as a square with so many pixels each way."""
_BITS: Final = 64
_HIGHEST: Final = 11
# The lowest first, without the one that is the brightness of the whole.
_FREQUENCIES: Final = sorted(product(range(_HIGHEST), repeat=2), key=sum)[1 : _BITS + 1]
_WAVES: Final = [
    [cos(pi * frequency * (2 * at + 1) / (2 * SIDE)) for at in range(SIDE)]
    for frequency in range(_HIGHEST)
]
_STRUCTURE: Final = 24
"""So many of the frequencies have to be strong, or there is nothing to compare."""
_STRONG: Final = 100.0
_NOISE: Final = 30.0
"""What compressing adds to a frequency that is not there."""
_SIGN: Final = 1 << (_BITS - 1)


def likeness(pixels: bytes) -> int | None:
    """The bits, as a signed number; None of a picture that is nearly of one colour.

    `pixels` are SIDE times SIDE, of red, green and blue.
    """
    grey = [(2 * r + 5 * g + b) / 8 for r, g, b in zip(*[iter(pixels)] * 3, strict=True)]
    strengths = _strengths([grey[at : at + SIDE] for at in range(0, SIDE * SIDE, SIDE)])
    if sum(abs(strength) > _STRONG for strength in strengths) < _STRUCTURE:
        return None
    bits = sum(1 << place for place, strength in enumerate(strengths) if strength > _NOISE)
    return bits - 2 * _SIGN if bits & _SIGN else bits


def _strengths(rows: Sequence[Sequence[float]]) -> list[float]:
    """How strong each of the frequencies is: a cosine transform, along the rows and then down."""
    along = [[sum(map(mul, row, wave)) for row in rows] for wave in _WAVES]
    return [sum(map(mul, along[x], _WAVES[y])) for x, y in _FREQUENCIES]
