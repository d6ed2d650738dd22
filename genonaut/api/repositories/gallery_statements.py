"""The gallery's statements, put together from filters and an order.

Each stretch of an index is a branch of its own on its own partition, ordered and limited by itself,
and the branches are merged. So a page reads about as many index entries as it has items, however
many there are.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    Subquery,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from genonaut.api.gallery import search, tagged
from genonaut.api.gallery.filters import Filters, Scope
from genonaut.api.gallery.orders import Order
from genonaut.api.gallery.pager import Window
from genonaut.api.gallery.settings import made_with
from genonaut.api.gallery.stretches import Stretch, stretches
from genonaut.api.repositories.content_repository import (
    LONGEST_CONTENT_LISTED,
    MOST_METADATA_LISTED,
    listed_columns,
)
from genonaut.content.viewer import visible_to
from genonaut.db.schema import (
    AUTO,
    PARTITIONS,
    REGULAR,
    ContentItem,
    ContentItemAll,
    ContentItemAuto,
    SourceType,
    User,
)

_TABLES: dict[SourceType, Any] = {REGULAR: ContentItem, AUTO: ContentItemAuto}


def keys(filters: Filters, order: Order, window: Window, *, collect: bool) -> Subquery:
    """Ids, source types and sort values of a window of the items that match.

    There are two ways. Walking along the order's index and looking at each item is right if many
    match. If few do, all of them are collected first, from the index that finds them, and sorted.
    """
    if collect:
        branches = (_collected(filters, one, order) for one in filters.scopes)
        # MATERIALIZED, or PostgreSQL might walk after all.
        found: CTE | Subquery = union_all(*branches).cte("collected").prefix_with("MATERIALIZED")
        statement = _within(select(found), order, window, found.c.value, found.c.id)
    else:
        walked = (_walk(filters, one, order, window) for one in stretches(filters))
        found = union_all(*walked).subquery("walked")
        statement = select(found)
    return (
        statement.order_by(*order.by(found.c.value, found.c.id))
        .limit(window.limit)
        .offset(window.offset)
        .subquery("keys")
    )


def size(keys: Subquery) -> Select[Any]:
    """How many bytes the texts of these items have, without reading them."""
    content = func.least(func.octet_length(ContentItemAll.content_data), LONGEST_CONTENT_LISTED)
    metadata = func.least(func.pg_column_size(ContentItemAll.item_metadata), MOST_METADATA_LISTED)
    texts = func.octet_length(ContentItemAll.prompt) + content + metadata
    return (
        select(func.coalesce(func.sum(texts), 0))
        .select_from(keys)
        .join(ContentItemAll, _is_key(keys))
    )


def _is_key(keys: Subquery) -> ColumnElement[bool]:
    return and_(ContentItemAll.id == keys.c.id, ContentItemAll.source_type == keys.c.source_type)


def items(keys: Subquery, order: Order, *, with_metadata: bool) -> Select[Any]:
    """The items of these keys, with their creators' names, in this order."""
    return (
        select(
            *listed_columns(with_metadata=with_metadata), User.username.label("creator_username")
        )
        .select_from(keys)
        .join(ContentItemAll, _is_key(keys))
        .join(User, User.id == ContentItemAll.creator_id)
        .order_by(*order.by(keys.c.value, keys.c.id))
    )


def all_matches(filters: Filters) -> CompoundSelect[Any]:
    """A row for every item that matches, for counting."""
    return union_all(*(_match(filters, source_type) for source_type in filters.scopes))


def _match(filters: Filters, source_type: SourceType) -> Select[Any]:
    only_tags = filters.tags and not filters.phrases and not filters.has_settings
    if only_tags and filters.scopes[source_type] is Scope.ALL:
        # The tags know it alone: an item that carries one is there.
        return _tagged_ids(filters, source_type)
    item = _TABLES[source_type]
    return select(literal_column("1")).where(*_all_conditions(filters, source_type, item))


def _walk(filters: Filters, stretch: Stretch, order: Order, window: Window) -> Select[Any]:
    item = _TABLES[stretch.source_type]
    value = getattr(item, order.field)
    partition = PARTITIONS[stretch.source_type]
    columns = _columns(stretch.source_type, order)
    branch = select(*columns).where(*_of(stretch, item), *_sought(filters, item))
    if filters.tags:
        probe = tagged.probe(item.id, filters.tags, filters.tag_match, partition)
        branch = branch.where(probe)
    branch = _within(branch, order, window, value, item.id)
    # A branch of a UNION ALL that has a WHERE keeps its index's order only if it has a LIMIT.
    return branch.order_by(*order.by(value, item.id)).limit(window.offset + window.limit)


def _within(
    statement: Select[Any],
    order: Order,
    window: Window,
    value: ColumnElement[Any],
    item_id: ColumnElement[int],
) -> Select[Any]:
    if window.behind is None:
        return statement
    return statement.where(order.behind(window.behind, value, item_id, inclusive=window.inclusive))


def _columns(source_type: SourceType, order: Order) -> list[ColumnElement[Any]]:
    item = _TABLES[source_type]
    partition = literal(PARTITIONS[source_type], String, literal_execute=True)
    return [item.id, partition.label("source_type"), getattr(item, order.field).label("value")]


def _of(stretch: Stretch, item: Any) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    if stretch.visibility:
        # Written out, as the planner has to know how many these are.
        yield item.visibility == literal(stretch.visibility, String, literal_execute=True)
    if stretch.creator:
        yield item.creator_id == stretch.creator
    for creator in stretch.but_not:
        yield item.creator_id != creator


def _collected(filters: Filters, source_type: SourceType, order: Order) -> Select[Any]:
    conditions = _all_conditions(filters, source_type, _TABLES[source_type])
    return select(*_columns(source_type, order)).where(*conditions)


def _all_conditions(
    filters: Filters,
    source_type: SourceType,
    item: Any,  # noqa: ANN401
) -> Iterator[ColumnElement[bool]]:
    match filters.scopes[source_type]:
        case Scope.OWN:
            yield item.creator_id == filters.whose
        case Scope.OTHERS:
            # Two ranges of an index, where "is not" would be none.
            yield or_(item.creator_id < filters.whose, item.creator_id > filters.whose)
    yield from visible_to(filters.viewer, item)
    yield from _sought(filters, item)
    if filters.tags:
        yield item.id.in_(_tagged_ids(filters, source_type))


def _sought(filters: Filters, item: Any) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    if filters.phrases:
        yield search.matches(item, filters.phrases)
    yield from made_with(item, filters.model, filters.seed)


def _tagged_ids(filters: Filters, source_type: SourceType) -> Select[Any]:
    return tagged.ids(
        filters.tags,
        filters.tag_match,
        PARTITIONS[source_type],
        filters.viewer,
        lead_is_rare=filters.lead_is_rare,
    )
