"""The branches of a list in the order of ratings: first what is rated, then the rest by their ids.

What is rated is walked along an index of one's own ratings, or collected if it is about the mean.
What is not counts as one number lower, or higher, than any rating, and is walked along the index of
ids. So the list has all items that match, and a position in it is a number and an id as elsewhere.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    ColumnElement,
    Double,
    Exists,
    Select,
    SmallInteger,
    String,
    cast,
    exists,
    false,
    func,
    literal,
    select,
)
from sqlalchemy.orm import aliased

from genonaut.api.gallery import shelves, tagged
from genonaut.api.gallery.filters import Filters
from genonaut.api.gallery.item_refs import ItemRef, is_about, is_item
from genonaut.api.gallery.orders import Order
from genonaut.api.repositories.gallery_conditions import TABLES, let_through, sought
from genonaut.api.repositories.gallery_forms import Form
from genonaut.db.schema import PARTITIONS, Rating, SourceType

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

# As the items: to these statements their columns are expressions, and not attributes of a model.
_RATING: Final[Any] = Rating
_DISTANT: Final = 10_000


def walks(form: Form) -> Iterator[Select[Any]]:
    """What is rated and what is not, of each source type."""
    for source_type in form.filters.scopes:
        if form.order.field == "rating_mean":
            yield _by_mean(form, source_type)
        elif form.order.rater:
            yield _by_own(form, source_type)
        yield _unrated(form, source_type)


def value_of(order: Order, source_type: SourceType) -> ColumnElement[Any]:
    """What an item is sorted by, looked up for each by itself."""
    item = TABLES[source_type]
    if order.field == "rating" and not order.rater:
        return _unrated_value(order)
    found = select(_mean() if order.field == "rating_mean" else _RATING.value)
    rated = found.where(*_ratings_of(order, ItemRef.of_item(item), source_type)).correlate(item)
    return func.coalesce(rated.scalar_subquery(), _unrated_value(order))


def _by_own(form: Form, source_type: SourceType) -> Select[Any]:
    columns = _columns(_RATING.content_id, source_type, _RATING.value)
    branch = select(*columns).where(
        _RATING.user_id == form.order.rater,
        _RATING.source_type == PARTITIONS[source_type],
        *let_through(form.filters, source_type, _RATING),
        *_matching(form.filters, source_type, ItemRef.of_row(_RATING)),
    )
    branch = form.within(branch, _RATING.value, _RATING.content_id)
    return form.ordered(branch, _RATING.value, _RATING.content_id)


def _by_mean(form: Form, source_type: SourceType) -> Select[Any]:
    means = (
        select(*ItemRef.of_row(_RATING), _mean().label("mean"))
        .where(
            _RATING.source_type == PARTITIONS[source_type],
            *let_through(form.filters, source_type, _RATING),
        )
        .group_by(*ItemRef.of_row(_RATING))
        .subquery("means")
    )
    mean, item = means.c.mean, ItemRef.of_row(means.c)
    best = form.within(select(*item, mean), mean, item.id)
    if not form.spread:
        # OFFSET keeps PostgreSQL from looking at every rated item before it sorts: that may be
        # text. Where items are spread, it would bring all means together before a look at one.
        best = best.order_by(*form.order.by(mean, item.id)).offset(0)
    found = best.subquery("sorted")
    mean, item = found.c.mean, ItemRef.of_row(found.c)
    branch = select(*_columns(item.id, source_type, mean))
    branch = branch.where(*_matching(form.filters, source_type, item))
    return form.ordered(branch, mean, item.id)


def _unrated(form: Form, source_type: SourceType) -> Select[Any]:
    item = TABLES[source_type]
    branch = select(*_columns(item.id, source_type, _unrated_value(form.order))).where(
        *let_through(form.filters, source_type, item),
        *sought(form.filters, item, on_a_walk=True),
        *_kept(form.filters, source_type, ItemRef.of_item(item)),
        ~_is_rated(form, ItemRef.of_item(item), source_type),
    )
    # One number for all of them, which needs no sorting.
    return form.ordered(form.within_unrated(branch, item.id), item.id, item.id)


def _unrated_value(order: Order) -> ColumnElement[Any]:
    kind: TypeEngine[Any] = Double() if order.field == "rating_mean" else SmallInteger()
    return cast(literal(order.unrated, SmallInteger, literal_execute=True), kind)


def _mean() -> ColumnElement[Any]:
    return cast(func.sum(_RATING.value), Double) / cast(func.count(), Double)


def _is_rated(form: Form, item: ItemRef, source_type: SourceType) -> ColumnElement[bool]:
    order = form.order
    if order.field == "rating" and not order.rater:
        return false()
    found = select(_RATING.content_id).where(*_ratings_of(order, item, source_type))
    # As with tags: an EXISTS with an OFFSET is no join, which might lose the order of the index.
    # On the way to a distant page, a join is worth more than the order.
    return exists(found.offset(0) if form.reach < _DISTANT else found)


def _ratings_of(
    order: Order, item: ItemRef, source_type: SourceType
) -> Iterator[ColumnElement[bool]]:
    yield from is_about(_RATING, item)
    yield _RATING.source_type == PARTITIONS[source_type]
    if order.field == "rating":
        yield _RATING.user_id == order.rater


def _matching(
    filters: Filters, source_type: SourceType, ref: ItemRef
) -> Iterator[ColumnElement[bool]]:
    """Whether a rated item is what is sought: its own row is looked at only if that has to be."""
    item = aliased(TABLES[source_type])
    if conditions := list(sought(filters, item, on_a_walk=True)):
        found: Select[Any] = select(item.id).where(*is_item(item, ref), *conditions)
        matching: Exists = exists(found.offset(0))
        yield matching
    yield from _kept(filters, source_type, ref)


def _kept(filters: Filters, source_type: SourceType, ref: ItemRef) -> Iterator[ColumnElement[bool]]:
    if filters.tags:
        partition = PARTITIONS[source_type]
        yield tagged.probe(ref, filters.tags, filters.tag_match, partition)
    for shelf in filters.shelves:
        yield shelves.probe(ref, shelf, source_type)


def _columns(
    item_id: ColumnElement[int], source_type: SourceType, value: ColumnElement[Any]
) -> Iterator[ColumnElement[Any]]:
    yield item_id.label("id")
    partition = literal(PARTITIONS[source_type], String, literal_execute=True)
    yield partition.label("source_type")
    yield value.label("value")
