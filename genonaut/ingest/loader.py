"""Stores batches of rows: COPY to a staging table, then a few inserts, then COMMIT."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from importlib.resources import files
from typing import NamedTuple, TypeVar

import psycopg
from psycopg import errors
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from genonaut.content.tags import hold_tags
from genonaut.db.driver import copy_rows
from genonaut.ingest.imports import record_items
from genonaut.ingest.rows import ImportRow
from genonaut.library.registry import ItemKey, Seen, keep_files, remember
from genonaut.library.roots import Library

Done = TypeVar("Done")
_SQL = files(__package__) / "sql"
_STAGE, _ADD_CREATORS, _HOLD_CREATORS, _ADD_ITEMS, _TAGS_OF_ADDED_ITEMS, _ADD_ITEM_TAGS = (
    (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    for name in (
        *("stage", "add_creators", "hold_creators"),
        *("add_items", "tags_of_added_items", "add_item_tags"),
    )
)
_COPY = (
    "COPY import_batch (source_type, title, content_data, prompt, item_metadata, username, "
    "created_at, quality_score, tags, path_thumb, visibility) FROM STDIN"
)
# Why a batch is loaded anew: another transaction has deleted what it needs, or waits for it.
_MOST_TRIES = 10
_TRY_AGAIN = (errors.ForeignKeyViolation, errors.DeadlockDetected, errors.SerializationFailure)


class Loaded(NamedTuple):
    """What a batch added: numbers of items, and of tags that did not exist before.

    `replaced` are files whose names had other bytes before.
    """

    items: int = 0
    tags: int = 0
    replaced: int = 0


def load_batch(
    connection: Connection,
    rows: Sequence[ImportRow],
    library: Library,
    import_id: int | None = None,
) -> Loaded:
    """Store the rows that do not exist yet, with their creators, tags and files, and commit.

    They become items of an import, if it is given.

    A kill at any moment leaves whole batches only. Creators and tags may be deleted meanwhile.

    Raises:
        DBAPIError: the database cannot be used; then no row of the batch is stored.
    """
    if not rows:
        return Loaded()
    return tried_again(connection, lambda: _loaded(connection, rows, library, import_id))


def tried_again(
    connection: Connection, load: Callable[[], Done], *more: type[psycopg.Error]
) -> Done:
    """What `load` returns, and commit; loaded anew when another transaction was in the way.

    `more` are further errors after which to try again.

    Raises:
        DBAPIError: it failed for another reason, or every time.
    """
    for tries_left in reversed(range(_MOST_TRIES)):
        try:
            done = load()
            connection.commit()
        except DBAPIError as error:
            if not tries_left or not isinstance(error.orig, (*_TRY_AGAIN, *more)):
                raise
            connection.rollback()
        else:
            return done
    raise AssertionError


def _loaded(
    connection: Connection, rows: Sequence[ImportRow], library: Library, import_id: int | None
) -> Loaded:
    connection.exec_driver_sql(_STAGE)
    copy_rows(connection, _COPY, map(_columns, rows))
    hold_creators(connection, {row.creator for row in rows})
    items = len(connection.exec_driver_sql(_ADD_ITEMS).all())
    tags = add_tags(connection) if any(row.tags for row in rows) else 0
    record_items(connection, import_id)
    replaced = _keep_files(connection, rows, library)
    return Loaded(items, tags, replaced)


def _keep_files(connection: Connection, rows: Sequence[ImportRow], library: Library) -> int:
    files = [(ItemKey(row.import_key, row.creator), row.file) for row in rows if row.file]
    if not files:
        return 0
    replaced = keep_files(connection, library, files)
    seen = (
        Seen(row.path_digest, row.file.bytes, row.file.modified_ns, row.import_key)
        for row in rows
        if row.file and row.path_digest
    )
    remember(connection, list(seen))
    return replaced


def hold_creators(connection: Connection, creators: AbstractSet[str]) -> None:
    """Add those who are missing, until none is: another transaction may delete one in between."""
    held: set[str] = set()
    while held < creators:
        connection.exec_driver_sql(_ADD_CREATORS)
        held = set(connection.exec_driver_sql(_HOLD_CREATORS).scalars())


def add_tags(connection: Connection) -> int:
    """Give the items of the staged batch that were added their tags; how many tags are new."""
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
        row.path_thumb,
        row.visibility,
    )
