"""How figures are written down, and how they are painted.

A figure stands in a box that is 200 wide and high: x from -100 to 100, and y from -200 up to 0, the
ground. It is a text with one layer a line, from back to front:

    n M-20 0L0-90L20 0Z       a shape, by SVG's own commands, in the palette's near colour
    n5 M0 0V-90               a line of that width, in the same colour
    a| O30 -60 12             mirrored as well; a circle, by its centre and radius
    w S0 -60 30 12 5          a star, by its centre, its two radii and the number of its points
    n@40,-10,0.5,30 M...      moved, scaled, and turned by degrees (or `mirror`)
    + Q...                    the layer before goes on
"""

import re
from collections.abc import Iterator
from math import pi
from typing import Final, NamedTuple

from genonaut.pictures.brush import Attributes, Brush, ring
from genonaut.pictures.palettes import Palette, mix

_LAYER: Final = re.compile(r"([nfmhlaw])(\d*)(\|?)(?:@(\S+))? (.+)")
_CIRCLE: Final = re.compile(r"O(-?\d+) (-?\d+) (\d+)")
_STAR: Final = re.compile(r"S(-?\d+) (-?\d+) (\d+) (\d+) (\d+)")


class Layer(NamedTuple):
    """A path, its colour's letter, the width of its line (0: it is filled), and where it is put."""

    colour: str
    width: int
    is_mirrored: bool
    transform: str
    path: str


def read_layers(figure: str) -> Iterator[Layer]:
    """The layers of a figure.

    Raises:
        ValueError: a line is none.
    """
    for line in figure.strip().replace("\n+ ", "").splitlines():
        if not line:
            continue
        found = _LAYER.fullmatch(line)
        if found is None:
            raise ValueError(line)
        colour, width, mirrored, place, path = found.groups(default="")
        drawn = _STAR.sub(_star, _CIRCLE.sub(_circle, path))
        yield Layer(colour, int(width or 0), bool(mirrored), _transform(place), drawn)


def paint(brush: Brush, figure: str) -> None:
    """Paint a figure at the origin; a group moves it to where it belongs."""
    for layer in read_layers(figure):
        colour = _colour(brush.palette, layer.colour)
        look: Attributes = {"fill": colour}
        if layer.width:
            look = {"fill": "none", "stroke": colour, "stroke_width": layer.width}
            look |= {"stroke_linecap": "round", "stroke_linejoin": "round"}
        if layer.transform:
            look["transform"] = layer.transform
        brush.add("path", d=layer.path, **look)
        if layer.is_mirrored:
            brush.add("path", d=layer.path, **look, transform="scale(-1 1)")


def _colour(palette: Palette, letter: str) -> str:
    return {
        "n": mix(palette.near, "#000000", 0.15),
        "f": mix(palette.far, palette.near, 0.3),
        "m": palette.middle,
        "h": mix(palette.high, palette.far, 0.3),
        "l": palette.light,
        "a": palette.accent,
        "w": mix(palette.light, "#ffffff", 0.6),
    }[letter]


def _transform(place: str) -> str:
    if not place:
        return ""
    given = place.split(",")
    x, y, size, turn = [*given, *("1", "0")[len(given) - 2 :]]
    moved = f"translate({x} {y})"
    if turn == "mirror":
        return f"{moved} scale(-{size} {size})"
    return f"{moved} rotate({turn}) scale({size})"


def _circle(found: re.Match[str]) -> str:
    x, y, radius = map(int, found.groups())
    arc = f"a{radius} {radius} 0 1 0"
    return f"M{x - radius} {y}{arc} {2 * radius} 0{arc} {-2 * radius} 0Z"


def _star(found: re.Match[str]) -> str:
    x, y, outer, inner, points = map(int, found.groups())
    tips = ring(x, y, outer, points, -pi / 2)
    dents = ring(x, y, inner, points, -pi / 2 + pi / points)
    corners = (corner for pair in zip(tips, dents, strict=True) for corner in pair)
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in corners) + "Z"
