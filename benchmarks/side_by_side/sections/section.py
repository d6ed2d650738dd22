"""What a section of `RESULTS.md` is made of."""

from dataclasses import dataclass

from benchmarks.side_by_side.tables import Curves, Row, Table


@dataclass(frozen=True)
class Section:
    """A heading, a few sentences, and what was measured."""

    heading: str
    text: str
    parts: tuple[Table | Row | Curves, ...]
