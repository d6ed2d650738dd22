"""Which rows of each source the switches let through, and how many those are."""

from collections.abc import Mapping
from enum import Enum

from genonaut.api.gallery.query import GalleryQuery
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.db.schema import AUTO, REGULAR, SourceType


class Scope(Enum):
    """Whose rows of a source."""

    ALL = "all"
    OWN = "own"
    OTHERS = "others"


Scopes = Mapping[SourceType, Scope]
"""Whose rows each source type lets through; one that lets none through is absent."""


def scopes(query: GalleryQuery) -> Scopes:
    """What the switches mean for the viewer.

    Nobody's rows are nobody's: without a viewer the user switches let nothing through, and the
    community is everybody.
    """
    both: tuple[SourceType, ...] = (REGULAR, AUTO)
    found = {source_type: _scope(query, source_type) for source_type in both}
    return {source_type: scope for source_type, scope in found.items() if scope}


def _scope(query: GalleryQuery, source_type: SourceType) -> Scope | None:
    own = query.user_id is not None and f"user-{source_type}" in query.sources
    community = f"community-{source_type}" in query.sources
    if own and community:
        return Scope.ALL
    if own:
        return Scope.OWN
    if community:
        return Scope.OTHERS if query.user_id else Scope.ALL
    return None


def size(scopes: Scopes, counts: ViewerCounts) -> int:
    """The number of rows, from a viewer's four counts and without counting."""
    return sum(_size(source_type, scope, counts) for source_type, scope in scopes.items())


def _size(source_type: SourceType, scope: Scope, counts: ViewerCounts) -> int:
    own, community = counts.of_user(source_type), counts.of_community(source_type)
    match scope:
        case Scope.ALL:
            return community
        case Scope.OWN:
            return own
        case Scope.OTHERS:
            return community - own
