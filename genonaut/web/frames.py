"""The frames of pictures: their proportions and colours, as classes of a style sheet.

The policy of the pages allows no style in an element, and a page has to keep a picture's place from
the start. So proportions are rounded to half a percent, colours to eight levels of red, green and
blue, and each of both has a class.
"""

from math import exp, log
from typing import Final

from genonaut.web.contexts import PagePicture
from genonaut.web.state import Density

_NARROWEST: Final = 0.4
_WIDEST: Final = 4.0
_STEP: Final = log(1.01)
_STEPS: Final = round(log(_WIDEST / _NARROWEST) / _STEP)
_LEVELS: Final = "02468ace"
ROWS: Final[dict[Density, int]] = {"small": 125, "medium": 190, "large": 310}
"""How high the rows of the grid are at least, in pixels; the style sheet has the same."""
_WIDENED: Final = 1.25


def frame(picture: PagePicture) -> str:
    """The classes of a picture's frame."""
    return f"ratio-{_step(picture)}" + (f" tone-{tone(picture.colour)}" if picture.colour else "")


def sizes(picture: PagePicture, density: Density) -> str:
    """How wide the picture is in the grid, about: for the browser to choose a file by."""
    return f"{round(_ratio(_step(picture)) * ROWS[density] * _WIDENED)}px"


def stylesheet() -> bytes:
    """All classes."""
    ratios = (f".ratio-{step}{{--ratio:{_ratio(step):.4f}}}" for step in range(_STEPS + 1))
    tones = (f"{r}{g}{b}" for r in _LEVELS for g in _LEVELS for b in _LEVELS)
    return "\n".join([*ratios, *(f".tone-{tone}{{--tone:#{tone}}}" for tone in tones)]).encode()


def _step(picture: PagePicture) -> int:
    """Whole pictures, unless they are extremely narrow or wide."""
    ratio = min(max(picture.width / picture.height, _NARROWEST), _WIDEST)
    return round(log(ratio / _NARROWEST) / _STEP)


def _ratio(step: int) -> float:
    return _NARROWEST * exp(step * _STEP)


def tone(colour: str) -> str:
    """The name of the nearest colour that has a class; `colour` is written `#rrggbb`."""
    return "".join(_LEVELS[int(colour[at], 16) // 2] for at in (1, 3, 5))
