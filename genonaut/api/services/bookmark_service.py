"""Favourites: the decisions.

A user keeps items that the user may see. A favourite of another user's item that becomes private
is in no list and no number as long as it is: `genonaut/content/bookmark_kinds.py` says which kinds
are for whose eyes.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import (
    MOST_AT_ONCE,
    MOST_BOOKMARKS,
    BookmarkChanges,
    BookmarkQuery,
    ContentKey,
    Favourite,
    Listed,
    NewBookmark,
)
from genonaut.api.repositories.album_repository import AlbumRepository
from genonaut.api.repositories.bookmark_repository import BookmarkRepository
from genonaut.api.repositories.listed_items import listed_items
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.api.repositories.user_repository import UserRepository
from genonaut.api.services.exact_counts import exact_counts
from genonaut.content.bookmark_kinds import KINDS, Eyes, Wanted, eyes_of
from genonaut.content.viewer import Viewer
from genonaut.db.counts import ALBUM_ITEM, BOOKMARK
from genonaut.errors import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError

_FULL: Final = f"There are {MOST_BOOKMARKS:,} favourites already: remove some first."


class BookmarkService:
    """What can be done with favourites."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bookmarks = BookmarkRepository(session)
        self._albums = AlbumRepository(session)
        self._users = UserRepository(session)
        self._tags = TagRepository(session)

    def add(self, viewer: Viewer, owner: UUID, new: NewBookmark) -> tuple[Favourite, bool]:
        """A favourite of the owner's, and whether it is new: one that is there stays as it is.

        Raises:
            NotFoundError: there is no such item for the viewer's eyes, or no such user.
            ConflictError: the user has too many.
        """
        self._make_room(owner, 1)
        added = self._bookmarks.add(viewer, owner, new)
        if added:
            return added, True
        key: ContentKey = new.content_id, new.content_source_type
        there = self.of_items(viewer, owner, [key]).get(key)
        if there is None:
            raise NotFoundError(f"There is no item {new.content_id} ({new.content_source_type}).")
        return there, False

    def keep(self, viewer: Viewer, owner: UUID, item_ids: Sequence[int]) -> int:
        """Make items favourites, as far as the viewer sees them; how many were none before.

        Raises:
            InvalidRequestError: too many at once.
            NotFoundError: there is no such user.
            ConflictError: the user would have too many.
        """
        _check_number(item_ids)
        self._make_room(owner, len(item_ids))
        return self._bookmarks.keep(viewer, owner, item_ids)

    def drop(self, viewer: Viewer, owner: UUID, item_ids: Sequence[int]) -> int:
        """Make items favourites no more; how many were some. They leave the user's albums too.

        Those that are hidden from the viewer stay: their number would tell that they are there.

        Raises:
            InvalidRequestError: too many at once.
        """
        _check_number(item_ids)
        return self._bookmarks.drop(owner, item_ids, Wanted(eyes_of(viewer, owner)).kinds())

    def get(self, viewer: Viewer, bookmark_id: UUID, *, with_content: bool = False) -> Favourite:
        """A favourite: one's own, or one that its owner shows, if the item is for those eyes.

        Raises:
            NotFoundError: there is none.
        """
        found = self._bookmarks.get(bookmark_id)
        if found:
            favourite, kind = found
            eyes = eyes_of(viewer, favourite.user_id)
            if KINDS[kind].seen_by(eyes) and (eyes != "others" or favourite.is_public):
                [shown] = self._with_contents([favourite], eyes) if with_content else [favourite]
                return shown
        raise NotFoundError(f"There is no favourite {bookmark_id}.")

    def page(self, viewer: Viewer, owner: UUID, query: BookmarkQuery) -> Listed[Favourite]:
        """A page of a user's favourites: to other viewers, of those that the user shows.

        The session should be a snapshot, so that the page and the total are of the same moment.

        Raises:
            NotFoundError: there is no such album for the viewer's eyes.
        """
        eyes = eyes_of(viewer, owner)
        if eyes == "others" and query.is_public is None:
            query = replace(query, is_public=True)
        if eyes == "others" and not query.is_public:
            return Listed([], 0, query.skip, query.limit)
        if query.category_id is not None:
            self._require_album(query.category_id, owner, eyes)
        return self.listed(
            owner, query, Wanted(eyes, pinned=query.pinned, is_public=query.is_public)
        )

    def listed(self, owner: UUID, query: BookmarkQuery, wanted: Wanted) -> Listed[Favourite]:
        """The same of the kinds that are wanted; with a category, of those in the owner's album."""
        count, key = (BOOKMARK, owner)
        if query.category_id is not None:
            count, key = (ALBUM_ITEM, query.category_id)
        total = wanted.total(exact_counts(self._session, count, [key]), key)
        found = self._bookmarks.page(owner, query, wanted.kinds())
        if query.include_content:
            found = self._with_contents(found, wanted.eyes)
        return Listed(found, total, query.skip, query.limit)

    def number(self, viewer: Viewer, owner: UUID) -> int:
        """How many favourites of a user the viewer finds, without counting them."""
        eyes = eyes_of(viewer, owner)
        wanted = Wanted(eyes, is_public=True if eyes == "others" else None)
        return wanted.total(exact_counts(self._session, BOOKMARK, [owner]), owner)

    def of_items(
        self, viewer: Viewer, owner: UUID, items: Collection[ContentKey]
    ) -> dict[ContentKey, Favourite]:
        """Which of the items are a user's favourites, by one query."""
        eyes = eyes_of(viewer, owner)
        wanted = Wanted(eyes, is_public=True if eyes == "others" else None)
        return self._bookmarks.of_items(owner, items, wanted.kinds())

    def change(self, viewer: Viewer, bookmark_id: UUID, changes: BookmarkChanges) -> Favourite:
        """The favourite as it is then.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: it is another user's.
        """
        favourite = self.require_own(viewer, bookmark_id)
        if changes != BookmarkChanges():
            self._bookmarks.change(favourite, changes)
        return self.get(viewer, bookmark_id)

    def remove(self, viewer: Viewer, bookmark_id: UUID) -> Favourite:
        """Delete a favourite, and return it as it was.

        Raises:
            NotFoundError: there is none.
            ForbiddenError: it is another user's.
        """
        favourite = self.require_own(viewer, bookmark_id)
        self._bookmarks.delete(favourite)
        return favourite

    def require_own(self, viewer: Viewer, bookmark_id: UUID) -> Favourite:
        """A favourite that the viewer may change.

        Raises:
            NotFoundError: there is none for the viewer's eyes.
            ForbiddenError: it is another user's.
        """
        favourite = self.get(viewer, bookmark_id)
        if not viewer.sees_all and favourite.user_id != viewer.user_id:
            raise ForbiddenError("Only its owner can change a favourite.")
        return favourite

    def _with_contents(self, favourites: Sequence[Favourite], eyes: Eyes) -> list[Favourite]:
        if not favourites:
            return []
        sees_all = eyes == "all"
        owner = favourites[0].user_id if eyes == "owner" else None
        ids = [one.content_id for one in favourites]
        items = listed_items(self._session, Viewer(owner, sees_all=sees_all), ids)
        tags = self._tags.names_of(items, (item.creator_id for item in items.values()))
        return [
            replace(one, content=item and replace(item, tags=tags[item.id]))
            for one in favourites
            for item in [items.get(one.content_id)]
        ]

    def _require_album(self, album_id: UUID, owner: UUID, eyes: Eyes) -> None:
        album = self._albums.get(album_id)
        is_shown = album is not None and (eyes != "others" or album.is_public)
        if album is None or album.user_id != owner or not is_shown:
            raise NotFoundError(f"There is no album {album_id} of this user.")

    def _make_room(self, owner: UUID, number: int) -> None:
        if not self._users.lock_creators([owner]):
            raise NotFoundError(f"There is no user {owner}: nothing was added.")
        counts = exact_counts(self._session, BOOKMARK, [owner])
        if Wanted("all").total(counts, owner) + number > MOST_BOOKMARKS:
            raise ConflictError(_FULL)


def _check_number(item_ids: Sequence[int]) -> None:
    if len(item_ids) > MOST_AT_ONCE:
        raise InvalidRequestError(
            f"These are {len(item_ids):,} items: send at most {MOST_AT_ONCE:,} at a time."
        )
