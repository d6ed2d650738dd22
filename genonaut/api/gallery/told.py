"""What a viewer is told, as a sum of exact counts: which counts are added, and which taken off."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from genonaut.api.gallery.filters import Filters, Scope
from genonaut.content.viewer import Viewer
from genonaut.db.schema import SourceType

User = Literal["whose", "viewer"]
"""The user whom the scopes are about, and the one who looks: parameters of statements."""


@dataclass(frozen=True, slots=True)
class Term:
    """The count of a user's items, or without one of all; or of the private ones among them."""

    sign: int
    source_type: SourceType
    user: User | None
    private: bool = False


def terms(filters: Filters) -> tuple[Term, ...]:
    """Those whose sum is the number of items that the scopes let through, for the viewer's eyes."""
    return tuple(_terms(filters))


def users(filters: Filters) -> dict[str, Any]:
    """The users of the terms."""
    return {"whose": filters.whose, "viewer": filters.viewer.user_id}


def _terms(filters: Filters) -> Iterator[Term]:
    viewer, is_viewer = filters.viewer, filters.whose == filters.viewer.user_id
    for source_type, scope in filters.scopes.items():
        if scope is not Scope.OWN:
            yield from _of_all(viewer, source_type)
        if scope is not Scope.ALL:
            sign = 1 if scope is Scope.OWN else -1
            yield Term(sign, source_type, "whose")
            if not viewer.sees_all and not is_viewer:
                yield Term(-sign, source_type, "whose", private=True)


def _of_all(viewer: Viewer, source_type: SourceType) -> Iterator[Term]:
    yield Term(1, source_type, None)
    if not viewer.sees_all:
        yield Term(-1, source_type, None, private=True)
        if viewer.user_id is not None:
            yield Term(1, source_type, "viewer", private=True)
