"""Where a page is, told to whoever asked for it."""

from typing import Any

from genonaut.api.gallery import cursors
from genonaut.api.gallery.cursors import END, Cursor
from genonaut.api.gallery.orders import Position
from genonaut.api.gallery.pager import Part, Total
from genonaut.api.gallery.query import GalleryQuery, Pagination


def pagination(query: GalleryQuery, part: Part, total: Total) -> Pagination:
    """The page's place among all. A total that is not exact is at least what was met."""
    by_number = not query.cursor and not query.backward
    met = len(part.items) + part.after + (part.rank if by_number and part.items else part.before)
    count = total.count if total.exact else max(total.count, met)
    return Pagination(
        page=query.page if by_number else part.rank // query.page_size + 1,
        page_size=query.page_size,
        total_count=count,
        total_pages=-(-count // query.page_size),
        total_is_estimate=not total.exact,
        has_next=part.after,
        has_previous=part.before,
        next_cursor=cursors.write(_behind(part, query), query) if part.after else None,
        prev_cursor=cursors.write(_before(part, query), query) if part.before else None,
    )


def _behind(part: Part, query: GalleryQuery) -> Cursor:
    if not part.items:
        return Cursor(backward=False, rank=0)
    rank = part.rank + len(part.items)
    return Cursor(backward=False, rank=rank, position=_position(part.items[-1], query))


def _before(part: Part, query: GalleryQuery) -> Cursor:
    if not part.items:
        return END
    return Cursor(backward=True, rank=part.rank, position=_position(part.items[0], query))


def _position(item: Any, query: GalleryQuery) -> Position:  # noqa: ANN401
    return Position(item[query.sort_field], item["id"])
