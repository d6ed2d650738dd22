"""The growth of the gallery as lines: where each part is placed. The template draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from genonaut.api.repositories.growth_repository import GrowthPoint

WIDTH: Final = 760
HEIGHT: Final = 300
LEFT, RIGHT, TOP, BOTTOM = 64, 116, 16, 32
_TICKS: Final = 4
# How a moment is written, by how long a time the chart shows.
_FORMS: Final = (
    (timedelta(days=300), "%b %Y"),
    (timedelta(days=4), "%d %b"),
    (timedelta(hours=12), "%d %b %H:%M"),
    (timedelta(minutes=15), "%H:%M"),
    (timedelta(0), "%H:%M:%S"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One source type over time: the points of a polyline, its end, and its last count."""

    name: str
    style: str
    points: str
    area: str
    end: tuple[float, float]
    label_y: float
    last: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Both lines, and the ticks at the axes as (place, text)."""

    lines: tuple[Line, ...]
    levels: tuple[tuple[float, str], ...]
    moments: tuple[tuple[float, str], ...]
    has_clock: bool
    totals: tuple[GrowthPoint, ...]
    described: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def draw_chart(totals: Sequence[GrowthPoint]) -> Chart | None:
    """The chart of totals, the oldest first; None if there are none."""
    if not totals:
        return None
    top = nice_top(max(max(total.regular, total.auto) for total in totals))
    step = top // _TICKS
    auto = _line("Auto-gens", "auto", [total.auto for total in totals], totals, top)
    regular = _line("Gens", "regular", [total.regular for total in totals], totals, top)
    levels = tuple((_y(i * step, top), short(i * step)) for i in range(_TICKS + 1))
    moments = _moments(totals)
    has_clock = any(":" in text for _, text in moments)
    described = _described(totals[0], totals[-1])
    return Chart(_apart(auto, regular), levels, moments, has_clock, tuple(totals), described)


def _described(first: GrowthPoint, last: GrowthPoint) -> str:
    """What one sees, in a sentence."""
    return (
        f"From {first.at:%d %b %Y} to {last.at:%d %b %Y}: gens from {first.regular:,} to "
        f"{last.regular:,}, auto-gens from {first.auto:,} to {last.auto:,}."
    )


def _line(
    name: str, style: str, counts: list[int], totals: Sequence[GrowthPoint], top: int
) -> Line:
    places = [(_x(total.at, totals), _y(n, top)) for total, n in zip(totals, counts, strict=True)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    floor = HEIGHT - BOTTOM
    area = f"{places[0][0]:.1f},{floor} {points} {places[-1][0]:.1f},{floor}"
    return Line(name, style, points, area, places[-1], places[-1][1], counts[-1])


def _apart(*lines: Line) -> tuple[Line, ...]:
    """The lines with their labels far enough apart to be read."""
    placed: list[Line] = []
    for line in sorted(lines, key=lambda line: line.label_y):
        lowest = placed[-1].label_y + 34 if placed else 0.0
        y = min(max(line.label_y, lowest), HEIGHT - BOTTOM)
        placed.append(Line(line.name, line.style, line.points, line.area, line.end, y, line.last))
    return tuple(placed)


def _x(at: datetime, totals: Sequence[GrowthPoint]) -> float:
    first, last = totals[0].at, totals[-1].at
    share = (at - first) / (last - first) if last > first else 1.0
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(count: int, top: int) -> float:
    return HEIGHT - BOTTOM - count / top * (HEIGHT - TOP - BOTTOM)


def nice_top(largest: int) -> int:
    """At least `largest`: a number of steps that are easy to read."""
    needed = max(1, ceil(largest / _TICKS))
    power = int(f"1{'0' * (len(str(needed)) - 1)}")
    steps = [power, 2 * power, 5 * power // 2, 5 * power, 10 * power]
    return _TICKS * next(step for step in steps if step >= needed)


def short(count: int) -> str:
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= size:
            return f"{count / size:g}{letter}"
    return str(count)


def _moments(totals: Sequence[GrowthPoint]) -> tuple[tuple[float, str], ...]:
    first, last = totals[0].at, totals[-1].at
    if first == last:
        return ((_x(last, totals), f"{last:%d %b %H:%M}"),)
    form = next(form for at_least, form in _FORMS if last - first >= at_least)
    steps = [first + (last - first) * i / 3 for i in range(4)]
    return tuple((_x(at, totals), f"{at:{form}}") for at in steps)
