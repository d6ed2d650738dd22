"""Figures: what a prompt names first, large enough to be recognised in a thumbnail."""

import re
from typing import Final

from genonaut.pictures.brush import Brush
from genonaut.pictures.figures.beasts import BEASTS
from genonaut.pictures.figures.buildings import BUILDINGS
from genonaut.pictures.figures.folk import FOLK
from genonaut.pictures.figures.growing import GROWING
from genonaut.pictures.figures.journeys import JOURNEYS
from genonaut.pictures.figures.notation import paint
from genonaut.pictures.figures.streets import STREETS
from genonaut.pictures.figures.things import THINGS
from genonaut.pictures.figures.trades import TRADES
from genonaut.pictures.palettes import mix

FIGURES: Final = FOLK | TRADES | BEASTS | BUILDINGS | STREETS | JOURNEYS | THINGS | GROWING
"""By the beginnings of words that ask for them; where two do, the earlier row is meant."""
_NAMED: Final = re.compile("|".join(rf"\b({stems})" for stems in FIGURES))
_DRAWN: Final = tuple(FIGURES.values())

_FOOT: Final = 425
_SIZE: Final = 1.2


def figure_of(words: str) -> str | None:
    """The figure that is named first; None if none is."""
    found = _NAMED.search(words)
    return _DRAWN[found.lastindex - 1] if found and found.lastindex else None


def place(brush: Brush, figure: str) -> None:
    """Paint a figure before a bright disc, so that it stands out from any scene."""
    palette, x = brush.palette, brush.between(190, 210)
    centre = _FOOT - 0.5 * 200 * _SIZE
    bright = mix(palette.low, palette.light, 0.55)
    brush.disc(x, centre, 205, brush.glow((bright, 0.75), (bright, 0)))
    brush.disc(x, centre, 152, brush.fade(bright, mix(bright, palette.low, 0.7)))
    brush.open_group(transform=f"translate({x:.0f} {_FOOT}) scale({_SIZE})")
    paint(brush, figure)
    brush.close_group()
