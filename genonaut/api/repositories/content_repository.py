"""Content: the statements."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    RowMapping,
    String,
    bindparam,
    case,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from genonaut.counting.engine import Reading, read, read_live, refresh, stored_rows
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.schema import AUTO, PARTITIONS, REGULAR, ContentItemAll, ContentTag, Tag, User
from genonaut.db.time_limit import time_limit

# Fields of an item that are no columns of its row, or not as they are.
ELSEWHERE = {"created_at", "tags"}

# An item as the API gives it, but for its creator's name.
ITEM_COLUMNS: list[ColumnElement[Any]] = [
    *(
        column
        for column in ContentItemAll.__table__.columns
        if column is not ContentItemAll.__table__.c.source_type
    ),
    case((ContentItemAll.source_type == PARTITIONS[REGULAR], REGULAR), else_=AUTO).label(
        "source_type"
    ),
]

# Sorted as Python sorts: the database's collation may differ from server to server.
_TAGS = func.array(
    select(Tag.name)
    .join(ContentTag, ContentTag.tag_id == Tag.id)
    .where(
        ContentTag.content_id == ContentItemAll.id,
        ContentTag.source_type == ContentItemAll.source_type,
    )
    .order_by(Tag.name.collate("C"))
    .correlate(ContentItemAll)
    .scalar_subquery(),
    type_=ARRAY(String),
)


class ContentRepository:
    """Reads and writes content."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, item_id: int) -> RowMapping | None:
        """An item with its creator's name and the sorted names of its tags."""
        statement = (
            select(*ITEM_COLUMNS, User.username.label("creator_username"), _TAGS.label("tags"))
            .join(User, User.id == ContentItemAll.creator_id)
            .where(ContentItemAll.id == item_id)
        )
        return self._session.execute(statement).mappings().one_or_none()

    def add(self, source: str, items: Sequence[Mapping[str, Any]]) -> Sequence[RowMapping]:
        """Insert all items with one statement; one whose import key exists is left out."""
        statement = (
            insert(ContentItemAll)
            .values(created_at=func.coalesce(bindparam("given_time"), func.now()))
            .on_conflict_do_nothing(
                index_elements=[text("(item_metadata ->> 'import_key')"), "source_type"],
                index_where=text("item_metadata ? 'import_key'"),
            )
            .returning(*ITEM_COLUMNS)
        )
        rows = [_row(source, item) for item in items]
        added = self._session.execute(statement, rows).mappings().all()
        # RETURNING promises no order, but ids were drawn in the order of the items.
        return sorted(added, key=lambda item: int(item["id"]))

    def update(self, item_id: int, columns: Mapping[str, Any]) -> str | None:
        """Change columns of an item; its source, or None if there is no such item."""
        statement = (
            update(ContentItemAll)
            .where(ContentItemAll.id == item_id)
            # Not the transaction's time: of two that wait for each other, the last has the latest.
            .values(**columns, updated_at=func.clock_timestamp())
            .returning(ITEM_COLUMNS[-1])
            .execution_options(synchronize_session=False)
        )
        source: str | None = self._session.scalar(statement)
        return source

    def lock(self, item_id: int) -> None:
        """Nobody else changes the item or its tags until the end of the transaction."""
        self._session.execute(
            select(ContentItemAll.id).where(ContentItemAll.id == item_id).with_for_update()
        )

    def delete(self, item_id: int) -> RowMapping | None:
        """Delete an item, and return what it was."""
        statement = (
            delete(ContentItemAll)
            .where(ContentItemAll.id == item_id)
            .returning(*ITEM_COLUMNS)
            .execution_options(synchronize_session=False)
        )
        return self._session.execute(statement).mappings().one_or_none()

    def refresh_gen_source_stats(self, requested_by: str = "repository") -> int:
        """Recount, repair what differs, and return the number of rows in `gen_source_stats`.

        Raises:
            WrongIsolationError: the session's transaction is not READ COMMITTED.
        """
        refresh(self._session, GEN_SOURCE, requested_by)
        return stored_rows(self._session, GEN_SOURCE)

    def read_gen_source_counts(self, user_id: UUID | None) -> Reading:
        """The community's counts and a user's from the cache: stored plus ledger."""
        return read(self._session, GEN_SOURCE, [user_id] if user_id else [])

    def count_gen_sources_live(self, user_id: UUID | None, seconds: float) -> Reading | None:
        """The same from the items themselves; None if counting takes longer than `seconds`."""
        with time_limit(self._session, seconds):
            return read_live(self._session, GEN_SOURCE, [user_id] if user_id else [])
        return None


def _row(source: str, item: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: value for name, value in item.items() if name not in ELSEWHERE}
    return columns | {"source_type": PARTITIONS[source], "given_time": item["created_at"]}
