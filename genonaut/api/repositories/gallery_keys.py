"""The keys of a list's windows: which items, in which order, found without reading the items.

Each stretch of an index is a branch of its own on its own partition, ordered and limited by itself,
and the branches are merged. So a page reads about as many index entries as it has items, however
many there are.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, String, Subquery, literal, select, union_all

from genonaut.api.gallery import shelves, tagged
from genonaut.api.gallery.item_refs import ItemRef
from genonaut.api.gallery.orders import Order
from genonaut.api.gallery.stretches import Stretch, stretches
from genonaut.api.repositories import gallery_rated as rated
from genonaut.api.repositories.gallery_conditions import TABLES, all_conditions, of_stretch, sought
from genonaut.api.repositories.gallery_forms import Form, limit, offset
from genonaut.db.schema import PARTITIONS, SourceType


def keys(form: Form) -> Subquery:
    """Ids, source types and sort values of a window of the items that match.

    There are two ways. Walking along the order's index and looking at each item is right if many
    match. If few do, all of them are collected first, from the index that finds them, and sorted.
    """
    if form.collect:
        branches = (_collected(form, one) for one in form.filters.scopes)
        # MATERIALIZED, or PostgreSQL might walk after all.
        found: CTE | Subquery = union_all(*branches).cte("collected").prefix_with("MATERIALIZED")
        statement = form.within(select(found), found.c.value, found.c.id)
    else:
        found = union_all(*_walks(form)).subquery("walked")
        statement = select(found)
    return (
        statement.order_by(*form.order.by(found.c.value, found.c.id))
        .limit(limit())
        .offset(offset())
        .subquery("keys")
    )


def _walks(form: Form) -> Iterator[Select[Any]]:
    if form.order.is_by_rating:
        return rated.walks(form)
    return (_walk(form, one) for one in stretches(form.filters))


def _walk(form: Form, stretch: Stretch) -> Select[Any]:
    filters, item = form.filters, TABLES[stretch.source_type]
    value = getattr(item, form.order.field)
    columns = _columns(stretch.source_type, form.order)
    wanted = sought(filters, item, on_a_walk=True)
    branch = select(*columns).where(*of_stretch(stretch, item), *wanted)
    this = ItemRef.of_item(item)
    if filters.tags:
        partition = PARTITIONS[stretch.source_type]
        branch = branch.where(tagged.probe(this, filters.tags, filters.tag_match, partition))
    for shelf in form.filters.shelves:
        branch = branch.where(shelves.probe(this, shelf, stretch.source_type))
    return form.ordered(form.within(branch, value, item.id), value, item.id)


def _collected(form: Form, source_type: SourceType) -> Select[Any]:
    conditions = all_conditions(form.filters, source_type)
    return select(*_columns(source_type, form.order)).where(*conditions)


def _columns(source_type: SourceType, order: Order) -> Iterator[ColumnElement[Any]]:
    item = TABLES[source_type]
    yield item.id
    partition = literal(PARTITIONS[source_type], String, literal_execute=True)
    yield partition.label("source_type")
    value = rated.value_of(order, source_type) if order.is_by_rating else getattr(item, order.field)
    yield value.label("value")
