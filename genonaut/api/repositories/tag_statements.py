"""Tags: the parts that their statements are made of."""

from collections.abc import Iterator
from typing import Any, TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, any_, func, select

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
    viewer: Viewer, among: ColumnElement[Any] | None = None
) -> Iterator[ColumnElement[bool]]:
    """Whether a tag is there for a viewer: others than those who see all know those of items.

    If all tags in question are in the array `among`, the rows of others are not looked at.
    """
    if not viewer.sees_all:
        # For the planner it is the same as EXISTS; but it can also be answered by itself, where an
        # engine has the items on other machines.
        carried = select(ContentTag.tag_id).where(*visible_to(viewer, ContentTag))
        if among is not None:
            carried = carried.where(ContentTag.tag_id == any_(among))
        yield Tag.id.in_(carried)


def with_part(statement: Select[*Columns], part: str) -> Select[*Columns]:
    """Those whose names contain a text, which is folded as they are."""
    return statement.where(Tag.name.contains(part, autoescape=True)) if part else statement
