"""What Genonaut promises, and how a run has kept it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from benchmarks.side_by_side.report.results import Figure, Results, Spread, Where, size_text


@dataclass(frozen=True)
class Quotient:
    """A figure divided by itself elsewhere: what differs above and below, and what is the same."""

    figure: Figure
    above: Where
    below: Where
    where: Where = field(default_factory=dict)

    def _cells(self, results: Results) -> tuple[Where, Where]:
        measure = self.figure.measure
        same = results.resolved(measure, self.where)
        return (
            results.resolved(measure, {**same, **self.above}),
            results.resolved(measure, {**same, **self.below}),
        )

    def spread(self, results: Results) -> Spread | None:
        """None if it was not measured, or at one size where two would have to be compared."""
        above, below = self._cells(results)
        return results.quotient(self.figure, above, below) if above != below else None

    def sizes(self, results: Results) -> str:
        """On which galleries."""
        return size_text(*self._cells(results))


def ours_to(other: str, figure: Figure, where: Where) -> Quotient:
    """Our figure divided by another contestant's."""
    return Quotient(figure, {"contestant": "ours"}, {"contestant": other}, where)


@dataclass(frozen=True)
class OurFigures:
    """Figures of ours, all of them together."""

    figures: Sequence[Figure]
    where: Where = field(default_factory=dict)

    def spread(self, results: Results) -> Spread | None:
        """None if nothing of it was measured."""
        where = {"contestant": "ours", **self.where}
        records = [(name, results.records(measure, where)) for measure, name, _ in self.figures]
        return Spread.of([record[name] for name, found in records for record in found])

    def sizes(self, _results: Results) -> str:
        """Nothing: it is about all galleries."""
        return ""


@dataclass(frozen=True)
class Target:
    """A limit for a value."""

    sign: Literal[">=", "<="]
    limit: float
    value: Quotient | OurFigures

    def row(self, label: str, results: Results) -> list[str]:
        """What it is about, the limit, what was measured, and the verdict."""
        measured, limit = self.value.spread(results), f"{self.sign} {self.limit:g}"
        if measured is None:
            return [label, limit, "", "not measured in this run"]
        label += self.value.sizes(results)
        return [label, limit, measured.text(".2f"), self._verdict(measured.median)]

    def _verdict(self, measured: float) -> str:
        missing = self.limit - measured if self.sign == ">=" else measured - self.limit
        if missing <= 0:
            return "met"
        if not self.limit or not measured:
            return f"**not met**, by {missing:,.0f}"
        factor = max(self.limit / measured, measured / self.limit)
        return f"**not met**, by a factor of {factor:.2f}"


def at_least(limit: float, value: Quotient | OurFigures) -> Target:
    """A target that more than the limit meets too."""
    return Target(">=", limit, value)


def at_most(limit: float, value: Quotient | OurFigures) -> Target:
    """A target that less than the limit meets too."""
    return Target("<=", limit, value)
