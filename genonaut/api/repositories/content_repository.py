"""Content: the statements."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    String,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    not_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import QueryableAttribute, Session

from genonaut.api.entities import Creator, Item, ItemChanges, NewItem
from genonaut.api.gallery.item_refs import ItemRef, is_about
from genonaut.api.repositories.item_creators import creator_of
from genonaut.api.repositories.rating_repository import RatingRepository
from genonaut.content.viewer import Viewer, counts_to_read, counts_told, keys_to_read, visible_to
from genonaut.counting.engine import Reading, read_together, refresh, stored_rows
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.driver import time_limit
from genonaut.db.schema import (
    AUTO,
    PARTITIONS,
    REGULAR,
    ContentItemAll,
    ContentTag,
    SourceType,
    Tag,
    User,
)
from genonaut.db.stored_json import TRUNCATED

LONGEST_CONTENT_LISTED: Final = 2_000  # characters
MOST_METADATA_LISTED: Final = 8_192  # bytes

_SOURCE_TYPE: ColumnElement[SourceType] = case(
    (ContentItemAll.source_type == PARTITIONS[REGULAR], REGULAR), else_=AUTO
).label("source_type")


def _object(metadata: ColumnElement[Any] | QueryableAttribute[Any]) -> ColumnElement[Any]:
    """Metadata, where these are an object. Another writer may store any JSON."""
    return case(
        (func.jsonb_typeof(metadata) == "object", metadata), else_=literal({}, metadata.type)
    )


_REPLACED = {
    "source_type": _SOURCE_TYPE,
    "item_metadata": _object(ContentItemAll.item_metadata).label("item_metadata"),
}
# The fields of `Item`, but for its creator's name and its tags.
ITEM_COLUMNS: list[ColumnElement[Any]] = [
    _REPLACED.get(column.key, column) for column in ContentItemAll.__table__.columns
]


@cache
def listed_columns(*, with_metadata: bool) -> tuple[ColumnElement[Any], ...]:
    """The same for lists: long contents are cut, and large metadata left out.

    A list has up to a thousand items, and each of them may have a megabyte of each.
    """
    content, metadata = ContentItemAll.content_data, ContentItemAll.item_metadata
    # As stored first: to know more of what is large and compressed, it had to be unpacked.
    is_small = func.pg_column_size(metadata) <= MOST_METADATA_LISTED
    as_text = func.octet_length(cast(metadata, Text))
    shown = case(
        (not_(is_small), literal(TRUNCATED, metadata.type)),
        (as_text > MOST_METADATA_LISTED, literal(TRUNCATED, metadata.type)),
        # Sides are only those of an object anyway.
        else_=_object(metadata) if with_metadata else metadata,
    )
    replaced = {
        "content_data": func.left(content, LONGEST_CONTENT_LISTED),
        "item_metadata": shown if with_metadata else _sides(shown),
    }
    return tuple(
        replaced[column.key].label(column.key) if column.key in replaced else column
        for column in ITEM_COLUMNS
    )


def _sides(metadata: ColumnElement[Any]) -> ColumnElement[Any]:
    """Of metadata, what it takes to keep a picture's place."""
    sides = ((side, metadata.op("->")(side)) for side in ("width", "height"))
    return func.jsonb_build_object(*(part for side in sides for part in side), type_=JSONB)


# A bind with the name of its column would stand for the plain value.
_GIVEN_CREATED_AT = bindparam("given_created_at", type_=DateTime(timezone=True))

