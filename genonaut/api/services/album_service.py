"""Albums: the decisions.

An album is its owner's. Others see those that are public (a parent that is secret is not named),
and strangers those of which they have the secret link (`sharing_service.py`). Of what is in one,
each sees what is for those eyes, and is told that number.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import (
    DEEPEST,
    MOST_ALBUMS,
    Album,
    AlbumQuery,
    AlbumValues,
    BookmarkQuery,
    Favourite,
    Listed,
)
from genonaut.api.repositories.album_repository import AlbumRepository
from genonaut.api.repositories.bookmark_repository import BookmarkRepository
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.place_repository import PlaceRepository
from genonaut.api.repositories.user_repository import UserRepository
from genonaut.api.services.bookmark_service import BookmarkService
from genonaut.api.services.exact_counts import exact_counts
from genonaut.content.bookmark_kinds import Eyes, Wanted, eyes_of
from genonaut.content.viewer import Viewer
from genonaut.db.counts import ALBUM, ALBUM_ITEM
from genonaut.db.failures import conflict_if_taken
from genonaut.db.schema import AUTO, PUBLIC, REGULAR, ContentSourceType, SourceType
from genonaut.errors import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError

_PARTITIONS: Final[dict[SourceType, ContentSourceType]] = {REGULAR: "items", AUTO: "auto"}
_TEXTS: Final = ("description", "color", "icon")
_NO_ALBUM: Final = "There is no album {}."


class AlbumService:
    """What can be done with albums."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._albums = AlbumRepository(session)
        self._places = PlaceRepository(session)
        self._content = ContentRepository(session)
        self._bookmarks = BookmarkService(session)
        self._kept = BookmarkRepository(session)
        self._users = UserRepository(session)

    def get(self, viewer: Viewer, album_id: UUID) -> Album:
        """An album, as it is for the viewer's eyes.

        Raises:
            NotFoundError: there is none.
        """
        album, eyes = self._find(viewer, album_id)
        return self._shown([album], eyes)[0]

    def page(self, viewer: Viewer, owner: UUID, query: AlbumQuery) -> Listed[Album]:
        """A page of a user's albums: to other viewers, of the public ones."""
        eyes = eyes_of(viewer, owner)
        is_public = query.is_public
        if eyes == "others":
            if is_public is False:
                return Listed([], 0, query.skip, query.limit)
            is_public = True
        # A user has so few that they are all read: so the number is that of what is listed.
        found = sorted(
            self._albums.of_owner(owner, query.parent, is_public),
            key=lambda album: (getattr(album, query.sort), album.name, album.id),
            reverse=query.descending,
        )
        page = found[query.skip : query.skip + query.limit]
        return Listed(self._shown(page, eyes), len(found), query.skip, query.limit)

    def tree(self, viewer: Viewer, owner: UUID) -> Sequence[Album]:
        """All of a user's albums that the viewer may see, in order; `parent_id` makes the tree."""
        return self.page(viewer, owner, AlbumQuery(limit=MOST_ALBUMS)).items

    def number(self, viewer: Viewer, owner: UUID) -> int:
        """How many albums of a user the viewer may see, without counting them."""
        counts = exact_counts(self._session, ALBUM, [owner])
        if eyes_of(viewer, owner) == "others":
            return counts[owner, PUBLIC]
        return sum(number for (user_id, _), number in counts.items() if user_id == owner)

    def items(self, viewer: Viewer, album_id: UUID, query: BookmarkQuery) -> Listed[Favourite]:
        """A page of what is in an album. A note is shown to others with its favourite only.

        The session should be a snapshot, so that the page and the total are of the same moment.

        Raises:
            NotFoundError: there is no such album for the viewer's eyes.
        """
        album, eyes = self._find(viewer, album_id)
        wanted = Wanted(eyes, pinned=query.pinned, is_public=query.is_public)
        found = self._bookmarks.listed(album.user_id, replace(query, category_id=album_id), wanted)
        if eyes != "others":
            return found
        return replace(found, items=[_without_note(one) for one in found.items])

    def add(self, viewer: Viewer, owner: UUID, values: AlbumValues) -> Album:
        """Add an album.

        Raises:
            NotFoundError: there is no such user, parent or cover for the viewer's eyes.
            ConflictError: there is one of this name beside it, or there are too many.
            InvalidRequestError: it would be too deep.
        """
        if not self._users.lock_creators([owner]):
            raise NotFoundError(f"There is no user {owner}: nothing was added.")
        self._albums.take_turns(owner)
        parents = self._albums.parents(owner)
        if len(parents) >= MOST_ALBUMS:
            raise ConflictError(f"There are {MOST_ALBUMS:,} albums already: remove some first.")
        if values.parent_id is not None:
            _check_parent(parents, None, values.parent_id)
        values = self._with_cover(viewer, None, values)
        with conflict_if_taken(_taken(values.name)):
            album_id = self._albums.add(owner, _columns(values))
        return self.get(viewer, album_id)

    def change(self, viewer: Viewer, album_id: UUID, values: AlbumValues) -> Album:
        """The album as it is then; without changes, as it was.

        Raises:
            NotFoundError: there is no such album, parent or cover for the viewer's eyes.
            ForbiddenError: it is another user's.
            ConflictError: there is one of this name beside it.
            InvalidRequestError: it would be in itself, or too deep.
        """
        album = self.require_own(viewer, album_id)
        if values == AlbumValues():
            return self.get(viewer, album_id)
        self._albums.take_turns(album.user_id)
        if values.parent_id is not None:
            _check_parent(self._albums.parents(album.user_id), album_id, values.parent_id)
        values = self._with_cover(viewer, album, values)
        with conflict_if_taken(_taken(values.name or album.name)):
            self._albums.change(album_id, _columns(values))
        return self.get(viewer, album_id)

    def remove(
        self,
        viewer: Viewer,
        album_id: UUID,
        *,
        into: UUID | None = None,
        with_favourites: bool = False,
    ) -> Album:
        """Delete an album, and return it as it was. The albums in it come to where it was.

        What is in it stays among the favourites; it goes `into` another album, if one is named, or
        is deleted from the favourites as well.

        Raises:
            NotFoundError: there is no such album for the viewer's eyes.
            ForbiddenError: it is another user's.
            InvalidRequestError: `into` is the same album, or another user's.
        """
        album = self.require_own(viewer, album_id)
        self._albums.take_turns(album.user_id)
        if into is not None:
            self._check_target(viewer, album, into)
            self._places.move_all(album_id, into)
        elif with_favourites:
            self._kept.delete_all_in(album_id)
        self._albums.delete(album_id)
        return album

    def arrange(self, viewer: Viewer, owner: UUID, album_ids: Sequence[UUID]) -> None:
        """Give a user's albums this order (`sort_index` from 0); others stay as they are.

        Raises:
            NotFoundError: one is not the user's.
            ForbiddenError: the viewer may not change that user's albums.
        """
        if not viewer.sees_all and viewer.user_id != owner:
            raise ForbiddenError("Only their owner can arrange albums.")
        self._albums.take_turns(owner)
        if unknown := set(album_ids) - self._albums.parents(owner).keys():
            raise NotFoundError(_NO_ALBUM.format(min(unknown)))
        self._albums.arrange(owner, album_ids)

    def require_own(self, viewer: Viewer, album_id: UUID) -> Album:
        """An album that the viewer may change.

        Raises:
            NotFoundError: there is none for the viewer's eyes.
            ForbiddenError: it is another user's.
        """
        album, eyes = self._find(viewer, album_id)
        if eyes == "others":
            raise ForbiddenError("Only its owner can change an album.")
        return self._shown([album], eyes)[0]

    def owner_and_eyes(self, viewer: Viewer, album_id: UUID) -> tuple[UUID, Eyes]:
        """Whose an album is, and with whose eyes the viewer looks at it.

        Raises:
            NotFoundError: there is none for the viewer's eyes.
        """
        album, eyes = self._find(viewer, album_id)
        return album.user_id, eyes

    def shown_to(self, owner: UUID, album_id: UUID) -> Album:
        """An album as a stranger with its secret link finds it: with the owner's own pictures.

        That the link is not told is for the caller, who knows it.

        Raises:
            NotFoundError: it is gone.
        """
        album = self.get(Viewer(owner), album_id)
        return replace(album, parent_id=None, share_token=None, share_prompts=None)

    def _find(self, viewer: Viewer, album_id: UUID) -> tuple[Album, Eyes]:
        album = self._albums.get(album_id)
        if album is not None:
            eyes = eyes_of(viewer, album.user_id)
            if eyes != "others" or album.is_public:
                return album, eyes
        raise NotFoundError(_NO_ALBUM.format(album_id))

    def _shown(self, albums: Collection[Album], eyes: Eyes) -> list[Album]:
        ids = [album.id for album in albums]
        wanted = Wanted(eyes)
        counts = exact_counts(self._session, ALBUM_ITEM, ids) if ids else {}
        shares = self._albums.shares(ids) if eyes != "others" else {}
        covered = self._albums.with_covers(albums, wanted.kinds()) if ids else []
        parents = {album.parent_id for album in albums if album.parent_id}
        if eyes == "others":
            parents = self._albums.public_among(parents)
        return [
            replace(
                album,
                parent_id=album.parent_id if album.parent_id in parents else None,
                count=wanted.total(counts, album.id),
                share_token=share.token if share else None,
                share_prompts=share.with_prompts if share else None,
            )
            for album in covered
            for share in [shares.get(album.id)]
        ]

    def _with_cover(self, viewer: Viewer, album: Album | None, values: AlbumValues) -> AlbumValues:
        if values.cover_content_id is None:
            return values
        item = self._content.get(viewer, values.cover_content_id)
        wanted = values.cover_content_source_type
        if item is None or wanted not in {None, _PARTITIONS[item.source_type]}:
            raise NotFoundError(f"There is no item {values.cover_content_id}.")
        inside = album is not None and self._places.has_item(album.id, item.id)
        if item.visibility != PUBLIC and not inside:
            raise InvalidRequestError(
                "A private picture can be the cover of an album that it is in: put it in first."
            )
        return replace(values, cover_content_source_type=_PARTITIONS[item.source_type])

    def _check_target(self, viewer: Viewer, album: Album, into: UUID) -> None:
        target, _ = self._find(viewer, into)
        if target.id == album.id or target.user_id != album.user_id:
            raise InvalidRequestError(
                "target_category_id should be another album of the same user."
            )


