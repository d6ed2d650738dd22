"""Facets: from the counts where these know them, and else among the first items of the list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from genonaut.api.gallery.facets import FacetName, FacetQuery, Facets, FacetValue
from genonaut.api.gallery.filters import Filters, scopes, size
from genonaut.api.gallery.pager import Total
from genonaut.api.gallery.query import GalleryQuery, SwitchName
from genonaut.api.repositories.facet_repository import FacetRepository
from genonaut.api.repositories.facet_sample import SAMPLE, Sample, sampled
from genonaut.db.gen_source_counts import ViewerCounts

SOURCES: dict[SwitchName, str] = {
    "user-regular": "Your gens",
    "user-auto": "Your auto-gens",
    "community-regular": "Community gens",
    "community-auto": "Community auto-gens",
}


@dataclass(frozen=True, slots=True)
class FacetedList:
    """The list whose facets are read: its filters, its total, and how its items are found."""

    query: GalleryQuery
    filters: Filters
    counts: ViewerCounts | None
    total: Total
    collect: bool


class FacetService:
    """What facets a list has. The session should be the snapshot on which the list is read."""

    def __init__(self, session: Session, seconds: float) -> None:
        self._session = session
        self._seconds = seconds
        self._facets = FacetRepository(session)

    def known_total(self, filters: Filters) -> Total | None:
        """The number of items with one value, if the filters are about one alone."""
        value = filters.only_value
        if value is None or not self._facets.are_built():
            return None
        return Total(self._facets.number_of(filters, *value), exact=True)

    def read(self, listed: FacetedList, asked: FacetQuery) -> Facets:
        """The values with which the list can be narrowed: none that would lead to nothing."""
        counts = listed.counts
        as_of = counts.as_of if counts else datetime.now(UTC)
        asked = replace(asked, facets=tuple(_addable(listed, asked.facets)))
        if not asked.facets or not listed.filters.scopes:
            return Facets((), frozenset(), as_of)
        if listed.filters.only_scopes and counts and self._facets.are_built():
            found = [
                *self._sources(listed, counts, asked),
                *self._facets.largest(listed.filters, asked),
            ]
        else:
            sample = Sample(listed.filters, listed.query.user_id, listed.collect)
            among = sampled(self._session, sample, asked, self._seconds)
            if among is None:
                return Facets((), frozenset(), as_of, known=False)
            found = [_as_known(listed, value) for value in among]
        return _cut(found, asked.limit, as_of)

    def _sources(
        self, listed: FacetedList, counts: ViewerCounts, asked: FacetQuery
    ) -> Iterator[FacetValue]:
        if "source" not in asked.facets:
            return
        for switch, name in SOURCES.items():
            if switch in listed.query.switches and asked.part.lower() in name.lower():
                alone = scopes(replace(listed.query, switches=frozenset({switch})))
                # A search for one way of making items leaves the other out.
                alone = {one: alone[one] for one in alone.keys() & listed.filters.scopes.keys()}
                if number := size(alone, counts):
                    yield FacetValue("source", switch, name, number)


def _addable(listed: FacetedList, facets: Sequence[FacetName]) -> Iterator[FacetName]:
    """Of several tags, one is enough: another one would add items, so no number is that of it."""
    any_tag = len(listed.query.tags) > 1 and listed.query.tag_match == "any"
    return (facet for facet in facets if facet != "tag" or not any_tag)


def _as_known(listed: FacetedList, value: FacetValue) -> FacetValue:
    """All items have a value that the list is about; of another one, there may be more."""
    total = listed.total
    if (value.facet, value.value) in _chosen(listed.filters):
        return replace(value, count=total.count, exact=total.exact)
    return replace(value, exact=total.exact and total.count <= SAMPLE)


def _chosen(filters: Filters) -> set[tuple[FacetName, str]]:
    return {
        ("model", filters.model),
        ("sampler", filters.sampler),
        ("month", filters.month),
        *(("lora", lora) for lora in filters.loras),
        *(("tag", str(tag)) for tag in filters.tags),
    }


def _cut(found: Sequence[FacetValue], limit: int, as_of: datetime) -> Facets:
    """At most so many of each facet, and which have more."""
    by_facet = {facet: [*values] for facet, values in groupby(found, key=lambda one: one.facet)}
    values = tuple(value for some in by_facet.values() for value in some[:limit])
    more = frozenset(facet for facet, some in by_facet.items() if len(some) > limit)
    return Facets(values, more, as_of)
