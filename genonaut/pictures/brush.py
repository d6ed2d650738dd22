"""What a picture is painted with: elements of SVG, curves, colours and chance."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import cos, pi, sin
from random import Random

from genonaut.pictures.palettes import Palette, mix

WIDTH, HEIGHT = 400, 500

Point = tuple[float, float]
Attributes = dict[str, float | str]


class Brush:
    """Adds elements to one picture. No text of a prompt ever becomes part of it."""

    def __init__(self, chance: Random, palette: Palette) -> None:
        self.chance = chance
        self.palette = palette
        self._definitions: list[str] = []
        self._shapes: list[str] = []

    def svg(self) -> str:
        """The picture."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" preserveAspectRatio="xMidYMid slice">'
            f"<defs>{''.join(self._definitions)}</defs>{''.join(self._shapes)}</svg>"
        )

    def add(self, name: str, **attributes: float | str) -> None:
        """An element; `stroke_width` becomes `stroke-width`."""
        self._shapes.append(f"<{name}{_attributes(attributes)}/>")

    def disc(self, x: float, y: float, radius: float, fill: str, **more: float | str) -> None:
        """A circle."""
        self.add("circle", cx=x, cy=y, r=radius, fill=fill, **more)

    def box(
        self, x: float, y: float, width: float, height: float, fill: str, **more: float | str
    ) -> None:
        """A rectangle."""
        self.add("rect", x=x, y=y, width=width, height=height, fill=fill, **more)

    def polygon(self, points: Iterable[Point], fill: str, **more: float | str) -> None:
        """A closed shape with straight sides."""
        corners = "L".join(f"{_number(x)} {_number(y)}" for x, y in points)
        self.add("path", d=f"M{corners}Z", fill=fill, **more)

    def path(self, d: str, fill: str = "none", **more: float | str) -> None:
        """Any shape, by SVG's own commands."""
        self.add("path", d=d, fill=fill, **more)

    def stamp(
        self, x: float, y: float, d: str, fill: str, size: float = 1, **more: float | str
    ) -> None:
        """A path that was written around the origin, put somewhere."""
        scale = "" if size == 1 else f" scale({_number(size)})"
        moved = f"translate({_number(x)} {_number(y)}){scale}"
        self.add("path", d=d, fill=fill, transform=moved, **more)

    def ground(self, heights: Sequence[float], fill: str, *, smooth: bool) -> None:
        """Everything below a line that runs from the left to the right."""
        step = WIDTH / (len(heights) - 1)
        points = [(i * step, y) for i, y in enumerate(heights)]
        line = curve(points) if smooth else "L".join(f"{x:.0f} {y:.0f}" for x, y in points)
        self.path(f"M0 {HEIGHT}L{line}L{WIDTH} {HEIGHT}Z", fill)

    def fade(self, *stops: str | tuple[str, float], slope: float = 0) -> str:
        """A fill that changes evenly from top to bottom of a shape. Stops may have an opacity."""
        return self._gradient("linearGradient", stops, x1=0, y1=0, x2=slope, y2=1)

    def fade_between(self, top: float, bottom: float, *stops: str | tuple[str, float]) -> str:
        """The same between two heights of the picture, independently of the shape."""
        place: Attributes = {"x1": 0, "y1": top, "x2": 0, "y2": bottom}
        return self._gradient("linearGradient", stops, gradientUnits="userSpaceOnUse", **place)

    def glow(self, *stops: str | tuple[str, float]) -> str:
        """A fill that changes evenly from the middle outwards."""
        return self._gradient("radialGradient", stops)

    def maybe(self, share: float) -> bool:
        """True with the probability `share` (0 to 1)."""
        return self.chance.random() < share

    def between(self, low: float, high: float) -> float:
        """A random number."""
        return self.chance.uniform(low, high)

    def shade(self, colour: str, share: float = 0.12) -> str:
        """A colour made a little lighter or darker at random."""
        towards = self.chance.choice((self.palette.light, self.palette.near))
        return mix(colour, towards, self.chance.random() * share)

    def open_group(self, **attributes: float | str) -> None:
        """What follows belongs together, up to `close_group`."""
        self._shapes.append(f"<g{_attributes(attributes)}>")

    def close_group(self) -> None:
        """The end of a group."""
        self._shapes.append("</g>")

    def inside_disc(self, x: float, y: float, radius: float) -> str:
        """A `clip_path` that cuts off what is outside of a circle."""
        name = f"c{len(self._definitions)}"
        place = _attributes({"cx": x, "cy": y, "r": radius})
        self._definitions.append(f'<clipPath id="{name}"><circle{place}/></clipPath>')
        return f"url(#{name})"

    def _gradient(
        self, kind: str, stops: Sequence[str | tuple[str, float]], **more: float | str
    ) -> str:
        name = f"g{len(self._definitions)}"
        inside = []
        for i, stop in enumerate(stops):
            colour, opacity = (stop, 1.0) if isinstance(stop, str) else stop
            share = _number(i / (len(stops) - 1))
            faint = "" if opacity == 1 else f' stop-opacity="{_number(opacity)}"'
            inside.append(f'<stop offset="{share}" stop-color="{colour}"{faint}/>')
        self._definitions.append(
            f'<{kind} id="{name}"{_attributes(more)}>{"".join(inside)}</{kind}>'
        )
        return f"url(#{name})"


def curve(points: Sequence[Point]) -> str:
    """A smooth line through points, to stand behind an M or L (Catmull-Rom as Bezier curves)."""
    parts = [f"{points[0][0]:.0f} {points[0][1]:.0f}"]
    padded = [points[0], *points, points[-1]]
    for before, a, b, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        c1 = (a[0] + (b[0] - before[0]) / 6, a[1] + (b[1] - before[1]) / 6)
        c2 = (b[0] - (after[0] - a[0]) / 6, b[1] - (after[1] - a[1]) / 6)
        parts.append("C" + " ".join(f"{x:.0f} {y:.0f}" for x, y in (c1, c2, b)))
    return "".join(parts)


def ring(x: float, y: float, radius: float, corners: int, turn: float = 0) -> list[Point]:
    """The corners of a regular polygon."""
    angles = (turn + 2 * pi * i / corners for i in range(corners))
    return [(x + radius * cos(angle), y + radius * sin(angle)) for angle in angles]


def ridge(chance: Random, level: float, height: float, points: int) -> list[float]:
    """Heights of a line of hills around a level: large shapes first, then smaller ones."""
    line = [level + chance.uniform(-height, height) * 0.6 for _ in range(3)]
    swing = height
    while len(line) < points:
        swing *= 0.52
        finer = [line[0]]
        for left, right in pairwise(line):
            finer += [(left + right) / 2 + chance.uniform(-swing, swing), right]
        line = finer
    return line


def _attributes(attributes: Attributes) -> str:
    return "".join(
        f' {name.replace("_", "-")}="{value if isinstance(value, str) else _number(value)}"'
        for name, value in attributes.items()
    )


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
