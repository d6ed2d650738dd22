"""The gallery's orders: by a column, and among equals by id, both in the same direction.

So one index serves an order and its reverse, and a position is a value and an id.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, tuple_

from genonaut.api.gallery.query import SortField

SortValue = datetime | float | str


@dataclass(frozen=True, slots=True)
class Position:
    """Where an item is in an order, whether it is still there or not."""

    value: SortValue
    item_id: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order, and the way through it."""

    field: SortField
    descending: bool

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
