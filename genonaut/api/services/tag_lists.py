"""Lists of tags: the decisions."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from genonaut.api.entities import CountedTag, PopularTag
from genonaut.api.numbered import NumberedPage, PageNumber
from genonaut.api.repositories.tag_pages import TagOrder, TagPages
from genonaut.config import GallerySettings
from genonaut.content.tag_names import folded
from genonaut.content.viewer import Viewer
from genonaut.db.schema import SourceType


class TagLists:
    """What lists of tags there are. On a snapshot, so that lists and totals agree."""

    def __init__(self, session: Session, settings: GallerySettings) -> None:
        self._pages = TagPages(session)
        self._count_timeout_seconds = settings.count_timeout_seconds

    def page(
        self, viewer: Viewer, at: PageNumber, order: TagOrder, search: str
    ) -> NumberedPage[CountedTag]:
        """A page of the tags that the viewer knows, and how many these are.

        That number is counted: no cached count knows how many tags have an item that a viewer may
        see. It is bounded by time, and says so if that was not enough.
        """
        part = folded(search)
        found = self._pages.page(viewer, at, order, part)
        total = self._pages.total(viewer, part, self._count_timeout_seconds)
        return NumberedPage.of(at, found, total)

    def popular(
        self, viewer: Viewer, limit: int, source: SourceType | None, least: int
    ) -> Sequence[PopularTag]:
        """The tags that most items carry."""
        return self._pages.popular(viewer, limit, source, least)

    def suggested(self, viewer: Viewer, typed: str, limit: int) -> Sequence[CountedTag]:
        """Tags that complete what was typed, the most used first; none for nothing."""
        beginning = folded(typed)
        return self._pages.beginning(viewer, beginning, limit) if beginning else ()

    def of_item(self, viewer: Viewer, item_id: int) -> Sequence[CountedTag]:
        """The tags of an item, by name."""
        return self._pages.of_item(viewer, item_id)
