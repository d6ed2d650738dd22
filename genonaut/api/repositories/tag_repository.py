"""Tags: the statements."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Subquery,
    Uuid,
    and_,
    any_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from genonaut.api.entities import CountedTag, Item
from genonaut.api.repositories.folded_names import begins_with, folded_name
from genonaut.api.repositories.tag_counts import told_counts
from genonaut.api.repositories.tag_statements import counted, is_known, with_part
from genonaut.content.tags import hold_tags
from genonaut.content.viewer import Viewer
from genonaut.counting.engine import refresh, stored_rows
from genonaut.db.counts import TAG_CARDINALITY
from genonaut.db.schema import PARTITIONS, ContentItemAll, ContentTag, SourceType, Tag
from genonaut.db.spread import is_spread

# Built once: that takes longer than to execute it for a page of items.
_NAMES_OF: Final = (
    select(ContentTag.content_id, Tag.name)
    .join(Tag, Tag.id == ContentTag.tag_id)
    .where(ContentTag.content_id == func.any_(bindparam("item_ids", type_=ARRAY(BigInteger))))
)
_NAMES_IN_PARTS: Final = _NAMES_OF.where(
    ContentTag.creator_id == func.any_(bindparam("creators", type_=ARRAY(Uuid)))
)


class TagRepository:
    """Reads and writes tags, and which item carries which."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def names_of(
        self, item_ids: Iterable[int], creators: Iterable[UUID] = ()
    ) -> dict[int, list[str]]:
        """The sorted names of the tags of each of these items; an item without any has [].

        `creators` are those of the items, if they are known: they say where the tags are.
        """
        names: dict[int, list[str]] = {item_id: [] for item_id in item_ids}
        connection = self._session.connection()
        statement, given = _NAMES_OF, {"item_ids": list(names), "creators": list(set(creators))}
        if given["creators"] and is_spread(connection):
            statement = _NAMES_IN_PARTS
        rows = connection.execute(statement, given)
        for content_id, name in rows:
            names[content_id].append(name)
        # Sorted here, as the database's collation may differ from server to server.
        return {item_id: sorted(found) for item_id, found in names.items()}

    def with_tags(self, items: Iterable[Item]) -> list[Item]:
        """Items with the names of their tags."""
        given = list(items)
        names = self.names_of((item.id for item in given), (item.creator_id for item in given))
        return [replace(item, tags=names[item.id]) for item in given]

    def attach(
        self,
        source_type: SourceType,
        tags: Mapping[int, Collection[str]],
        creators: Collection[UUID],
    ) -> None:
        """Give items of one source type tags by name; those that they carry already stay.

        `creators` are those of the items.
        """
        held = hold_tags(
            self._session.connection(), (name for names in tags.values() for name in names)
        )
        pairs = [(item_id, held.ids[name]) for item_id, names in tags.items() for name in names]
        if not pairs:
            return
        # One statement however many they are: so the count's trigger runs once.
        item_ids, tag_ids = zip(*pairs, strict=True)
        given = select(
            func.unnest(bindparam("item_ids", list(item_ids), ARRAY(BigInteger))).label("item_id"),
            func.unnest(bindparam("tag_ids", list(tag_ids), ARRAY(Uuid))).label("tag_id"),
        ).subquery("given")
        item = ContentItemAll
        # The caller has added or changed the items, so none changes its owner meanwhile.
        rows = (
            select(item.id, item.source_type, given.c.tag_id, item.creator_id, item.visibility)
            .join(given, given.c.item_id == item.id)
            .where(
                item.source_type == PARTITIONS[source_type],
                item.creator_id == any_(literal(list(creators), ARRAY(Uuid))),
            )
        )
        columns = ["content_id", "source_type", "tag_id", "creator_id", "visibility"]
        self._session.execute(
            insert(ContentTag).from_select(columns, rows).on_conflict_do_nothing()
        )

    def remove_other_tags(self, item_id: int, creator: UUID, names: Collection[str]) -> None:
        """Remove all tags but these from an item."""
        kept = select(Tag.id).where(Tag.name.in_(names))
        self._session.execute(
            delete(ContentTag)
            .where(
                ContentTag.content_id == item_id,
                ContentTag.creator_id == creator,
                ContentTag.tag_id.not_in(kept),
            )
            .execution_options(synchronize_session=False)
        )

    def get(self, viewer: Viewer, tag_id: UUID) -> CountedTag | None:
        """A tag with its counts, on one snapshot; None if there is none for the viewer's eyes."""
        this = literal([tag_id], ARRAY(Uuid))
        statement = counted(self._told(viewer, this))
        statement = statement.where(Tag.id == tag_id, *self._known(viewer, this))
        row = self._session.execute(statement).one_or_none()
        return CountedTag(*row) if row else None

    def find(self, name: str) -> UUID | None:
        """The id of the tag of exactly this name."""
        return self._session.scalar(select(Tag.id).where(Tag.name == name))

    def page_by_name(
        self, viewer: Viewer, limit: int, after: str | None, part: str
    ) -> Sequence[CountedTag]:
        """Tags by name with their counts, on one snapshot, beginning behind `after`."""
        page = with_part(select(Tag.id), part).where(*self._known(viewer))
        page = page.order_by(Tag.name).limit(limit)
        if after is not None:
            page = page.where(Tag.name > after)
        # Only theirs are summed, however many tags there are.
        counts = self._told(viewer, func.array(page.scalar_subquery(), type_=ARRAY(Uuid)))
        statement = counted(counts).where(Tag.id.in_(page)).order_by(Tag.name)
        return [CountedTag(*row) for row in self._session.execute(statement)]

    def beginning_with(self, viewer: Viewer, prefix: str, limit: int) -> Sequence[CountedTag]:
        """Tags whose names begin so, without case and accents, in the order of their letters."""
        name = folded_name(Tag.name)
        known = select(Tag.id).where(*begins_with(Tag.name, prefix), *self._known(viewer))
        page = known.order_by(name).limit(limit)
        counts = self._told(viewer, func.array(page.scalar_subquery(), type_=ARRAY(Uuid)))
        statement = counted(counts).where(Tag.id.in_(page)).order_by(name)
        return [CountedTag(*row) for row in self._session.execute(statement)]

    def page_by_count(
        self, viewer: Viewer, limit: int, after: tuple[int, str] | None, part: str
    ) -> Sequence[CountedTag]:
        """Tags by their counts, the largest first and ties by name; the rest as above."""
        statement = with_part(counted(self._told(viewer)), part).where(*self._known(viewer))
        total = statement.selected_columns["count"]
        if after is not None:
            count, name = after
            statement = statement.where(or_(total < count, and_(total == count, Tag.name > name)))
        statement = statement.order_by(total.desc(), Tag.name).limit(limit)
        return [CountedTag(*row) for row in self._session.execute(statement)]

    def _known(
        self, viewer: Viewer, among: ColumnElement[Any] | None = None
    ) -> Iterator[ColumnElement[bool]]:
        return is_known(viewer, among, spread=is_spread(self._session.connection()))

    def _told(self, viewer: Viewer, tag_ids: ColumnElement[Any] | None = None) -> Subquery:
        return told_counts(viewer, tag_ids, spread=is_spread(self._session.connection()))

    def rename(self, tag_id: UUID, name: str) -> None:
        """Give a tag another name.

        Raises:
            IntegrityError: it is taken.
        """
        self._session.execute(
            update(Tag)
            .where(Tag.id == tag_id)
            .values(name=name)
            .execution_options(synchronize_session=False)
        )

    def lock_both(self, tag_id: UUID, name: str) -> set[UUID]:
        """The tag and the one of this name, locked as by `lock`, in the order of `hold_tags`."""
        both = select(Tag.id).where(or_(Tag.id == tag_id, Tag.name == name)).order_by(Tag.name)
        return set(self._session.scalars(both.with_for_update()))

    def merge(self, tag_id: UUID, into: UUID) -> None:
        """Give the items of one tag another, and delete the first. Both are locked."""
        # Not the visibility, which may be changing: a trigger takes it from the item and locks it.
        columns = ["content_id", "source_type", "creator_id", "tag_id"]
        given = ContentTag.content_id, ContentTag.source_type, ContentTag.creator_id
        items = select(*given, literal(into, Uuid)).where(ContentTag.tag_id == tag_id)
        self._session.execute(
            insert(ContentTag).from_select(columns, items).on_conflict_do_nothing()
        )
        self.delete(tag_id)

    def lock(self, tag_id: UUID) -> None:
        """Keep other transactions from changing or using the tag until this one ends."""
        self._session.execute(select(Tag.id).where(Tag.id == tag_id).with_for_update())

    def delete(self, tag_id: UUID) -> None:
        """Delete a tag, and with it its places on items."""
        self._session.execute(
            delete(Tag).where(Tag.id == tag_id).execution_options(synchronize_session=False)
        )

    def refresh_tag_cardinality_stats(self, requested_by: str = "repository") -> int:
        """Recount, repair what differs, and return the number of rows in the table.

        Raises:
            WrongIsolationError: the session's transaction is not READ COMMITTED.
        """
        refresh(self._session, TAG_CARDINALITY, requested_by)
        return stored_rows(self._session, TAG_CARDINALITY)
