"""Which rows of each source the switches let through, and how many those are."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from genonaut.api.gallery.query import GalleryQuery
from genonaut.db.schema import AUTO, REGULAR


class Scope(Enum):
    """Whose rows of a source."""

    ALL = "all"
    OWN = "own"
    OTHERS = "others"


Scopes = Mapping[str, Scope]
"""The scope of each source that lets anything through."""


def scopes(query: GalleryQuery) -> Scopes:
    """What the switches mean for the viewer.

    Nobody's rows are nobody's: without a viewer the user switches let nothing through, and the
    community is everybody.
    """
    found = {source: _scope(query, source) for source in (REGULAR, AUTO)}
    return {source: scope for source, scope in found.items() if scope}


def _scope(query: GalleryQuery, source: str) -> Scope | None:
    own = query.user_id is not None and f"user-{source}" in query.sources
    community = f"community-{source}" in query.sources
    if own and community:
        return Scope.ALL
    if own:
        return Scope.OWN
    if community:
        return Scope.OTHERS if query.user_id else Scope.ALL
    return None


def size(scopes: Scopes, counts: Mapping[str, Any]) -> int:
    """The number of rows, from a viewer's four counts and without counting."""
    return sum(_size(source, scope, counts) for source, scope in scopes.items())


def _size(source: str, scope: Scope, counts: Mapping[str, Any]) -> int:
    own: int = counts[f"user_{source}_count"]
    community: int = counts[f"community_{source}_count"]
    match scope:
        case Scope.ALL:
            return community
        case Scope.OWN:
            return own
        case Scope.OTHERS:
            return community - own
