"""Which values may have the largest sums, without a look at the others.

What a viewer is told of a value is at most the count of all items that have it: its stored count,
if the ledger does not have it. So a value that is neither in the ledger nor among the largest
stored counts has less than the least of these.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from genonaut.api.gallery.facets import FacetName
from genonaut.db.schema import SourceType

PER_VALUE: Final = 4
"""Candidates of each source type, for each value that is wanted of a facet."""


class Candidates:
    """Values by facet, and how many items any other value can have at most.

    `rows` have at most so many of each facet and source type.
    """

    def __init__(self, rows: Any, most: int) -> None:  # noqa: ANN401
        self._most = most
        self._values = defaultdict[FacetName, set[str]](set)
        self._counts = defaultdict[tuple[FacetName, SourceType], list[int]](list)
        for facet, value, source_type, count in rows:
            self._values[facet].add(value)
            if source_type is not None:
                self._counts[facet, source_type].append(count)

    def of(self, facet: FacetName) -> list[str]:
        """The values."""
        return [*self._values[facet]]

    def suffice(self, facet: FacetName, sums: Sequence[int], limit: int) -> bool:
        """Whether no other value can have more than the least of these sums."""
        rest = sum(
            min(counts)
            for (other, _), counts in self._counts.items()
            if other == facet and len(counts) == self._most
        )
        return rest == 0 or (len(sums) == limit and min(sums) >= rest)
