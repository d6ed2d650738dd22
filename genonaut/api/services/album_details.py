"""What else there is about an album: how its cover is chosen, and what its link gives away."""

from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import Album
from genonaut.api.repositories.album_repository import AlbumRepository
from genonaut.api.services.album_service import AlbumService
from genonaut.api.services.exact_counts import exact_counts
from genonaut.content.bookmark_kinds import Wanted
from genonaut.content.viewer import Viewer
from genonaut.db.counts import ALBUM_ITEM


class AlbumDetails:
    """Reads it, and lets a chosen cover go."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def has_chosen_cover(self, album_id: UUID) -> bool:
        """Whether the cover was chosen, so that it stays when pictures are added."""
        album = AlbumRepository(self._session).get(album_id)
        return album is not None and album.cover_content_id is not None

    def forget_cover(self, viewer: Viewer, album_id: UUID) -> None:
        """Show the newest picture as the cover again.

        Raises:
            NotFoundError: there is no such album for the viewer's eyes.
            ForbiddenError: it is another user's.
        """
        AlbumService(self._session).require_own(viewer, album_id)
        none = {"cover_content_id": None, "cover_content_source_type": None}
        AlbumRepository(self._session).change(album_id, none)

    def shown_by_link(self, album: Album) -> tuple[int, int]:
        """How many pictures a link to it shows, and how many of these are private ones."""
        counts = exact_counts(self._session, ALBUM_ITEM, [album.id])
        shown = Wanted("owner").total(counts, album.id)
        return shown, shown - Wanted("others").total(counts, album.id)
