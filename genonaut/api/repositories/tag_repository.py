"""Tags: the statements."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Select,
    Subquery,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from genonaut.api.entities import CountedTag
from genonaut.content.tags import hold_tags
from genonaut.counting.engine import refresh, stored_rows
from genonaut.db.counts import TAG_CARDINALITY
from genonaut.db.schema import AUTO, PARTITIONS, REGULAR, ContentTag, SourceType, Tag

Columns = TypeVarTuple("Columns")

# The view of the exact counts: stored plus ledger.
_EXACT = table(
    "tag_cardinality_counts",
    column("tag_id", Uuid),
    column("content_source"),
    column("cardinality", BigInteger),
)


class TagRepository:
    """Reads and writes tags, and which item carries which."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def names_of(self, item_ids: Iterable[int]) -> dict[int, list[str]]:
        """The sorted names of the tags of each of these items; an item without any has []."""
        names: dict[int, list[str]] = {item_id: [] for item_id in item_ids}
        statement = (
            select(ContentTag.content_id, Tag.name)
            .join(Tag, Tag.id == ContentTag.tag_id)
            .where(ContentTag.content_id.in_(names))
        )
        for content_id, name in self._session.execute(statement):
            names[content_id].append(name)
        # Sorted here, as the database's collation may differ from server to server.
        return {item_id: sorted(found) for item_id, found in names.items()}

    def attach(self, source_type: SourceType, tags: Mapping[int, Collection[str]]) -> None:
        """Give items of one source type tags by name; those that they carry already stay."""
        held = hold_tags(
            self._session.connection(), (name for names in tags.values() for name in names)
        )
        pairs = [(item_id, held.ids[name]) for item_id, names in tags.items() for name in names]
        if not pairs:
            return
        # One statement however many they are: so the count's trigger runs once.
        item_ids, tag_ids = zip(*pairs, strict=True)
        rows = select(
            func.unnest(bindparam("item_ids", list(item_ids), ARRAY(BigInteger))),
            literal(PARTITIONS[source_type]),
            func.unnest(bindparam("tag_ids", list(tag_ids), ARRAY(Uuid))),
        )
        columns = ["content_id", "source_type", "tag_id"]
        self._session.execute(
            insert(ContentTag).from_select(columns, rows).on_conflict_do_nothing()
        )

    def remove_other_tags(self, item_id: int, names: Collection[str]) -> None:
        """Remove all tags but these from an item."""
        kept = select(Tag.id).where(Tag.name.in_(names))
        self._session.execute(
            delete(ContentTag)
            .where(ContentTag.content_id == item_id, ContentTag.tag_id.not_in(kept))
            .execution_options(synchronize_session=False)
        )

    def get(self, tag_id: UUID) -> CountedTag | None:
        """A tag with its counts, on one snapshot."""
        counts = _counts(select(literal(tag_id)))
        row = self._session.execute(_counted(counts).where(Tag.id == tag_id)).one_or_none()
        return CountedTag(*row) if row else None

    def page_by_name(self, limit: int, after: str | None, part: str) -> Sequence[CountedTag]:
        """Tags by name with their counts, on one snapshot, beginning behind `after`."""
        page = _search(select(Tag.id), part).order_by(Tag.name).limit(limit)
        if after is not None:
            page = page.where(Tag.name > after)
        # Only theirs are summed, however many tags there are.
        statement = _counted(_counts(page)).where(Tag.id.in_(page)).order_by(Tag.name)
        return [CountedTag(*row) for row in self._session.execute(statement)]

    def page_by_count(
        self, limit: int, after: tuple[int, str] | None, part: str
    ) -> Sequence[CountedTag]:
        """Tags by their counts, the largest first and ties by name; the rest as above."""
        statement = _search(_counted(_counts()), part)
        total = statement.selected_columns["count"]
        if after is not None:
            count, name = after
            statement = statement.where(or_(total < count, and_(total == count, Tag.name > name)))
        statement = statement.order_by(total.desc(), Tag.name).limit(limit)
        return [CountedTag(*row) for row in self._session.execute(statement)]

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


def _counts(tag_ids: Select[UUID] | None = None) -> Subquery:
    """A row for each tag, or each of these, that an item carries."""
    cardinality, source = _EXACT.c.cardinality, _EXACT.c.content_source
    total = func.sum(cardinality)
    statement = select(
        _EXACT.c.tag_id,
        cast(total.filter(source == REGULAR), BigInteger).label("regular"),
        cast(total.filter(source == AUTO), BigInteger).label("auto"),
        cast(total, BigInteger).label("total"),
    ).group_by(_EXACT.c.tag_id)
    if tag_ids is not None:
        # As an array: PostgreSQL takes it into the view, which it would not do with a join.
        wanted = func.array(tag_ids.scalar_subquery(), type_=ARRAY(Uuid))
        statement = statement.where(_EXACT.c.tag_id == any_(wanted))
    return statement.subquery()


def _counted(counts: Subquery) -> Select[UUID, str, int, int, int]:
    return select(
        Tag.id,
        Tag.name,
        func.coalesce(counts.c.regular, 0).label("regular_count"),
        func.coalesce(counts.c.auto, 0).label("auto_count"),
        func.coalesce(counts.c.total, 0).label("count"),
    ).outerjoin(counts, counts.c.tag_id == Tag.id)


def _search(statement: Select[*Columns], part: str) -> Select[*Columns]:
    return statement.where(Tag.name.contains(part, autoescape=True)) if part else statement
