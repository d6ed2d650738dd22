"""The figures of a run, looked up: medians of the rounds, with their spread."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

Record = dict[str, Any]
Where = Mapping[str, object]
"""Dimensions of records, and the values that they have."""

MOST, FEWEST = "the most", "the fewest"
"""Values of a dimension that depend on the run."""

UNANSWERED = {"per_second": "<", "p50_ms": ">", "p99_ms": ">"}
"""What a figure becomes when some requests were given up: a bound."""


@dataclass(frozen=True)
class Spread:
    """The median of several rounds, the lowest and the highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread | None":
        """None if there are no values."""
        return cls(median(values), min(values), max(values)) if values else None

    def text(self, form: str) -> str:
        """The median, with the lowest and the highest if they differ."""
        low, middle, high = (format(v, form) for v in (self.low, self.median, self.high))
        return middle if low == high else f"{middle} ({low} to {high})"


class Figure(NamedTuple):
    """A figure of a measure's records, and how it is written."""

    measure: str
    name: str
    form: str = ",.0f"


class Results:
    """The records of a run."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = list(records)

    def records(self, measure: str, where: Where) -> list[Record]:
        """The records of a measure that have all these values."""
        wanted = {"measure": measure, **where}.items()
        return [each for each in self._records if wanted <= each.items()]

    def values(self, dimension: str, measure: str, where: Where) -> list[Any]:
        """The values of a dimension there, in order of size or else of appearance."""
        values = list(dict.fromkeys(each[dimension] for each in self.records(measure, where)))
        return sorted(values) if all(isinstance(v, int | float) for v in values) else values

    def resolved(self, measure: str, where: Where) -> dict[str, object]:
        """With the values that this run has for MOST and FEWEST."""
        fixed = {name: value for name, value in where.items() if value not in {MOST, FEWEST}}
        values = dict(where)
        for name in where.keys() - fixed.keys():
            seen = self.values(name, measure, fixed) or [0]
            values[name] = seen[-1] if where[name] == MOST else seen[0]
        return values

    def spread(self, figure: Figure, where: Where) -> Spread | None:
        """A figure over all rounds."""
        values = [record.get(figure.name) for record in self.records(figure.measure, where)]
        return Spread.of([value for value in values if value is not None])

    def bound(self, figure: Figure, where: Where) -> str:
        """`<` or `>` if the figure is only a bound, because some requests were given up."""
        given_up = any(each.get("unanswered") for each in self.records(figure.measure, where))
        return UNANSWERED.get(figure.name, "") if given_up else ""

    def quotient(self, figure: Figure, above: Where, below: Where) -> Spread | None:
        """A figure divided by itself elsewhere, in the same round, over all rounds."""
        pairs = [
            (one.get(figure.name), other.get(figure.name))
            for one in self.records(figure.measure, above)
            for other in self.records(figure.measure, below)
            if one["round"] == other["round"]
        ]
        return Spread.of([one / other for one, other in pairs if one is not None and other])


def size_text(*cells: Where) -> str:
    """The sizes that cells are about: ` (10,000 / 1,000 items)`."""
    texts = []
    for name, word in {"rows": "items", "users": "users"}.items():
        numbers = [cell[name] for cell in cells if isinstance(cell.get(name), int)]
        if numbers:
            texts.append(f"{' / '.join(f'{number:,}' for number in dict.fromkeys(numbers))} {word}")
    return f" ({', '.join(texts)})" if texts else ""
