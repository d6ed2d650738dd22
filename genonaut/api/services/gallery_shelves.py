"""The shelves of a query: the viewer's favourites, an album; and how many items these have.

A shared album is listed with the eyes of its owner as a user, `Viewer(album.user_id)`: see
sharing_service.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.gallery.filters import Filters, Scope
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.gallery.shelves import Shelf
from genonaut.api.services.album_service import AlbumService
from genonaut.api.services.exact_counts import exact_counts
from genonaut.content.bookmark_kinds import Wanted, eyes_of
from genonaut.content.viewer import Viewer
from genonaut.db.counts import ALBUM_ITEM, BOOKMARK


@dataclass(frozen=True, slots=True)
class Shelved:
    """The shelves, and a number that the items on all of them cannot exceed: None without any.

    It is their number (`is_exact`) if there is one shelf, and its counts know whose items are let
    through. It is impossible to match if there is no user whose favourites they would be.
    """

    shelves: tuple[Shelf, ...] = ()
    upper_bound: int | None = None
    is_exact: bool = False
    impossible: bool = False

    def applied(self, filters: Filters) -> Filters:
        """The filters with the shelves."""
        if self.impossible:
            return replace(filters, scopes={})
        return replace(filters, shelves=self.shelves) if self.shelves else filters

    def bound(self, other: int | None) -> int | None:
        """The lower one of two upper bounds, of which each may be unknown."""
        known = [one for one in (self.upper_bound, other) if one is not None]
        return min(known, default=None)


def resolve_shelves(
    session: Session, viewer: Viewer, query: GalleryQuery, filters: Filters
) -> Shelved:
    """Look the shelves of a query up.

    Raises:
        NotFoundError: there is no such album for the viewer's eyes.
    """
    if not query.favourites and query.album is None:
        return Shelved()
    # Whose favourites: who sees all need not be a user, and names one then.
    keeper = viewer.user_id or (query.user_id if viewer.sees_all else None)
    if query.favourites and keeper is None:
        return Shelved(impossible=True)
    shelves = tuple(_shelves(session, viewer, query, keeper))
    numbers = [_number(session, shelf, filters) for shelf in shelves]
    is_exact = len(shelves) == 1 and all(exact for _, exact in numbers)
    return Shelved(shelves, min(number for number, _ in numbers), is_exact)


def _shelves(
    session: Session, viewer: Viewer, query: GalleryQuery, keeper: UUID | None
) -> Iterator[Shelf]:
    if query.favourites and keeper:
        yield Shelf(keeper, eyes_of(viewer, keeper))
    if query.album:
        owner, eyes = AlbumService(session).owner_and_eyes(viewer, query.album)
        yield Shelf(owner, eyes, query.album)


def _number(session: Session, shelf: Shelf, filters: Filters) -> tuple[int, bool]:
    """How many items on a shelf the scopes let through; if they cannot be told apart, all."""
    count, key = (ALBUM_ITEM, shelf.album) if shelf.album else (BOOKMARK, shelf.owner)
    counts = exact_counts(session, count, [key])
    tells_apart = filters.whose == shelf.owner
    number = 0
    for source_type, scope in filters.scopes.items():
        is_own = None if scope is Scope.ALL or not tells_apart else scope is Scope.OWN
        wanted = Wanted(shelf.eyes, is_own=is_own, sources=[source_type])
        number += wanted.total(counts, key)
    of_all = all(scope is Scope.ALL for scope in filters.scopes.values())
    return number, tells_apart or of_all
