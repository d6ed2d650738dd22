"""What a statement for a window of a list depends on, and the window as its parameters."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Integer, Select, bindparam, literal

from genonaut.api.gallery.filters import Filters
from genonaut.api.gallery.orders import BELOW_ALL, Order
from genonaut.api.gallery.pager import Window

_LIMIT, _OFFSET, _VALUE, _ID = "window_limit", "window_offset", "behind_value", "behind_id"
_UNRATED = "unrated_behind_id"
_LARGEST_REACH: Final = 2**62
_LARGEST_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Form:
    """All that the text of a list's statement depends on: not which window, but of what kind.

    So one statement serves all of a list's pages. To build it takes as long as to execute it.

    `reach` is at least as many keys as a window of it needs from each branch. `spread` says that
    the items are on several machines.
    """

    filters: Filters
    order: Order
    collect: bool
    begins: Literal["first", "behind", "at"]
    reach: int
    spread: bool = False

    @classmethod
    def of(
        cls, filters: Filters, order: Order, window: Window, *, collect: bool, spread: bool = False
    ) -> "Form":
        """The form of this window's statement."""
        begins: Literal["first", "behind", "at"] = "first"
        if window.behind is not None:
            begins = "at" if window.inclusive else "behind"
        return cls(filters, order, collect, begins, _reach(window), spread)

    def parameters(self, window: Window) -> dict[str, Any]:
        """The window itself, for a statement of this form."""
        given: dict[str, Any] = {_LIMIT: window.limit, _OFFSET: window.offset}
        if window.behind is None:
            return given
        given |= {_VALUE: window.behind.value, _ID: window.behind.item_id}
        if self.order.is_by_rating and not self.collect:
            given[_UNRATED] = self._unrated_behind(window.behind.value, window.behind.item_id)
        return given

    def _unrated_behind(self, value: Any, item_id: int) -> int:  # noqa: ANN401
        """The id from which on items without a rating are behind a position."""
        if value == self.order.unrated:
            return item_id
        # They are at the end of the list: all of them are behind a rated one, or none on the way
        # back. That is the direction's own doing.
        return _LARGEST_ID if self.order.unrated == BELOW_ALL else 0

    def within(
        self, statement: Select[Any], value: ColumnElement[Any], item_id: ColumnElement[int]
    ) -> Select[Any]:
        """What begins where the window does."""
        if self.begins == "first":
            return statement
        at = bindparam(_VALUE, type_=value.type), bindparam(_ID, type_=BigInteger)
        inclusive = self.begins == "at"
        return statement.where(self.order.behind(*at, value, item_id, inclusive=inclusive))

    def within_unrated(self, statement: Select[Any], item_id: ColumnElement[int]) -> Select[Any]:
        """The same of items without a rating: they are all equal, so ids alone decide."""
        if self.begins == "first":
            return statement
        operator = ("<" if self.order.descending else ">") + "=" * (self.begins == "at")
        at = bindparam(_UNRATED, type_=BigInteger)
        return statement.where(item_id.bool_op(operator)(at))

    def ordered(
        self, statement: Select[Any], value: ColumnElement[Any], item_id: ColumnElement[int]
    ) -> Select[Any]:
        """A branch, as far as a window of this form needs it."""
        # A branch of a UNION ALL that has a WHERE keeps its index's order only if it has a LIMIT.
        reach = literal(self.reach, Integer, literal_execute=True)
        return statement.order_by(*self.order.by(value, item_id)).limit(reach)


def limit() -> BindParameter[int]:
    """The window's limit."""
    return bindparam(_LIMIT, type_=BigInteger)


def offset() -> BindParameter[int]:
    """The window's offset."""
    return bindparam(_OFFSET, type_=BigInteger)


def _reach(window: Window) -> int:
    # Written out, as the planner has to know it: it makes one plan for all windows then, and each
    # plan takes several times as long as its execution. A power of two, so that there are few. That
    # it is too large costs nothing, as branches are read no further than the window needs.
    return min(1 << (window.offset + window.limit).bit_length(), _LARGEST_REACH)