# Sorted as Python sorts: the database's collation may differ from server to server.
_TAGS = func.array(
    select(Tag.name)
    .join(ContentTag, ContentTag.tag_id == Tag.id)
    .where(
        *is_about(ContentTag, ItemRef.of_item(ContentItemAll)),
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

    def get(self, viewer: Viewer, item_id: int, creator: UUID | None = None) -> Item | None:
        """An item; None if there is none for the viewer's eyes. Its creator says where it is."""
        if creator is None:
            return self._one(viewer, ContentItemAll.id == item_id)
        return self._one(viewer, *_is(item_id, creator))

    def find_imported(
        self, viewer: Viewer, partition: str, import_key: str, creator: str
    ) -> Item | None:
        """The item that an import made of a creator's row with that key."""
        metadata = ContentItemAll.item_metadata
        return self._one(
            viewer,
            metadata.op("->>")("import_key") == import_key,
            metadata.op("?")("import_key"),  # what the index says
            ContentItemAll.source_type == partition,
            User.username == creator,
        )

    def _one(self, viewer: Viewer, *conditions: ColumnElement[bool]) -> Item | None:
        statement = (
            select(*ITEM_COLUMNS, User.username.label("creator_username"), _TAGS.label("tags"))
            .join(User, User.id == ContentItemAll.creator_id)
            .where(*conditions, *visible_to(viewer, ContentItemAll))
        )
        row = self._session.execute(statement).one_or_none()
        if row is None:
            return None
        ratings = RatingRepository(self._session)
        return ratings.with_ratings([Item(**row._asdict())], viewer.rater(None))[0]

    def add(
        self, source_type: SourceType, items: Sequence[NewItem], creators: Mapping[UUID, Creator]
    ) -> list[Item]:
        """Insert all items with one statement; one whose import key exists is skipped.

        What is returned has no tags yet.
        """
        statement = (
            insert(ContentItemAll)
            .values(created_at=func.coalesce(_GIVEN_CREATED_AT, func.now()))
            .on_conflict_do_nothing(
                index_elements=[
                    text("(item_metadata ->> 'import_key')"),
                    "source_type",
                    "creator_id",
                ],
                index_where=text("item_metadata ? 'import_key'"),
            )
            .returning(*ITEM_COLUMNS)
        )
        given = [_row(source_type, item, creators[item.creator_id]) for item in items]
        rows = self._session.execute(statement, given)
        added = [
            Item(**row._asdict(), creator_username=creators[row.creator_id].username)
            for row in rows
        ]
        # RETURNING promises no order, but ids were drawn in the order of the items.
        return sorted(added, key=lambda item: item.id)

    def update(
        self, viewer: Viewer, item_id: int, creator: UUID, changes: ItemChanges
    ) -> SourceType | None:
        """Change an item that is locked, but for its tags; its source type.

        None if it is not for the viewer's eyes.
        """
        columns = {name: value for name, value in asdict(changes).items() if value is not None}
        columns.pop("tags", None)
        statement = (
            update(ContentItemAll)
            .where(*_is(item_id, creator), *visible_to(viewer, ContentItemAll))
            # Not the transaction's time: of two that wait for each other, the last has the latest.
            .values(**columns, updated_at=func.statement_timestamp())
            .returning(_SOURCE_TYPE)
            .execution_options(synchronize_session=False)
        )
        return self._session.scalar(statement)

    def lock(self, item_id: int, *, with_tags: bool = True) -> UUID | None:
        """Keep other transactions from changing the item or its tags until this one ends.

        Its creator, or None if there is no such item. An id alone may be anywhere; what is locked
        has to be in one place, which its creator says. Not `with_tags`, others may add tags, rate
        and keep it meanwhile.
        """
        while creator := creator_of(self._session, item_id):
            this = select(ContentItemAll.id).where(*_is(item_id, creator))
            if self._session.scalar(this.with_for_update(key_share=not with_tags)):
                return creator
            # It was given to another one meanwhile, or deleted.
        return None

    def delete(self, item_id: int, creator: UUID) -> None:
        """Delete an item."""
        self._session.execute(
            delete(ContentItemAll)
            .where(*_is(item_id, creator))
            .execution_options(synchronize_session=False)
        )

    def refresh_gen_source_stats(self, requested_by: str = "repository") -> int:
        """Recount, repair what differs, and return the number of rows in `gen_source_stats`.

        Raises:
            WrongIsolationError: the session's transaction is not READ COMMITTED.
        """
        refresh(self._session, GEN_SOURCE, requested_by)
        return stored_rows(self._session, GEN_SOURCE)

    def read_gen_source_counts(self, viewer: Viewer, user_id: UUID | None) -> Reading:
        """The community's counts and a user's, as the viewer is told: stored plus ledger."""
        return self._told(viewer, user_id)

    def count_gen_sources_live(
        self, viewer: Viewer, user_id: UUID | None, seconds: float
    ) -> Reading | None:
        """The same from the items themselves; None if counting takes longer than `seconds`."""
        with time_limit(self._session, seconds):
            return self._told(viewer, user_id, live=True)
        return None

    def _told(self, viewer: Viewer, user_id: UUID | None, *, live: bool = False) -> Reading:
        keys = keys_to_read(viewer, user_id)
        return counts_told(
            viewer, user_id, read_together(self._session, counts_to_read(viewer), keys, live=live)
        )


def _is(item_id: int, creator: UUID) -> Iterator[ColumnElement[bool]]:
    yield ContentItemAll.id == item_id
    yield ContentItemAll.creator_id == creator


def _row(source_type: SourceType, item: NewItem, creator: Creator) -> dict[str, Any]:
    return {
        "source_type": PARTITIONS[source_type],
        "title": item.title,
        "content_type": item.content_type,
        "content_data": item.content_data,
        "path_thumb": item.path_thumb,
        "prompt": item.prompt,
        "creator_id": item.creator_id,
        "item_metadata": item.item_metadata,
        "quality_score": item.quality_score,
        "visibility": item.visibility or creator.default_visibility,
        "names_file": item.names_file,
        _GIVEN_CREATED_AT.key: item.created_at,
    }
