"""What is done to rows that refer to items: locked, kept, deleted, put back, shown and hidden."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, TextClause, text

from genonaut.api.repositories.followers import FOLLOWERS, Needed, Owned, named
from genonaut.db.spread import is_spread, together

_COME_BACK: Final = {need.table for one in FOLLOWERS for need in one.needs if need.comes_back}

# The creators follow from the ids, and say where the rows are.
_OF_ITEMS: Final = (
    "content_id = ANY (CAST(:ids AS bigint[])) AND creator_id = ANY (CAST(:creators AS uuid[]))"
)
# Not items whose creators are gone, nor those whose import keys other items have by now.
_RETURN_ITEMS: Final = """
INSERT INTO content_items_all ({columns})
SELECT {columns} FROM (
    SELECT was.*
    FROM deleted_items AS deleted, jsonb_populate_record(
        NULL::content_items_all, jsonb_build_object('names_file', true) || deleted.item
    ) AS was
    WHERE deleted.id = ANY (CAST(:ids AS bigint[])) ORDER BY deleted.id
) AS was
WHERE EXISTS (SELECT FROM users WHERE users.id = was.creator_id)
ON CONFLICT DO NOTHING
RETURNING id"""
_LOCK: Final = """
SELECT count(*) FROM (
    SELECT FROM {table} WHERE {of_items} ORDER BY content_id FOR UPDATE
) AS locked"""
_LEAVE: Final = "DELETE FROM {table} WHERE {of_items}"
_RETURN: Final = """
INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE
SELECT {columns} FROM (
    SELECT was.*
    FROM deleted_items AS deleted, jsonb_array_elements(deleted.followers -> '{table}') AS kept,
        jsonb_populate_record(NULL::{table}, kept) AS was
    WHERE deleted.id = ANY (CAST(:ids AS bigint[]))
) AS was
WHERE true {needed}
ON CONFLICT DO NOTHING"""
# Not the generated ones: those follow from the others.
_COLUMNS: Final = text(
    "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
    " WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped"
    " AND attgenerated = ''"
)
_NEEDED: Final = "AND EXISTS (SELECT FROM {table} AS other WHERE other.{key} = was.{column})"
_BACK: Final = "AND was.{column} = ANY (CAST(:{table} AS {key_type}[]))"
_HOLD: Final = """
SELECT {key} FROM {needed} WHERE {key} IN (
    SELECT CAST(kept ->> '{column}' AS {key_type})
    FROM deleted_items AS deleted, jsonb_array_elements(deleted.followers -> '{table}') AS kept
    WHERE deleted.id = ANY (CAST(:ids AS bigint[]))
) ORDER BY {order} FOR KEY SHARE"""
_KEPT: Final = """
'{table}', coalesce((
    SELECT jsonb_agg(to_jsonb(follower)) FROM {table} AS follower
    WHERE follower.content_id = item.id AND follower.creator_id = item.creator_id
), '[]')"""
_KEEP: Final = """
INSERT INTO deleted_items (id, deleted_by, batch, item, followers)
SELECT item.id, CAST(:user_id AS uuid), :batch, to_jsonb(item), jsonb_build_object({kept})
FROM content_items_all AS item
WHERE item.id = ANY (CAST(:ids AS bigint[])) AND item.creator_id = ANY (CAST(:creators AS uuid[]))
ON CONFLICT (id) DO UPDATE SET
    deleted_by = EXCLUDED.deleted_by, deleted_at = EXCLUDED.deleted_at, batch = EXCLUDED.batch,
    item = EXCLUDED.item, followers = EXCLUDED.followers"""
_SHOW: Final = """
{table}_shown AS (
    UPDATE {table} SET visibility = :visibility
    WHERE {of_items} AND visibility <> :visibility
)"""
_SHOW_ITEMS: Final = """
UPDATE content_items_all SET visibility = :visibility, updated_at = statement_timestamp()
WHERE id = ANY (CAST(:ids AS bigint[])) AND creator_id = ANY (CAST(:creators AS uuid[]))
  AND visibility <> :visibility"""


def lock(connection: Connection, items: Owned) -> None:
    """Keep others from changing what refers to items that are held."""
    given = named(items)
    for creators in together(connection, given["creators"]):
        for one in FOLLOWERS:
            if one.is_locked:
                locking = text(_of_items(_LOCK, one.table))
                connection.execute(locking, given | {"creators": creators})


def keep() -> TextClause:
    """Keep items as they are, with all rows that refer to them."""
    return text(_KEEP.format(kept=",".join(_KEPT.format(table=one.table) for one in FOLLOWERS)))


def leave() -> Iterator[TextClause]:
    """Delete what refers to items, a table's rows at once: a cascade would do it item by item."""
    return (text(_of_items(_LEAVE, one.table)) for one in reversed(FOLLOWERS))


def hold_needed() -> Iterator[TextClause]:
    """Keep what the rows of deleted items refer to from being deleted meanwhile."""
    for one in FOLLOWERS:
        for need in one.needs:
            if need.comes_back:
                continue
            yield text(
                _HOLD.format(
                    key=need.key,
                    needed=need.table,
                    column=need.column,
                    key_type=need.key_type,
                    table=one.table,
                    order=need.order,
                )
            )


def put_back_items(connection: Connection) -> TextClause:
    """Make items what they were, every column of them. Returns the ids of those that are back."""
    return text(_RETURN_ITEMS.format(columns=_columns(connection, "content_items_all")))


def put_back(connection: Connection, ids: Sequence[int]) -> None:
    """Put back what referred to deleted items, if what it refers to besides is still there."""
    back: dict[str, Any] = {}
    for one in FOLLOWERS:
        statement = _RETURN.format(
            table=one.table,
            columns=_columns(connection, one.table),
            needed=" ".join(map(_needed, one.needs)),
        )
        if one.table in _COME_BACK:
            came = connection.scalars(text(f"{statement} RETURNING id"), {"ids": ids} | back)
            back[one.table] = list(came)
        else:
            connection.execute(text(statement), {"ids": ids} | back)


def _needed(need: Needed) -> str:
    statement = _BACK if need.comes_back else _NEEDED
    return statement.format(**asdict(need))


def show(connection: Connection) -> TextClause:
    """Make items and what has their rights public or private."""
    if is_spread(connection):
        return text(_SHOW_ITEMS)  # each machine does the rest, beside the items
    # In one statement, so that each table's counts change once, and not for each item by a cascade.
    # The foreign keys are checked at its end, when the items have changed as well.
    with_rights = (one.table for one in FOLLOWERS if one.has_rights)
    shown = ",".join(_of_items(_SHOW, table) for table in with_rights)
    return text(f"WITH {shown} {_SHOW_ITEMS}")


def _of_items(statement: str, table: str) -> str:
    return statement.format(table=table, of_items=_OF_ITEMS)


def _columns(connection: Connection, table: str) -> str:
    return str(connection.scalar(_COLUMNS, {"name": table}))
