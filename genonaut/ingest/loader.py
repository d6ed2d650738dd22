"""Batches of rows into the database: COPY to a staging table, then two inserts, then COMMIT."""

from collections.abc import Sequence
from importlib.resources import files

from sqlalchemy import Connection

from genonaut.ingest.copying import copy_rows
from genonaut.ingest.rows import ImportRow

_SQL = files(__package__) / "sql"
_STAGE, _ADD_CREATORS, _ADD_ITEMS = (
    (_SQL / name).read_text(encoding="utf-8")
    for name in ("stage.sql", "add_creators.sql", "add_items.sql")
)
_COPY = (
    "COPY import_batch (source_type, title, content_data, prompt, item_metadata, username, "
    "created_at, quality_score) FROM STDIN"
)


def load_batch(connection: Connection, rows: Sequence[ImportRow]) -> int:
    """Store the rows that are not there yet, with their creators, and commit.

    Returns how many were added. A kill at any moment leaves whole batches only.

    Raises:
        DBAPIError: the database cannot be used; then nothing of the batch is stored.
    """
    if not rows:
        return 0
    connection.exec_driver_sql(_STAGE)
    copy_rows(connection, _COPY, map(_columns, rows))
    connection.exec_driver_sql(_ADD_CREATORS)
    added = connection.exec_driver_sql(_ADD_ITEMS).rowcount
    connection.commit()
    return added


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
    )
