"""Finding a page in a list that can be read from both ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from genonaut.api.gallery.cursors import Cursor
from genonaut.api.gallery.orders import Order, Position

Entry = TypeVar("Entry")
Entry_co = TypeVar("Entry_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Window:
    """Which items of a list: behind a position (or from it on), `limit` items after `offset`."""

    limit: int
    offset: int = 0
    behind: Position | None = None
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """How many items there are; if it is not exact, that many or more."""

    count: int
    exact: bool


NONE = Total(0, exact=True)


@dataclass(frozen=True, slots=True)
class Slice(Generic[Entry]):
    """Items that follow one another, and whether there are others before and after them.

    `offset` is how many come before. It is exact for a page by number and at both ends; otherwise
    it is counted on from where a cursor was made.
    """

    items: Sequence[Entry]
    before: bool
    after: bool
    offset: int


class Listing(Protocol[Entry_co]):
    """A list of items that can be read from any position, both ways."""

    def items(self, order: Order, window: Window) -> Sequence[Entry_co]:
        """The items of a window, in the order."""

    def any_item(self, order: Order, window: Window) -> bool:
        """Whether there is any."""


class Pager(Generic[Entry]):
    """Pages of `size` items of a list."""

    def __init__(self, listing: Listing[Entry], order: Order, size: int, total: Total) -> None:
        self._listing = listing
        self._order = order
        self._size = size
        self._total = total

    def by_offset(self, offset: int) -> Slice[Entry]:
        """The page behind so many items, walked to from the nearer end."""
        total = self._total
        if not total.exact or offset <= total.count // 2:
            return self._from_start(offset)
        wanted = max(0, min(self._size, total.count - offset))
        left = max(0, total.count - offset - wanted)
        found = self._listing.items(self._order.reversed(), Window(wanted, left)) if wanted else []
        return Slice(found[::-1], before=total.count > 0, after=left > 0, offset=offset)

    def from_cursor(self, cursor: Cursor) -> Slice[Entry]:
        """The page behind the cursor's place, or before it, as the list is now."""
        way = self._order.reversed() if cursor.backward else self._order
        found = self._listing.items(way, Window(self._size + 1, behind=cursor.position))
        items, more = found[: self._size], len(found) > self._size
        passed = cursor.position is not None and self._listing.any_item(
            way.reversed(), Window(1, behind=cursor.position, inclusive=True)
        )
        if cursor.backward:
            return self._placed(items[::-1], more, passed, cursor.offset - len(items))
        return self._placed(items, passed, more, cursor.offset)

    def _from_start(self, offset: int) -> Slice[Entry]:
        found = self._listing.items(self._order, Window(self._size + 1, offset))
        before = offset > 0 and (bool(found) or self._listing.any_item(self._order, Window(1)))
        items = found[: self._size]
        return Slice(items, before, after=len(found) > self._size, offset=offset)

    def _placed(
        self, items: Sequence[Entry], before: bool, after: bool, guess: int
    ) -> Slice[Entry]:
        if not before:
            offset = 0
        elif not after and self._total.exact:
            offset = self._total.count - len(items)
        else:
            offset = max(guess, 1)
        return Slice(items, before, after, offset)
