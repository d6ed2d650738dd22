"""Sections of `RESULTS.md`: sentences, tables, and plots of some of the tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.side_by_side.report.plots import Plot, Point
from benchmarks.side_by_side.report.results import Figure, Results, Where, size_text

DIMENSIONS = {"rows": "items", "during": "what runs meanwhile", "killed": "what was killed"}
UNITS = {
    "per_second": "per second",
    "rows_per_second": "items per second",
    "p50_ms": "ms",
    "seconds": "seconds",
}


@dataclass(frozen=True)
class Table:
    """A figure: contestants down, a dimension across."""

    label: str
    figure: Figure
    across: str
    where: Where = field(default_factory=dict)
    plot_name: str = ""  # it is also plotted, in a file of that name

    def text(self, results: Results) -> str:
        """As Markdown; empty if nothing was measured."""
        where, steps, names = self._dimensions(results)
        if not steps:
            return ""
        rows = [
            [
                name,
                *(
                    self._cell(results, {**where, "contestant": name, self.across: step})
                    for step in steps
                ),
            ]
            for name in names
        ]
        head = ["", *(f"{step:,}" if isinstance(step, int) else str(step) for step in steps)]
        across = DIMENSIONS.get(self.across, self.across)
        table = f"{self.label}{size_text(where)}, by {across}:\n\n{markdown(head, rows)}"
        picture = f"![{self.label}](plots/{self.plot_name}.svg)\n\n"
        return picture + table if self.plot(results) else table

    def _dimensions(self, results: Results) -> tuple[Where, list[Any], list[str]]:
        measure = self.figure.measure
        where = results.resolved(measure, self.where)
        names = results.values("contestant", measure, where)
        return where, results.values(self.across, measure, where), names

    def _cell(self, results: Results, where: Where) -> str:
        text = _text(results, self.figure, where)
        bound = results.bound(self.figure, where)
        return f"{bound} {text}" if bound and text else text

    def plot(self, results: Results) -> Plot | None:
        """None if it has no plot, or nothing was measured, or for one value only."""
        where, steps, names = self._dimensions(results)
        if not self.plot_name or len(steps) < 2:  # noqa: PLR2004 - not a curve
            return None
        curves = {
            name: points
            for name in names
            if (points := list(self._points(results, steps, {**where, "contestant": name})))
        }
        labels = DIMENSIONS.get(self.across, self.across), UNITS[self.figure.name]
        return Plot(self.label + size_text(where), *labels, curves) if curves else None

    def _points(self, results: Results, steps: list[Any], where: Where) -> Iterator[Point]:
        for step in steps:
            cell = {**where, self.across: step}
            spread = results.spread(self.figure, cell)
            if spread and spread.median > 0 and not results.bound(self.figure, cell):
                yield float(step), spread.median, spread.low, spread.high


@dataclass(frozen=True)
class FiguresTable:
    """Contestants down, several figures of a measure across."""

    label: str
    figures: Mapping[str, Figure]  # by heading
    where: Where = field(default_factory=dict)

    def text(self, results: Results) -> str:
        """As Markdown; empty if nothing was measured."""
        figures = list(self.figures.values())
        where = results.resolved(figures[0].measure, self.where)
        rows = [
            [name, *(_text(results, figure, {**where, "contestant": name}) for figure in figures)]
            for name in results.values("contestant", figures[0].measure, where)
        ]
        table = markdown(["", *self.figures], rows)
        return f"{self.label}{size_text(where)}:\n\n{table}" if rows else ""


@dataclass(frozen=True)
class Section:
    """A heading, a few sentences, and the tables."""

    heading: str
    about: str
    tables: tuple[Table | FiguresTable, ...]

    def text(self, results: Results) -> str:
        """As Markdown; empty if nothing of it was measured."""
        # What is measured with the fewest and with the most items may be the same.
        texts = list(dict.fromkeys(filter(None, (each.text(results) for each in self.tables))))
        return "\n\n".join([f"## {self.heading}", self.about, *texts]) if texts else ""

    def plots(self, results: Results) -> Iterator[tuple[str, Plot]]:
        """The plots by name."""
        for table in self.tables:
            if isinstance(table, Table) and (plot := table.plot(results)):
                yield table.plot_name, plot


def _text(results: Results, figure: Figure, where: Where) -> str:
    spread = results.spread(figure, where)
    return spread.text(figure.form) if spread else ""


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table: columns of figures are aligned right, and ours stands out."""
    rules = ["---:" if _is_figures(rows, index) else "---" for index in range(len(head))]
    rows = [["**ours**" if cell == "ours" else cell for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, rules, *rows])


def _is_figures(rows: Sequence[Sequence[str]], column: int) -> bool:
    return all(row[column].lstrip("<> ")[:1].isdigit() or not row[column] for row in rows)
