"""Which items carry tags: from the tags to the items, or from an item to its tags."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, Select, and_, exists, select
from sqlalchemy.orm import aliased

from genonaut.api.gallery.item_refs import ItemRef, is_about
from genonaut.api.gallery.query import TagMatch
from genonaut.content.viewer import Viewer, visible_to
from genonaut.db.schema import ContentTag


def refs(
    tags: Sequence[UUID],
    match: TagMatch,
    partition: str,
    viewer: Viewer,
    *,
    lead_is_rare: bool = False,
) -> Select[Any]:
    """A partition's items that carry the tags and are for the viewer's eyes, each once.

    If the first tag is rare, its items are looked at one by one for the others. Else PostgreSQL
    may choose how to bring them together.
    """
    if match == "any" and len(tags) > 1:
        return (
            select(*ItemRef.of_row(ContentTag))
            .where(
                ContentTag.tag_id.in_(tags),
                ContentTag.source_type == partition,
                *visible_to(viewer, ContentTag),
            )
            .distinct()
        )
    lead, *others = tags
    item = ItemRef.of_row(ContentTag)
    return select(*item).where(
        ContentTag.tag_id == lead,
        ContentTag.source_type == partition,
        *visible_to(viewer, ContentTag),
        *(carries(item, partition, [tag], fence=lead_is_rare) for tag in others),
    )


def probe(
    item: ItemRef, tags: Sequence[UUID], match: TagMatch, partition: str
) -> ColumnElement[bool]:
    """Whether an item carries the tags, looked up for each item by itself."""
    groups = [tags] if match == "any" else [[tag] for tag in tags]
    # PostgreSQL does not make a join of an EXISTS with an OFFSET. A join might lose the order of
    # the index that is being walked along.
    return and_(*(carries(item, partition, group, fence=True) for group in groups))


def carries(
    item: ItemRef,
    source_type: ColumnElement[str] | str,
    tags: Sequence[UUID],
    *,
    fence: bool = False,
) -> Exists:
    """Whether an item carries one of the tags; with a fence, looked up for each item by itself."""
    carried = aliased(ContentTag)
    statement = select(carried.content_id).where(
        *is_about(carried, item),
        carried.source_type == source_type,
        carried.tag_id == tags[0] if len(tags) == 1 else carried.tag_id.in_(tags),
    )
    return exists(statement.offset(0) if fence else statement)
