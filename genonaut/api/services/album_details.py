"""What its owner is told of an album besides: what chooses its cover, and what its link gives away."""

from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import Album
from genonaut.api.repositories.album_repository import AlbumRepository
from genonaut.api.services.exact_counts import exact_counts
from genonaut.content.bookmark_kinds import Wanted
from genonaut.db.counts import ALBUM_ITEM


class AlbumDetails:
    """Reads it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def has_chosen_cover(self, album_id: UUID) -> bool:
        """Whether the cover was chosen, so that it stays when pictures are added."""
        album = AlbumRepository(self._session).get(album_id)
        return album is not None and album.cover_content_id is not None

    def shown_by_link(self, album: Album) -> tuple[int, int]:
        """How many pictures a link to it shows, and how many of these are private ones."""
        counts = exact_counts(self._session, ALBUM_ITEM, [album.id])
        shown, public = (Wanted(eyes).total(counts, album.id) for eyes in ("owner", "others"))
        return shown, shown - public
