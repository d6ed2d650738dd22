"""The favourites or the album of a query: whose they are, and how many match, by their counts."""

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.gallery.filters import Filters, Scope
from genonaut.api.gallery.kept import NOTHING, Kept
from genonaut.api.gallery.pager import Total
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.repositories.album_repository import AlbumRepository
from genonaut.api.services.exact_counts import exact_counts
from genonaut.content.bookmark_kinds import Wanted, eyes_of
from genonaut.content.viewer import Viewer
from genonaut.db.counts import ALBUM_ITEM, BOOKMARK

_IS_OWN: Final = {Scope.ALL: None, Scope.OWN: True, Scope.OTHERS: False}


class KeptLists:
    """Finds the list of a query, and its total."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, viewer: Viewer, query: GalleryQuery) -> Kept | None:
        """What the query asks for; nothing, if that is not for the viewer's eyes."""
        if query.album is not None:
            album = AlbumRepository(self._session).get(query.album)
            if album is None:
                return NOTHING
            is_shown = album.is_public or eyes_of(viewer, album.user_id) != "others"
            return Kept(album.user_id, album.id) if is_shown else NOTHING
        if query.favourites:
            return self._favourites(viewer, query.user_id)
        return None

    def _favourites(self, viewer: Viewer, owner: UUID | None) -> Kept:
        if owner is None or eyes_of(viewer, owner) == "others":
            return NOTHING
        return Kept(owner)

    def total(self, filters: Filters, without: Filters) -> Total | None:
        """How many items match, if nothing but the switches is asked for besides; else None.

        `without` are the same filters without the list.
        """
        kept = filters.kept
        if kept is None or not without.only_scopes:
            return None
        scopes = filters.scopes.values()
        if kept.owner != filters.whose and any(scope is not Scope.ALL for scope in scopes):
            return None  # the counts know whose the items are, but not of a third user
        count, key = (ALBUM_ITEM, kept.album) if kept.album else (BOOKMARK, kept.owner)
        counts = exact_counts(self._session, count, [key])
        eyes = eyes_of(filters.viewer, kept.owner)
        numbers = (
            Wanted(eyes, is_own=_IS_OWN[scope], sources=(source,)).total(counts, key)
            for source, scope in filters.scopes.items()
        )
        return Total(sum(numbers), exact=True)
