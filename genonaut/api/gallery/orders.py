"""The gallery's orders: by a value, and among equals by id, both in the same direction.

So one index serves an order and its reverse, and a position is a value and an id.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, tuple_

from genonaut.api.entities import Item
from genonaut.api.gallery.query import BY_RATING, GalleryQuery, SortField

SortValue = datetime | float | str
BELOW_ALL: Final = 0
ABOVE_ALL: Final = 6
"""What an item without a rating counts as, so that it is at the end of either direction."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where an item is in an order, whether it is still there or not."""

    value: SortValue
    item_id: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order, and the way through it.

    `unrated` is what an item counts as that has no rating, in an order by ratings. It is the same
    on the way back. `rater` is the user whose ratings they are, in the order by one's own.
    """

    field: SortField
    descending: bool
    unrated: int = BELOW_ALL
    rater: UUID | None = None

    @property
    def is_by_rating(self) -> bool:
        """Whether it is by ratings, one's own or the mean, which are no column of the items."""
        return self.field in BY_RATING

    def reversed(self) -> "Order":
        """The same list, from its end."""
        return replace(self, descending=not self.descending)

    def by(self, value: ColumnElement[Any], item_id: ColumnElement[int]) -> list[Any]:
        """For ORDER BY."""
        if self.descending:
            return [value.desc(), item_id.desc()]
        return [value.asc(), item_id.asc()]

    def behind(
        self,
        at_value: ColumnElement[Any],
        at_id: ColumnElement[int],
        value: ColumnElement[Any],
        item_id: ColumnElement[int],
        *,
        inclusive: bool,
    ) -> ColumnElement[bool]:
        """Whether an item comes behind a position, or else is at it (`inclusive`)."""
        operator = ("<" if self.descending else ">") + ("=" if inclusive else "")
        return tuple_(value, item_id).bool_op(operator)(tuple_(at_value, at_id))


def order_of(query: GalleryQuery, rater: UUID | None) -> Order:
    """The order that a query asks for."""
    descending = query.sort_order == "desc"
    if query.sort_field not in BY_RATING:
        return Order(query.sort_field, descending)
    own = rater if query.sort_field == "rating" else None
    return Order(query.sort_field, descending, _unrated(query), own)


def position_of(item: Item, query: GalleryQuery) -> Position:
    """Where an item is in the list of a query."""
    value = getattr(item, query.sort_field)
    if query.sort_field in BY_RATING:
        value = float(_unrated(query) if value is None else value)
    return Position(value, item.id)


def _unrated(query: GalleryQuery) -> int:
    return BELOW_ALL if query.sort_order == "desc" else ABOVE_ALL
