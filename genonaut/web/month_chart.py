"""Items by the month in which they were made, as stacked bars: where each of them is placed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from genonaut.web.chart import nice_top, short

WIDTH: Final = 760
HEIGHT: Final = 240
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 16, 32
MOST_MONTHS: Final = 24
_LABELS: Final = 6
_TICKS: Final = 4
_GAP: Final = 0.25  # of a bar's place
_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Listed:
    """A number, and the list that it counts. If it is not `exact`, there are as many or more."""

    number: int
    url: str
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Month:
    """The items of a month, which is written as `2026-11`."""

    month: str
    name: str
    regular: Listed
    auto: Listed
    both: Listed


@dataclass(frozen=True, slots=True)
class Stack:
    """A bar: auto items on regular ones."""

    x: float
    width: float
    regular: tuple[float, float]
    auto: tuple[float, float]


@dataclass(frozen=True, slots=True)
class MonthChart:
    """The bars, and the ticks at the axes as (place, text)."""

    stacks: tuple[Stack, ...]
    levels: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def draw_months(months: Sequence[Month]) -> MonthChart | None:
    """The last two years of months, the newest first; None if there are none."""
    if not months:
        return None
    by_month = {one.month: one for one in months}
    shown = [*_before(months[0].month, since=months[-1].month)][::-1]
    found = [by_month.get(one) for one in shown]
    top = nice_top(max(one.both.number for one in found if one))
    place = (WIDTH - LEFT - RIGHT) / len(shown)
    stacks = tuple(_stack(LEFT + i * place, place, one, top) for i, one in enumerate(found) if one)
    step = top // _TICKS
    levels = tuple((_y(i * step, top), short(i * step)) for i in range(_TICKS + 1))
    every = -(-len(shown) // _LABELS)
    labels = tuple((LEFT + (i + 0.5) * place, shown[i]) for i in range(len(shown) - 1, -1, -every))
    return MonthChart(stacks, levels, labels[::-1])


def _before(newest: str, since: str) -> Iterator[str]:
    """Months from the newest back, with those of which there are no items."""
    year, month = map(int, newest.split("-"))
    for back in range(MOST_MONTHS):
        number = year * _YEAR + month - 1 - back
        written = f"{number // _YEAR:04d}-{number % _YEAR + 1:02d}"
        if written < since:
            return
        yield written


def _stack(x: float, place: float, month: Month, top: int) -> Stack:
    upper, middle = _y(month.both.number, top), _y(month.regular.number, top)
    return Stack(
        x=x + place * _GAP / 2,
        width=place * (1 - _GAP),
        regular=(middle, _y(0, top) - middle),
        auto=(upper, middle - upper),
    )


def _y(count: int, top: int) -> float:
    return HEIGHT - BOTTOM - count / top * (HEIGHT - TOP - BOTTOM)
