"""The gallery: the decisions."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from genonaut.api.gallery.query import GalleryPage, GalleryQuery
from genonaut.config import Settings


class GalleryService:
    """Pages of the gallery, with totals.

    The session should be a snapshot (`Database.snapshot`), so that items, totals and counts are
    of the same moment.
    """

    def __init__(
        self,
        session: Session,
        settings: Settings,
        *,
        on_long_ledger: Callable[[], None] | None = None,
    ) -> None:
        self._session = session
        self._settings = settings
        self._on_long_ledger = on_long_ledger

    def page(self, query: GalleryQuery) -> GalleryPage:
        """A page of the items that match, in order.

        Raises:
            InvalidCursorError: the cursor is not one of ours, or was made for another list.
        """
        raise NotImplementedError(query)
