"""Tags as administrators are shown them: with numbers that are those of the lists behind them."""

from urllib.parse import urlencode

from sqlalchemy.orm import Session

from genonaut.api.entities import CountedTag
from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings
from genonaut.content.viewer import EVERYTHING
from genonaut.web.people.tag_contexts import Merging, ShownTag
from genonaut.web.rendering import plural
from genonaut.web.state import GalleryState
from genonaut.web.views.parts import tag_value


def shown_tag(tag: CountedTag) -> ShownTag:
    """A tag, with the list of its pictures."""
    url = GalleryState(tags=(tag_value(tag.name, tag.id),)).url()
    return ShownTag(tag.id, tag.name, tag.count, url)


def merging(session: Session, settings: Settings, tag: CountedTag, other: CountedTag) -> Merging:
    """What merging a tag into another one means. What both have in common has to be counted."""
    values = tuple(sorted((tag_value(tag.name, tag.id), tag_value(other.name, other.id))))
    gallery = GalleryService(session, settings.gallery)
    ids = str(tag.id), str(other.id)
    found = gallery.page(EVERYTHING, GalleryQuery(tags=ids, tag_match="all", page_size=1))
    both, is_estimate = found.pagination.total_count, found.pagination.total_is_estimate
    together = plural(tag.count + other.count - both, "picture")
    return Merging(
        other=shown_tag(other),
        both=f"at least {both:,}" if is_estimate else f"{both:,}",
        both_url=GalleryState(tags=values, match="all").url(),
        together=f"at most {together}" if is_estimate else together,
    )


def address(path: str, **given: object) -> str:
    """An address with those of the parameters that are not empty."""
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{path}?{query}" if query else path
