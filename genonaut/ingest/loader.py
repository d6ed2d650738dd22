"""Stores batches of rows: COPY to a staging table, then a few inserts, then COMMIT."""

from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from sqlalchemy import Connection

from genonaut.content.tags import hold_tags
from genonaut.db.driver import copy_rows
from genonaut.ingest.rows import ImportRow

_SQL = files(__package__) / "sql"
_STAGE, _ADD_CREATORS, _ADD_ITEMS, _TAGS_OF_ADDED_ITEMS, _ADD_ITEM_TAGS = (
    (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    for name in ("stage", "add_creators", "add_items", "tags_of_added_items", "add_item_tags")
)
_COPY = (
    "COPY import_batch (source_type, title, content_data, prompt, item_metadata, username, "
    "created_at, quality_score, tags) FROM STDIN"
)


class Loaded(NamedTuple):
    """What a batch added: numbers of items, and of tags that did not exist before."""

    items: int = 0
    tags: int = 0


def load_batch(connection: Connection, rows: Sequence[ImportRow]) -> Loaded:
    """Store the rows that do not exist yet, with their creators and tags, and commit.

    A kill at any moment leaves whole batches only.

    Raises:
        DBAPIError: the database cannot be used; then no row of the batch is stored.
    """
    if not rows:
        return Loaded()
    connection.exec_driver_sql(_STAGE)
    copy_rows(connection, _COPY, map(_columns, rows))
    connection.exec_driver_sql(_ADD_CREATORS)
    items = connection.exec_driver_sql(_ADD_ITEMS).rowcount
    tags = _add_tags(connection) if any(row.tags for row in rows) else 0
    connection.commit()
    return Loaded(items, tags)


def _add_tags(connection: Connection) -> int:
    names = connection.exec_driver_sql(_TAGS_OF_ADDED_ITEMS).scalars()
    held = hold_tags(connection, names)
    connection.exec_driver_sql(_ADD_ITEM_TAGS)
    return held.added


def _columns(row: ImportRow) -> tuple[object, ...]:
    return (
        row.source,
        row.title,
        row.content_data,
        row.prompt,
        row.item_metadata,
        row.creator,
        row.created_at,
        row.quality_score,
        list(row.tags),
    )
