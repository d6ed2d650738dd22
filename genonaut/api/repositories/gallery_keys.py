"""The keys of a list's windows: which items, in which order, found without reading the items.

Each stretch of an index is a branch of its own on its own partition, ordered and limited by itself,
and the branches are merged. So a page reads about as many index entries as it has items, however
many there are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    Subquery,
    bindparam,
    literal,
    select,
    union_all,
)

from genonaut.api.gallery import shelves, tagged
from genonaut.api.gallery.filters import Filters
from genonaut.api.gallery.orders import Order
from genonaut.api.gallery.pager import Window
from genonaut.api.gallery.stretches import Stretch, stretches
from genonaut.api.repositories.gallery_conditions import TABLES, all_conditions, of_stretch, sought
from genonaut.db.schema import PARTITIONS, SourceType

_LIMIT, _OFFSET, _VALUE, _ID = "window_limit", "window_offset", "behind_value", "behind_id"
_LARGEST_REACH: Final = 2**62


@dataclass(frozen=True, slots=True)
class Form:
    """All that the text of a list's statement depends on: not which window, but of what kind.

    So one statement serves all of a list's pages. To build it takes as long as to execute it.

    `reach` is at least as many keys as a window of it needs from each branch.
    """

    filters: Filters
    order: Order
    collect: bool
    begins: Literal["first", "behind", "at"]
    reach: int

    @classmethod
    def of(cls, filters: Filters, order: Order, window: Window, *, collect: bool) -> "Form":
        """The form of this window's statement."""
        begins: Literal["first", "behind", "at"] = "first"
        if window.behind is not None:
            begins = "at" if window.inclusive else "behind"
        return cls(filters, order, collect, begins, _reach(window))


def parameters(window: Window) -> dict[str, Any]:
    """The window itself, for a statement of its form."""
    given: dict[str, Any] = {_LIMIT: window.limit, _OFFSET: window.offset}
    if window.behind is not None:
        given |= {_VALUE: window.behind.value, _ID: window.behind.item_id}
    return given


def _reach(window: Window) -> int:
    # Written out, as the planner has to know it: it makes one plan for all windows then, and each
    # plan takes several times as long as its execution. A power of two, so that there are few. That
    # it is too large costs nothing, as branches are read no further than the window needs.
    return min(1 << (window.offset + window.limit).bit_length(), _LARGEST_REACH)


def keys(form: Form) -> Subquery:
    """Ids, source types and sort values of a window of the items that match.

    There are two ways. Walking along the order's index and looking at each item is right if many
    match. If few do, all of them are collected first, from the index that finds them, and sorted.
    """
    if form.collect:
        branches = (_collected(form, one) for one in form.filters.scopes)
        # MATERIALIZED, or PostgreSQL might walk after all.
        found: CTE | Subquery = union_all(*branches).cte("collected").prefix_with("MATERIALIZED")
        statement = _within(select(found), form, found.c.value, found.c.id)
    else:
        walked = (_walk(form, one) for one in stretches(form.filters))
        found = union_all(*walked).subquery("walked")
        statement = select(found)
    return (
        statement.order_by(*form.order.by(found.c.value, found.c.id))
        .limit(bindparam(_LIMIT, type_=BigInteger))
        .offset(bindparam(_OFFSET, type_=BigInteger))
        .subquery("keys")
    )


def _walk(form: Form, stretch: Stretch) -> Select[Any]:
    filters, item = form.filters, TABLES[stretch.source_type]
    value = getattr(item, form.order.field)
    columns = _columns(stretch.source_type, form.order)
    branch = select(*columns).where(*of_stretch(stretch, item), *sought(filters, item))
    if filters.tags:
        partition = PARTITIONS[stretch.source_type]
        branch = branch.where(tagged.probe(item.id, filters.tags, filters.tag_match, partition))
    for shelf in filters.shelves:
        branch = branch.where(shelves.probe(item.id, shelf, stretch.source_type))
    branch = _within(branch, form, value, item.id)
    # A branch of a UNION ALL that has a WHERE keeps its index's order only if it has a LIMIT.
    reach = literal(form.reach, Integer, literal_execute=True)
    return branch.order_by(*form.order.by(value, item.id)).limit(reach)


def _collected(form: Form, source_type: SourceType) -> Select[Any]:
    conditions = all_conditions(form.filters, source_type)
    return select(*_columns(source_type, form.order)).where(*conditions)


def _within(
    statement: Select[Any], form: Form, value: ColumnElement[Any], item_id: ColumnElement[int]
) -> Select[Any]:
    if form.begins == "first":
        return statement
    at = bindparam(_VALUE, type_=value.type), bindparam(_ID, type_=BigInteger)
    behind = form.order.behind(*at, value, item_id, inclusive=form.begins == "at")
    return statement.where(behind)


def _columns(source_type: SourceType, order: Order) -> Iterator[ColumnElement[Any]]:
    item = TABLES[source_type]
    yield item.id
    partition = literal(PARTITIONS[source_type], String, literal_execute=True)
    yield partition.label("source_type")
    yield getattr(item, order.field).label("value")
