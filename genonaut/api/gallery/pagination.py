"""Where a page is, told to whoever asked for it."""

from genonaut.api.entities import Item
from genonaut.api.gallery import cursors
from genonaut.api.gallery.cursors import END, Cursor
from genonaut.api.gallery.orders import Position
from genonaut.api.gallery.pager import Part, Total
from genonaut.api.gallery.query import GalleryQuery, Pagination


def pagination(query: GalleryQuery, part: Part, total: Total) -> Pagination:
    """The page's place among all."""
    by_number = not query.cursor and not query.backward
    total = _seen(part, total, by_number=by_number)
    return Pagination(
        page=query.page if by_number else max(1, _pages(part.rank + len(part.items), query)),
        page_size=query.page_size,
        total_count=total.count,
        total_pages=_pages(total.count, query),
        total_is_estimate=not total.exact,
        has_next=part.after,
        has_previous=part.before,
        next_cursor=cursors.write(_behind(part, query), query) if part.after else None,
        prev_cursor=cursors.write(_before(part, query), query) if part.before else None,
    )


def _pages(items: int, query: GalleryQuery) -> int:
    """How many pages so many items fill, the last one perhaps in part."""
    return -(-items // query.page_size)


def _seen(part: Part, total: Total, *, by_number: bool) -> Total:
    """The total with what the page itself shows, if counting took too long."""
    if total.exact:
        return total
    rank_is_exact = not part.before or (by_number and bool(part.items))
    met = (part.rank if rank_is_exact else 1) + len(part.items) + part.after
    if rank_is_exact and not part.after:
        return Total(met, exact=True)
    return Total(max(total.count, met), exact=False)


def _behind(part: Part, query: GalleryQuery) -> Cursor:
    if not part.items:
        return Cursor(backward=False, rank=0)
    rank = part.rank + len(part.items)
    return Cursor(backward=False, rank=rank, position=_position(part.items[-1], query))


def _before(part: Part, query: GalleryQuery) -> Cursor:
    if not part.items:
        return END
    return Cursor(backward=True, rank=part.rank, position=_position(part.items[0], query))


def _position(item: Item, query: GalleryQuery) -> Position:
    return Position(getattr(item, query.sort_field), item.id)
