"""Finding a page in a list that can be read from both ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from genonaut.api.gallery.cursors import Cursor
from genonaut.api.gallery.orders import Order, Position

Items = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list: behind a position (or from it on), `limit` items after `offset`."""

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
class Part:
    """Items that follow each other, whether there are others before and after, and how many before.

    That number, `rank`, is exact for a page by number and at both ends; else it is counted on from
    where a cursor was made.
    """

    items: Items
    before: bool
    after: bool
    rank: int


class Source(Protocol):
    """A list of items that can be read from any position, both ways."""

    def items(self, order: Order, window: Window) -> Items:
        """The items of a window, in the order."""

    def any_item(self, order: Order, window: Window) -> bool:
        """Whether there is any."""


class Pager:
    """Pages of `size` items of a list."""

    def __init__(self, source: Source, order: Order, size: int, total: Total) -> None:
        self._source = source
        self._order = order
        self._size = size
        self._total = total

    def by_number(self, page: int) -> Part:
        """The page of this number, from 1, walked to from the nearer end."""
        offset, total = (page - 1) * self._size, self._total
        if not total.exact or offset <= total.count // 2:
            return self._from_start(offset)
        wanted = max(0, min(self._size, total.count - offset))
        left = max(0, total.count - offset - wanted)
        found = self._source.items(self._order.reversed(), Window(wanted, left)) if wanted else []
        return Part(found[::-1], before=total.count > 0, after=left > 0, rank=offset)

    def from_cursor(self, cursor: Cursor) -> Part:
        """The page behind the cursor's place, or before it, whatever has changed meanwhile."""
        way = self._order.reversed() if cursor.backward else self._order
        found = self._source.items(way, Window(self._size + 1, behind=cursor.position))
        items, more = found[: self._size], len(found) > self._size
        passed = cursor.position is not None and self._source.any_item(
            way.reversed(), Window(1, behind=cursor.position, inclusive=True)
        )
        if cursor.backward:
            return self._ranked(items[::-1], more, passed, cursor.rank - len(items))
        return self._ranked(items, passed, more, cursor.rank)

    def _from_start(self, offset: int) -> Part:
        found = self._source.items(self._order, Window(self._size + 1, offset))
        before = offset > 0 and (bool(found) or self._source.any_item(self._order, Window(1)))
        items = found[: self._size]
        return Part(items, before, after=len(found) > self._size, rank=offset)

    def _ranked(self, items: Items, before: bool, after: bool, guess: int) -> Part:
        if not before:
            rank = 0
        elif not after and self._total.exact:
            rank = self._total.count - len(items)
        else:
            rank = max(guess, 1)
        return Part(items, before, after, rank)
