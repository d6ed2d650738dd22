"""Where a page's script finds newer counts."""

from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from genonaut.api.gallery.query import Pagination
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.web.live import Live, terms
from genonaut.web.live_route import STREAM
from genonaut.web.page_view import PageView
from genonaut.web.state import GALLERY

ONCE: Final = "/api/v1/content/stats/unified"


def live_of_list(
    view: PageView, counts: ViewerCounts | None, pagination: Pagination
) -> Live | None:
    """For a list, maybe a creator's; None where there are no streams."""
    if not view.web.is_live:
        return None
    state, user_id = view.state, view.viewer.user_id
    is_known = counts and not pagination.total_is_estimate
    return Live(
        stream=address(view, STREAM, user_id=user_id, creator_id=state.creator),
        counts=address(view, ONCE, user_id=user_id),
        creator=address(view, ONCE, user_id=state.creator) if state.creator else "",
        as_of=counts.as_of if counts else None,
        total=" ".join(terms(state, user_id)) if is_known else "",
        shown=pagination.total_count,
        size=state.size,
        first=state.but().url(),
    )


def live_of_page(view: PageView, counts: ViewerCounts) -> Live | None:
    """For a page of numbers."""
    if not view.web.is_live:
        return None
    user_id = view.viewer.user_id
    stream, once = (address(view, path, user_id=user_id) for path in (STREAM, ONCE))
    return Live(stream, once, creator="", as_of=counts.as_of)


def address(view: PageView, path: str, **given: UUID | str | None) -> str:
    """A path of the API for the eyes of a page: below the pages, if these do not see all."""
    where = path if view.eyes.sees_all else f"{GALLERY}{path}"
    query = urlencode({name: str(value) for name, value in given.items() if value})
    return f"{where}?{query}" if query else where