def _check_parent(parents: dict[UUID, UUID | None], album_id: UUID | None, parent_id: UUID) -> None:
    """Check that a user's album may come into another one, with those that are in it."""
    if parent_id not in parents:
        raise NotFoundError(_NO_ALBUM.format(parent_id))
    above = _way_up(parents, parent_id)
    if album_id in above:
        raise InvalidRequestError("An album cannot be in itself: choose another parent_id.")
    below = max(
        (way.index(album_id) for one in parents if album_id in (way := _way_up(parents, one))),
        default=0,
    )
    if len(above) + 1 + below > DEEPEST:
        raise InvalidRequestError(
            f"Albums can be in one another {DEEPEST} deep: choose a parent_id above."
        )


def _way_up(parents: dict[UUID, UUID | None], album_id: UUID) -> list[UUID | None]:
    """An album and those that it is in, from the inside out; a circle has an end too."""
    way: list[UUID | None] = []
    at: UUID | None = album_id
    while at is not None and at not in way:
        way.append(at)
        at = parents.get(at)
    return way


def _columns(values: AlbumValues) -> dict[str, Any]:
    given = {name: value for name, value in asdict(values).items() if value is not None}
    if given.pop("to_top"):
        given["parent_id"] = None
    return given | {name: given[name] or None for name in _TEXTS if name in given}


def _taken(name: str | None) -> str:
    return f"There is an album named {name!r} there already."


def _without_note(favourite: Favourite) -> Favourite:
    return favourite if favourite.is_public else replace(favourite, note=None)
