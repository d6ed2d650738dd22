"""The stretches of the indexes that a list is walked along: each has items in order.

An item is in one stretch at most, and in one if the list has it. So the list is what is in all of
them, merged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from genonaut.api.gallery.filters import Filters, Scope
from genonaut.db.schema import PRIVATE, PUBLIC, SourceType, Visibility


@dataclass(frozen=True, slots=True)
class Stretch:
    """Items of one source type: of a creator or of all but some, and of one visibility or both."""

    source_type: SourceType
    creator: UUID | None = None
    but_not: tuple[UUID, ...] = ()
    visibility: Visibility | None = None


def stretches(filters: Filters) -> Iterator[Stretch]:
    """Those that have what the scopes let through, as far as the viewer may see it."""
    for source_type, scope in filters.scopes.items():
        if scope is Scope.OWN:
            yield _of_one(filters, source_type)
        else:
            yield from _of_many(filters, source_type, scope)


def _of_one(filters: Filters, source_type: SourceType) -> Stretch:
    viewer, whose = filters.viewer, filters.whose
    sees_both = viewer.sees_all or viewer.user_id == whose
    return Stretch(source_type, creator=whose, visibility=None if sees_both else PUBLIC)


def _of_many(filters: Filters, source_type: SourceType, scope: Scope) -> Iterator[Stretch]:
    viewer = filters.viewer
    others = (filters.whose,) if scope is Scope.OTHERS and filters.whose else ()
    if viewer.sees_all:
        yield Stretch(source_type, but_not=others, visibility=PUBLIC)
        yield Stretch(source_type, but_not=others, visibility=PRIVATE)
    elif viewer.user_id is None or viewer.user_id in others:
        yield Stretch(source_type, but_not=others, visibility=PUBLIC)
    else:
        yield Stretch(source_type, but_not=(*others, viewer.user_id), visibility=PUBLIC)
        yield Stretch(source_type, creator=viewer.user_id)
