"""Which favourites are in which albums: the decisions. Both are of the same user."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import MOST_AT_ONCE, Favourite, Place
from genonaut.api.repositories.place_repository import PlaceRepository
from genonaut.api.services.album_service import AlbumService
from genonaut.api.services.bookmark_service import BookmarkService
from genonaut.content.bookmark_kinds import Wanted, eyes_of
from genonaut.content.viewer import Viewer
from genonaut.errors import InvalidRequestError, NotFoundError

_ANOTHER_USER: Final = "The album and the favourite are not of the same user."
_NOT_IN_IT: Final = "The favourite {} is not in the album {}."


class PlaceService:
    """What can be done with places in albums."""

    def __init__(self, session: Session) -> None:
        self._places = PlaceRepository(session)
        self._albums = AlbumService(session)
        self._bookmarks = BookmarkService(session)

    def of_bookmark(self, viewer: Viewer, bookmark_id: UUID) -> list[Place]:
        """The places of a favourite that the viewer may change.

        Raises:
            NotFoundError: there is no such favourite for the viewer's eyes.
            ForbiddenError: it is another user's.
        """
        return self._places.of_bookmark(self._bookmarks.require_own(viewer, bookmark_id))

    def add(
        self, viewer: Viewer, bookmark_id: UUID, album_id: UUID, position: int | None = None
    ) -> Place:
        """Put a favourite into an album; if it is there, it gets the position, if there is one.

        Raises:
            NotFoundError: there is no such favourite or album for the viewer's eyes.
            ForbiddenError: one of them is another user's.
            InvalidRequestError: they are not of the same user.
        """
        bookmark = self._check_owners(viewer, bookmark_id, [album_id])
        self._places.add(bookmark, album_id, position)
        return self._place(bookmark, album_id)

    def set_all(
        self, viewer: Viewer, bookmark_id: UUID, album_ids: Collection[UUID]
    ) -> list[Place]:
        """Put a favourite into these albums and no other; its places there stay.

        Raises:
            NotFoundError: there is no such favourite or album for the viewer's eyes.
            ForbiddenError: one of them is another user's.
            InvalidRequestError: they are not of the same user.
        """
        bookmark = self._check_owners(viewer, bookmark_id, album_ids)
        self._places.remove_all_but(bookmark, album_ids)
        for album_id in sorted(album_ids):
            self._places.add(bookmark, album_id, None)
        return self._places.of_bookmark(bookmark)

    def move(
        self, viewer: Viewer, bookmark_id: UUID, album_id: UUID, position: int | None
    ) -> Place:
        """Give a favourite another position in an album that it is in.

        Raises:
            NotFoundError: it is not in it, or one of them is not there for the viewer's eyes.
            ForbiddenError: one of them is another user's.
        """
        bookmark = self._check_owners(viewer, bookmark_id, [album_id])
        self._places.move(bookmark, album_id, position)
        return self._place(bookmark, album_id)

    def remove(self, viewer: Viewer, bookmark_id: UUID, album_id: UUID) -> None:
        """Take a favourite out of an album.

        Raises:
            NotFoundError: it is not in it, or one of them is not there for the viewer's eyes.
            ForbiddenError: one of them is another user's.
        """
        bookmark = self._check_owners(viewer, bookmark_id, [album_id])
        if not self._places.remove(bookmark, album_id):
            raise NotFoundError(_NOT_IN_IT.format(bookmark_id, album_id))

    def put_items(self, viewer: Viewer, album_id: UUID, item_ids: Sequence[int]) -> int:
        """Put items into an album, and make them its owner's favourites; how many came new.

        Raises:
            NotFoundError: there is no such album for the viewer's eyes.
            ForbiddenError: it is another user's.
            InvalidRequestError: too many at once.
            ConflictError: the user would have too many favourites.
        """
        album = self._albums.require_own(viewer, album_id)
        self._bookmarks.keep(viewer, album.user_id, item_ids)
        return self._places.put(album_id, item_ids)

    def take_items_out(self, viewer: Viewer, album_id: UUID, item_ids: Sequence[int]) -> int:
        """Take items out of an album; they stay favourites. How many were in it.

        Raises:
            NotFoundError: there is no such album for the viewer's eyes.
            ForbiddenError: it is another user's.
            InvalidRequestError: too many at once.
        """
        album = self._albums.require_own(viewer, album_id)
        _check_number(item_ids)
        wanted = Wanted(eyes_of(viewer, album.user_id))
        return self._places.take_out(album_id, item_ids, wanted.kinds())

    def arrange(self, viewer: Viewer, album_id: UUID, bookmark_ids: Sequence[UUID]) -> int:
        """Give favourites of an album this order (`position` from 0); how many are in it.

        Raises:
            NotFoundError: there is no such album for the viewer's eyes.
            ForbiddenError: it is another user's.
            InvalidRequestError: too many at once.
        """
        self._albums.require_own(viewer, album_id)
        _check_number(bookmark_ids)
        return self._places.arrange(album_id, bookmark_ids)

    def _check_owners(
        self, viewer: Viewer, bookmark_id: UUID, album_ids: Collection[UUID]
    ) -> Favourite:
        bookmark = self._bookmarks.require_own(viewer, bookmark_id)
        for album_id in album_ids:
            if self._albums.require_own(viewer, album_id).user_id != bookmark.user_id:
                raise InvalidRequestError(_ANOTHER_USER)
        return bookmark

    def _place(self, bookmark: Favourite, album_id: UUID) -> Place:
        for place in self._places.of_bookmark(bookmark):
            if place.category_id == album_id:
                return place
        raise NotFoundError(_NOT_IN_IT.format(bookmark.id, album_id))


def _check_number(ids: Sequence[object]) -> None:
    if len(ids) > MOST_AT_ONCE:
        raise InvalidRequestError(
            f"These are {len(ids):,} pictures: send at most {MOST_AT_ONCE:,} at a time."
        )
