"""Facets out of the exact counts, which the views have: no item is read."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from genonaut.api.gallery.facets import FacetName, FacetQuery, FacetValue, in_order
from genonaut.api.gallery.filters import Filters, Scope
from genonaut.api.gallery.told import terms, users
from genonaut.api.repositories import facet_statements as statements
from genonaut.api.repositories.facet_candidates import PER_VALUE, Candidates
from genonaut.api.repositories.facet_series import SERIES, among
from genonaut.db.counts import GEN_SOURCE, OF_FACETS, PRIVATE_SOURCE, PRIVATE_TAGS, TAG_CARDINALITY
from genonaut.db.spread import is_spread

_FEW: Final[frozenset[FacetName]] = frozenset({"month"})
"""So few values that all are read."""
_READ: Final = (
    *(GEN_SOURCE, PRIVATE_SOURCE, TAG_CARDINALITY),
    *(*PRIVATE_TAGS.values(), *OF_FACETS),
)
_WAS_BUILT: Final = "EXISTS (SELECT FROM {}_refreshes WHERE outcome <> 'failed')"
_ARE_BUILT: Final = text("SELECT " + " AND ".join(_WAS_BUILT.format(one.name) for one in _READ))

Found = dict[FacetName, list[FacetValue]]


class FacetRepository:
    """Reads how many items have which values."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def _is_spread(self) -> bool:
        return is_spread(self._session.connection())

    def are_built(self) -> bool:
        """Whether the counts were built, so that they are exact."""
        found: bool = self._session.execute(_ARE_BUILT).scalar_one()
        return found

    def number_of(self, filters: Filters, facet: FacetName, value: str) -> int:
        """How many items that the scopes let through have a value."""
        if not filters.scopes:
            return 0
        given = self._wanted(filters, facet, [value]) | users(filters)
        statement = statements.one_sum(facet, terms(filters), spread=self._is_spread)
        found: int = self._session.execute(statement, given).scalar_one()
        return found

    def largest(self, filters: Filters, asked: FacetQuery) -> list[FacetValue]:
        """The values that most of the items have which the scopes let through.

        One more of each facet than was asked for, if there is one.
        """
        facets = tuple(facet for facet in asked.facets if facet in SERIES)
        if not filters.scopes:
            return []
        found: Found = {}
        # One user's values are few, and a part of a name may be anywhere. Where items are spread, a
        # stored count says nothing of those of the other parts.
        of_one = all(scope is Scope.OWN for scope in filters.scopes.values())
        if not (asked.part or of_one or self._is_spread):
            many = tuple(facet for facet in facets if facet not in _FEW)
            found = self._among_candidates(filters, many, asked) if many else {}
        if others := tuple(facet for facet in facets if facet not in found):
            found |= self._among_all(filters, others, asked)
        return [value for facet in facets for value in found.get(facet, ())]

    def _among_all(
        self, filters: Filters, facets: tuple[FacetName, ...], asked: FacetQuery
    ) -> Found:
        statement = statements.largest_sums(
            facets,
            terms(filters),
            asked.limit + 1,
            of_parameters=False,
            has_part=bool(asked.part),
            spread=self._is_spread,
        )
        given = users(filters) | ({statements.PART: asked.part} if asked.part else {})
        return _by_facet(self._session.execute(statement, given))

    def _among_candidates(
        self, filters: Filters, facets: tuple[FacetName, ...], asked: FacetQuery
    ) -> Found:
        """Of the facets for which the largest are sure to be among the candidates."""
        limit, source_types = asked.limit + 1, tuple(filters.scopes)
        most = PER_VALUE * limit
        rows = self._session.execute(statements.candidates(facets, source_types, most))
        candidates = Candidates(rows, most)
        given = users(filters)
        for facet in facets:
            given |= self._wanted(filters, facet, candidates.of(facet))
        statement = statements.largest_sums(facets, terms(filters), limit, of_parameters=True)
        found = _by_facet(self._session.execute(statement, given))
        return {
            facet: found.get(facet, [])
            for facet in facets
            if candidates.suffice(facet, [one.count for one in found.get(facet, [])], limit)
        }

    def _wanted(self, filters: Filters, facet: FacetName, values: Iterable[str]) -> dict[str, Any]:
        is_id = facet in ("tag", "creator")
        typed = [UUID(value) if is_id else value for value in values]
        series = SERIES[facet]
        return {among(facet, one): series.wanted(one, typed) for one in filters.scopes}


def _by_facet(rows: Any) -> Found:  # noqa: ANN401
    found: Found = {}
    for facet, value, name, number in rows:
        found.setdefault(facet, []).append(FacetValue(facet, value, name, number))
    return {facet: in_order(facet, values) for facet, values in found.items()}
