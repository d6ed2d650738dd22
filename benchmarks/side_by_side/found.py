"""Looking things up in what was measured: medians of rounds, with their spread."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Record = dict[str, Any]
UNANSWERED = {"per_second": "<", "p50_ms": ">", "p99_ms": ">"}
"""What a figure is worth when an answer was not waited for to the end."""


@dataclass(frozen=True)
class Spread:
    """The median of several rounds, the lowest and the highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread | None":
        """None if there are none."""
        return cls(median(values), min(values), max(values)) if values else None


class Found:
    """The records of a run."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = list(records)

    def where(self, measure: str, **dimensions: object) -> list[Record]:
        """The records of a measurement that have all these values."""
        wanted = {"measure": measure, **dimensions}
        return [
            record
            for record in self._records
            if all(record.get(name) == value for name, value in wanted.items())
        ]

    def seen(self, name: str, measure: str, **dimensions: object) -> list[Any]:
        """The values that a dimension has there, in order of size or else of appearance."""
        values = list(dict.fromkeys(r[name] for r in self.where(measure, **dimensions)))
        return sorted(values) if all(isinstance(v, int | float) for v in values) else values

    def spread(self, figure: str, measure: str, **dimensions: object) -> Spread | None:
        """A figure over all rounds."""
        values = [record.get(figure) for record in self.where(measure, **dimensions)]
        return Spread.of([v for v in values if v is not None and not math.isnan(v)])

    def bound(self, figure: str, measure: str, **dimensions: object) -> str:
        """`<` or `>` if it is no more than that, because some answers were not waited for."""
        given_up = any(record.get("unanswered") for record in self.where(measure, **dimensions))
        return UNANSWERED.get(figure, "") if given_up else ""

    def ratio(
        self, figure: str, one: str, other: str, measure: str, **dimensions: object
    ) -> Spread | None:
        """One contestant's figure divided by another's, over all rounds."""
        ours, theirs = {"contestant": one, **dimensions}, {"contestant": other, **dimensions}
        return self.quotient(figure, measure, ours, theirs)

    def quotient(
        self,
        figure: str,
        measure: str,
        above: Mapping[str, object],
        below: Mapping[str, object],
    ) -> Spread | None:
        """A figure divided by another of the same round, over all rounds."""
        quotients = [
            one[figure] / other[figure]
            for one in self.where(measure, **above)
            for other in self.where(measure, **below)
            if one["round"] == other["round"] and other[figure]
        ]
        return Spread.of(quotients)
