"""Tags: the parts that their statements are made of."""

from collections.abc import Iterator
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, exists, func, select

from genonaut.api.repositories.tag_counts import told_counts
from genonaut.content.viewer import Viewer, visible_to
from genonaut.db.schema import ContentTag, Tag

Columns = TypeVarTuple("Columns")


def counted(counts: Subquery) -> Select[UUID, str, int, int, int]:
    """Tags with their counts, in the order of `CountedTag`."""
    return select(
        Tag.id,
        Tag.name,
        func.coalesce(counts.c.regular, 0).label("regular_count"),
        func.coalesce(counts.c.auto, 0).label("auto_count"),
        func.coalesce(counts.c.total, 0).label("count"),
    ).outerjoin(counts, counts.c.tag_id == Tag.id)


def is_known(
    viewer: Viewer, among: ColumnElement[Any] | None = None, *, spread: bool = False
) -> Iterator[ColumnElement[bool]]:
    """Whether a tag is there for a viewer: others than those who see all know those of items.

    Where items are spread, no statement looks for one of each tag, but the counts know it as well:
    of all tags, or of those in an array.
    """
    if viewer.sees_all:
        return
    if spread:
        told = told_counts(viewer, among, spread=True)
        yield Tag.id.in_(select(told.c.tag_id).where(told.c.total > 0))
    else:
        carried = select(ContentTag.content_id).where(ContentTag.tag_id == Tag.id)
        yield exists(carried.where(*visible_to(viewer, ContentTag)).correlate(Tag))


def with_part(statement: Select[*Columns], part: str) -> Select[*Columns]:
    """Those whose names contain a text, which is folded as they are."""
    return statement.where(Tag.name.contains(part, autoescape=True)) if part else statement
