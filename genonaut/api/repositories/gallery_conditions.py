"""What the filters of a list say of an item, as conditions on the items of one source type."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, literal, or_, tuple_

from genonaut.api.gallery import shelves, tagged
from genonaut.api.gallery.filters import Filters, Scope
from genonaut.api.gallery.item_refs import ItemRef
from genonaut.api.gallery.searching.conditions import matches
from genonaut.api.gallery.settings import in_month, made_with, with_lora, with_sampler
from genonaut.api.gallery.stretches import Stretch
from genonaut.content.viewer import visible_to
from genonaut.db.schema import (
    AUTO,
    PARTITIONS,
    PRIVATE,
    PUBLIC,
    REGULAR,
    ContentItem,
    ContentItemAuto,
    SourceType,
)

TABLES: Final[dict[SourceType, Any]] = {REGULAR: ContentItem, AUTO: ContentItemAuto}


def of_stretch(stretch: Stretch, item: Any) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """Whether an item is in a stretch of an index."""
    if stretch.visibility:
        # Written out, as the planner has to know how many these are.
        yield item.visibility == literal(stretch.visibility, String, literal_execute=True)
    if stretch.creator:
        yield item.creator_id == stretch.creator
    for creator in stretch.but_not:
        yield item.creator_id != creator


def all_conditions(filters: Filters, source_type: SourceType) -> Iterator[ColumnElement[bool]]:
    """Whether an item matches."""
    item = TABLES[source_type]
    yield from let_through(filters, source_type, item)
    yield from sought(filters, item)
    this = tuple_(*ItemRef.of_item(item))
    if filters.tags:
        yield this.in_(tagged_refs(filters, source_type))
    for shelf in filters.shelves:
        yield this.in_(shelves.refs(shelf, source_type))


def let_through(
    filters: Filters,
    source_type: SourceType,
    rows: Any,  # noqa: ANN401
) -> Iterator[ColumnElement[bool]]:
    """Whether scope and viewer let an item through, as rows tell that know its rights."""
    match filters.scopes[source_type]:
        case Scope.OWN:
            yield rows.creator_id == filters.whose
        case Scope.OTHERS:
            # Two ranges of an index, where "is not" would be none.
            yield or_(rows.creator_id < filters.whose, rows.creator_id > filters.whose)
    yield from visible_to(filters.viewer, rows)
    if filters.month and filters.viewer.sees_all:
        # Both stretches of the index of moments, which begins with the visibility.
        yield rows.visibility.in_((PUBLIC, PRIVATE))


def sought(
    filters: Filters,
    item: Any,  # noqa: ANN401
    *,
    on_a_walk: bool = False,
) -> Iterator[ColumnElement[bool]]:
    """Whether an item is what is searched for, but for its tags."""
    yield from matches(filters.sought, item, on_a_walk=on_a_walk)
    yield from made_with(item, filters.model, filters.seed)
    yield from with_sampler(item, filters.sampler)
    for lora in filters.loras:
        yield from with_lora(item, lora)
    yield from in_month(item, filters.month)


def tagged_refs(filters: Filters, source_type: SourceType) -> Select[Any]:
    """The items with the tags."""
    return tagged.refs(
        filters.tags,
        filters.tag_match,
        PARTITIONS[source_type],
        filters.viewer,
        lead_is_rare=filters.lead_is_rare,
    )
