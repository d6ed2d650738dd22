"""Batches of an export's lines: COPY to a staging table, then a few inserts, then COMMIT."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Final, NamedTuple

from psycopg import errors
from sqlalchemy import Connection

from genonaut.archive.reading import Line
from genonaut.archive.values import ItemLine, NamedLine
from genonaut.db.driver import copy_rows
from genonaut.db.named_sql import named_sql
from genonaut.db.spread import is_spread
from genonaut.errors import ConflictError
from genonaut.ingest.imports import record_items
from genonaut.ingest.loader import Done, add_tags, hold_creators, tried_again
from genonaut.library.registry import keep_likenesses

_SQL = named_sql(__package__, "restore.sql")
_COPY_NAMES = "COPY restore_names (id, name, created_at, line) FROM STDIN"
_COPY_ITEMS = (
    "COPY import_batch (id, source_type, title, content_type, content_data, path_thumb, prompt, "
    "username, created_at, updated_at, quality_score, visibility, tags, line, other_key) FROM STDIN"
)
# So many are drawn one by one, which no other transaction can undo; a larger gap is jumped.
_MOST_DRAWN: Final = 1_000_000
_PATIENCE_SECONDS: Final = 60
_PAUSE_SECONDS: Final = 0.1


class Loaded(NamedTuple):
    """How many items and tags are new."""

    items: int
    tags: int


def make_room(connection: Connection, largest_id: int) -> None:
    """Move the sequence beyond the ids of an export, so that no writer draws one of them.

    Raises:
        ConflictError: a transaction that has drawn ids does not end.
    """
    last = connection.execute(_SQL["last_id"]).scalar_one()
    if largest_id - last > _MOST_DRAWN:
        connection.execute(_SQL["set_id"], {"number": largest_id})
    elif largest_id > last:
        connection.execute(_SQL["draw_ids"], {"number": largest_id - last})
    connection.commit()
    _wait_for_drawn_ids(connection)


def _wait_for_drawn_ids(connection: Connection) -> None:
    """Until those are over that may have drawn one of the ids before, and not used it yet."""
    drawing = set(connection.execute(_SQL["drawing"]).scalars())
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while drawing:
        connection.rollback()
        if time.monotonic() > deadline:
            raise ConflictError("Another process is adding items and does not end: try again.")
        time.sleep(_PAUSE_SECONDS)
        drawing &= set(connection.execute(_SQL["drawing"]).scalars())
    connection.rollback()


def load_users(connection: Connection, lines: Sequence[Line[NamedLine]]) -> int:
    """Add the users that are not there, with their ids if these are free; how many are new."""
    return _again(connection, lambda: _load_names(connection, lines, "users"))


def load_tags(connection: Connection, lines: Sequence[Line[NamedLine]]) -> int:
    """Add the tags that are not there, likewise."""
    return _again(connection, lambda: _load_names(connection, lines, "tags"))


def load_items(
    connection: Connection, lines: Sequence[Line[ItemLine]], import_id: int | None = None
) -> Loaded:
    """Add the items that are not there, with their tags; their files have to be kept already.

    They become items of an import, if it is given.
    """
    if not lines:
        return Loaded(0, 0)
    return _again(connection, lambda: _load_items(connection, lines, import_id))


def _again(connection: Connection, load: Callable[[], Done]) -> Done:
    """Another transaction may also add what a batch adds."""
    return tried_again(connection, load, errors.UniqueViolation)


def _load_names(connection: Connection, lines: Sequence[Line[NamedLine]], table: str) -> int:
    connection.execute(_SQL["stage_names"])
    rows = ((line.made.id, line.made.name, line.made.created_at, line.text) for line in lines)
    copy_rows(connection, _COPY_NAMES, rows)
    ways = f"add_{table}", f"add_other_{table}"
    return sum(len(connection.execute(_SQL[way]).all()) for way in ways)


def _load_items(
    connection: Connection, lines: Sequence[Line[ItemLine]], import_id: int | None
) -> Loaded:
    connection.execute(_SQL["stage"])
    once = {line.made.id: line for line in reversed(lines)}
    copy_rows(connection, _COPY_ITEMS, map(_columns, reversed(once.values())))
    hold_creators(connection, {line.made.creator for line in lines})
    renumbered = _renumbered(connection)
    items = len(connection.execute(_SQL["add_items"], {"renumbered": renumbered}).all())
    tags = add_tags(connection) if any(line.made.tags for line in lines) else 0
    record_items(connection, import_id)
    _keep_files(connection, lines)
    return Loaded(items, tags)


def _renumbered(connection: Connection) -> list[int]:
    """Drop the staged items that are there, and give those whose numbers are taken other ones."""
    if is_spread(connection):
        known = list(connection.execute(_SQL["known"]).scalars())
        connection.execute(_SQL["drop"], {"ids": known})
        taken = {"ids": list(connection.execute(_SQL["taken"]).scalars())}
        return list(connection.execute(_SQL["give_these_other_ids"], taken).scalars())
    connection.execute(_SQL["drop_known"])
    return list(connection.execute(_SQL["give_other_ids"]).scalars())


def _keep_files(connection: Connection, lines: Sequence[Line[ItemLine]]) -> None:
    files = {line.made.file.kept.name: line.made.file for line in lines if line.made.file}
    if files:
        given = [
            asdict(file.kept) | {"is_missing": not file.is_exported, "added_at": file.added_at}
            for _, file in sorted(files.items())
        ]
        connection.execute(_SQL["keep"], given)
        kept = [file.kept for file in files.values() if file.kept.is_compared]
        keep_likenesses(connection, {file.sha256: file.likeness for file in kept})


def _columns(line: Line[ItemLine]) -> tuple[object, ...]:
    item = line.made
    return (
        item.id,
        item.source,
        item.title,
        item.content_type,
        item.content_data,
        item.path_thumb,
        item.prompt,
        item.creator,
        item.created_at,
        item.updated_at,
        item.quality_score,
        item.visibility,
        list(item.tags),
        line.text,
        item.other_key,
    )
