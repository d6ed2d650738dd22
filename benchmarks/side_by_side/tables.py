"""Tables and curves out of what was measured."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.side_by_side.found import Found, Spread
from benchmarks.side_by_side.plots import Plot, Point

MOST, FEWEST = "the most", "the fewest"
"""Values of a dimension that depend on the run."""


@dataclass(frozen=True)
class Table:
    """Contestants down, a dimension across."""

    label: str
    measure: str
    figure: str
    across: str
    form: str = ",.0f"
    where: Mapping[str, object] = field(default_factory=dict)

    def text(self, found: Found) -> Iterator[str]:
        """As Markdown; nothing if nothing was measured."""
        where = resolved(found, self.measure, self.where)
        steps = found.seen(self.across, self.measure, **where)
        if not steps:
            return
        rows = [
            [bold(name), *self._cells(found, name, steps, where)]
            for name in found.seen("contestant", self.measure, **where)
        ]
        yield f"{self.label}{_at(where)}, by {self.across.replace('_', ' ')}:"
        yield markdown(["", *map(shown, steps)], rows)

    def _cells(
        self, found: Found, name: str, steps: Sequence[object], where: Mapping[str, object]
    ) -> list[str]:
        cells = []
        for step in steps:
            cell = {**where, "contestant": name, self.across: step}
            text = spread_text(found.spread(self.figure, self.measure, **cell), self.form)
            bound = found.bound(self.figure, self.measure, **cell)
            cells.append(f"{bound} {text}" if bound and text else text)
        return cells


@dataclass(frozen=True)
class Row:
    """Contestants down, several figures across."""

    label: str
    measure: str
    figures: Mapping[str, tuple[str, str]]  # heading -> figure, format
    where: Mapping[str, object] = field(default_factory=dict)

    def text(self, found: Found) -> Iterator[str]:
        """As Markdown; nothing if nothing was measured."""
        where = resolved(found, self.measure, self.where)
        names = found.seen("contestant", self.measure, **where)
        if not names:
            return
        rows = [
            [
                bold(name),
                *(
                    spread_text(found.spread(figure, self.measure, contestant=name, **where), form)
                    for figure, form in self.figures.values()
                ),
            ]
            for name in names
        ]
        yield f"{self.label}{_at(where)}:"
        yield markdown(["", *self.figures], rows)


@dataclass(frozen=True)
class Curves:
    """A plot: a contestant's figure over a dimension."""

    name: str
    title: str
    measure: str
    figure: str
    over: str
    x_label: str
    y_label: str
    where: Mapping[str, object] = field(default_factory=dict)

    def plot(self, found: Found) -> Plot | None:
        """None if nothing was measured, or at one point only."""
        where = resolved(found, self.measure, self.where)
        steps = found.seen(self.over, self.measure, **where)
        if len(steps) < 2:  # noqa: PLR2004 - not a curve
            return None
        curves = {}
        for name in found.seen("contestant", self.measure, **where):
            if points := list(self._points(found, steps, {**where, "contestant": name})):
                curves[name] = points
        title = self.title + _at(where)
        return Plot(title, self.x_label, self.y_label, curves) if curves else None

    def _points(
        self, found: Found, steps: Sequence[Any], where: Mapping[str, object]
    ) -> Iterator[Point]:
        for step in steps:
            cell = {**where, self.over: step}
            spread = found.spread(self.figure, self.measure, **cell)
            if spread and spread.median > 0 and not found.bound(self.figure, self.measure, **cell):
                yield float(step), spread.median, spread.low, spread.high

    def text(self, found: Found) -> Iterator[str]:
        """The picture, as Markdown."""
        if self.plot(found):
            yield f"![{self.title}](plots/{self.name}.svg)"


def resolved(found: Found, measure: str, where: Mapping[str, object]) -> dict[str, object]:
    """With the values that this run has for MOST and FEWEST."""
    values = dict(where)
    for name, value in where.items():
        if value in {MOST, FEWEST}:
            others = {key: v for key, v in values.items() if v not in {MOST, FEWEST}}
            seen = found.seen(name, measure, **others) or [0]
            values[name] = seen[-1] if value == MOST else seen[0]
    return values


def _at(where: Mapping[str, object]) -> str:
    words = {"rows": "items", "users": "users"}
    said = [f"{where[n]:,} {word}" for n, word in words.items() if isinstance(where.get(n), int)]
    return f" ({', '.join(said)})" if said else ""


def bold(name: str) -> str:
    """Ours stands out."""
    return f"**{name}**" if name == "ours" else name


def shown(value: object) -> str:
    """A value of a dimension."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def spread_text(spread: Spread | None, form: str) -> str:
    """A median with its spread, if there is one."""
    if spread is None:
        return ""
    low, middle, high = (format(v, form) for v in (spread.low, spread.median, spread.high))
    return middle if low == high else f"{middle} ({low} to {high})"


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; columns of figures stand at the right."""
    rules = ["---:" if _is_figure(rows, index) else "---" for index in range(len(columns))]
    lines = [columns, rules, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _is_figure(rows: Sequence[Sequence[str]], column: int) -> bool:
    return all(row[column].lstrip("<> ")[:1].isdigit() or not row[column] for row in rows)
