"""What the filters of a list say of an item, as conditions on the items of one source type."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, literal, or_

from genonaut.api.gallery import search, shelves, tagged
from genonaut.api.gallery.filters import Filters, Scope
from genonaut.api.gallery.settings import made_with
from genonaut.api.gallery.stretches import Stretch
from genonaut.content.viewer import visible_to
from genonaut.db.schema import (
    AUTO,
    PARTITIONS,
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
    match filters.scopes[source_type]:
        case Scope.OWN:
            yield item.creator_id == filters.whose
        case Scope.OTHERS:
            # Two ranges of an index, where "is not" would be none.
            yield or_(item.creator_id < filters.whose, item.creator_id > filters.whose)
    yield from visible_to(filters.viewer, item)
    yield from sought(filters, item)
    if filters.tags:
        yield item.id.in_(tagged_ids(filters, source_type))
    for shelf in filters.shelves:
        yield item.id.in_(shelves.ids(shelf, source_type))


def sought(filters: Filters, item: Any) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """Whether an item is what is searched for, but for its tags."""
    if filters.phrases:
        yield search.matches(item, filters.phrases)
    yield from made_with(item, filters.model, filters.seed)


def tagged_ids(filters: Filters, source_type: SourceType) -> Select[Any]:
    """The ids of the items with the tags."""
    return tagged.ids(
        filters.tags,
        filters.tag_match,
        PARTITIONS[source_type],
        filters.viewer,
        lead_is_rare=filters.lead_is_rare,
    )
