"""Facets: by which values a list can be narrowed, and how many items each of them leaves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

FacetName = Literal["source", "model", "lora", "sampler", "month", "tag", "creator"]
FACETS: tuple[FacetName, ...] = get_args(FacetName)
MOST_VALUES = 200
"""Of one facet, at once."""


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value, and how many items of the list have it: the list that it leads to.

    `value` is what a filter is given, and `name` what people read. If it is not `exact`, there are
    `count` items or more.
    """

    facet: FacetName
    value: str
    name: str
    count: int
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Facets:
    """The values of a list, those with most items first.

    `more` are the facets that have other values. If it is not `known`, looking took too long: then
    there are none. `as_of` is the moment of the snapshot.
    """

    values: tuple[FacetValue, ...]
    more: frozenset[FacetName]
    as_of: datetime
    known: bool = True

    def of(self, facet: FacetName) -> Iterator[FacetValue]:
        """Those of one facet."""
        return (value for value in self.values if value.facet == facet)


@dataclass(frozen=True, slots=True)
class FacetQuery:
    """Which facets, at most so many values of each, and whose names have this part."""

    facets: tuple[FacetName, ...] = FACETS
    limit: int = 8
    part: str = ""


def in_order(facet: FacetName, values: Iterable[FacetValue]) -> list[FacetValue]:
    """The values of a facet as they are shown: by their numbers, and months from the newest on."""
    if facet == "month":
        return sorted(values, key=lambda value: value.value, reverse=True)
    return sorted(values, key=lambda value: (-value.count, value.name))
