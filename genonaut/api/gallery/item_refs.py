"""Rows about items, and the items that they are about."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement


class ItemRef(NamedTuple):
    """The columns by which a row names an item: of the item itself, or of a row about one."""

    id: ColumnElement[int]
    creator: ColumnElement[Any]

    @classmethod
    def of_item(cls, item: Any) -> "ItemRef":  # noqa: ANN401
        """Those of an item."""
        return cls(item.id, item.creator_id)

    @classmethod
    def of_row(cls, row: Any) -> "ItemRef":  # noqa: ANN401
        """Those of a row about an item."""
        return cls(row.content_id, row.creator_id)


def is_about(rows: Any, item: ItemRef) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """Whether rows are about an item.

    The id alone would say it. An engine that spreads items over machines by their creators has to
    know that what is joined lies together, so the creator is named wherever items are joined.
    """
    yield rows.content_id == item.id
    yield rows.creator_id == item.creator


def is_item(items: Any, ref: ItemRef) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """Whether items are the one that is meant."""
    yield items.id == ref.id
    yield items.creator_id == ref.creator
