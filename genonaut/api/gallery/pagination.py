"""Where a page is among all: numbers, totals, and cursors to the pages beside it."""

from genonaut.api.entities import Item
from genonaut.api.gallery import cursors
from genonaut.api.gallery.cursors import END, Cursor
from genonaut.api.gallery.orders import position_of
from genonaut.api.gallery.pager import Slice, Total
from genonaut.api.gallery.query import GalleryQuery, Pagination


def pagination(query: GalleryQuery, found: Slice[Item], total: Total) -> Pagination:
    """The place of what was found, in the terms of the query."""
    by_number = not query.cursor and not query.backward
    total = _seen(found, total, by_number=by_number)
    return Pagination(
        page=query.page if by_number else max(1, _pages(found.offset + len(found.items), query)),
        page_size=query.page_size,
        total_count=total.count,
        total_pages=_pages(total.count, query),
        total_is_estimate=not total.exact,
        has_next=found.after,
        has_previous=found.before,
        next_cursor=cursors.write(_behind(found, query), query) if found.after else None,
        prev_cursor=cursors.write(_before(found, query), query) if found.before else None,
    )


def write_place(item: Item, query: GalleryQuery) -> str:
    """Where an item is in the list, as text."""
    return cursors.write(Cursor(backward=False, offset=0, position=position_of(item, query)), query)


def _pages(items: int, query: GalleryQuery) -> int:
    """How many pages so many items fill, the last one perhaps in part."""
    return -(-items // query.page_size)


def _seen(found: Slice[Item], total: Total, *, by_number: bool) -> Total:
    """The total with what the page itself shows, if counting took too long."""
    if total.exact:
        return total
    offset_is_exact = not found.before or (by_number and bool(found.items))
    met = (found.offset if offset_is_exact else 1) + len(found.items) + found.after
    if offset_is_exact and not found.after:
        return Total(met, exact=True)
    return Total(max(total.count, met), exact=False)


def _behind(found: Slice[Item], query: GalleryQuery) -> Cursor:
    if not found.items:
        return Cursor(backward=False, offset=0)
    offset = found.offset + len(found.items)
    return Cursor(backward=False, offset=offset, position=position_of(found.items[-1], query))


def _before(found: Slice[Item], query: GalleryQuery) -> Cursor:
    if not found.items:
        return END
    position = position_of(found.items[0], query)
    return Cursor(backward=True, offset=found.offset, position=position)
