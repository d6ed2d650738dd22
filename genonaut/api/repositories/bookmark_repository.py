"""Favourites: the statements, executed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    String,
    Uuid,
    and_,
    any_,
    bindparam,
    delete,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import (
    BookmarkChanges,
    BookmarkQuery,
    BookmarkSort,
    ContentKey,
    Favourite,
    NewBookmark,
)
from genonaut.api.gallery.item_refs import ItemRef, is_item
from genonaut.api.repositories.item_creators import creator_of
from genonaut.content.viewer import Viewer, visible_to
from genonaut.db.schema import Bookmark, BookmarkCategoryMember, ContentItemAll
from genonaut.db.spread import together

_COLUMNS: Final[tuple[Any, ...]] = (
    Bookmark.id,
    Bookmark.user_id,
    Bookmark.content_id,
    Bookmark.source_type.label("content_source_type"),
    Bookmark.creator_id,
    Bookmark.note,
    Bookmark.pinned,
    Bookmark.is_public,
    Bookmark.created_at,
    Bookmark.updated_at,
)
_OF_ITEMS: Final[Mapping[BookmarkSort, Any]] = {
    "created": ContentItemAll.created_at,
    "quality": ContentItemAll.quality_score,
    "title": ContentItemAll.title,
}
"""What an order needs the items for; the others are those of an index."""
_MEMBER: Final = BookmarkCategoryMember


class BookmarkRepository:
    """Reads and writes favourites."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, viewer: Viewer, owner: UUID, new: NewBookmark) -> Favourite | None:
        """Add a favourite; None if there is one, or no such item for the viewer's eyes."""
        item = ContentItemAll
        given = asdict(new)
        marks = [literal(given[name], getattr(Bookmark, name).type).label(name) for name in _MARKS]
        rows = select(literal(owner), item.id, item.source_type, item.creator_id, *marks).where(
            item.id == new.content_id,
            item.creator_id == creator_of(self._session, new.content_id),
            item.source_type == new.content_source_type,
            *visible_to(viewer, item),
        )
        columns = [*_ITEM, *_MARKS]
        statement = insert(Bookmark).from_select(columns, rows).on_conflict_do_nothing()
        return self._one(statement.returning(*_COLUMNS))

    def keep(self, viewer: Viewer, owner: UUID, item_ids: Sequence[int]) -> int:
        """Add the items that the viewer sees and the owner has not kept yet; how many these are."""
        item = ContentItemAll
        wanted = item.id == any_(bindparam("item_ids", list(item_ids), ARRAY(BigInteger)))
        rows = (
            select(literal(owner), item.id, item.source_type, item.creator_id)
            .where(wanted, *visible_to(viewer, item))
            # The items are locked in this order.
            .order_by(item.id)
        )
        statement = insert(Bookmark).from_select(_ITEM, rows).on_conflict_do_nothing()
        return len(self._session.scalars(statement.returning(Bookmark.content_id)).all())

    def drop(self, owner: UUID, item_ids: Sequence[int], kinds: Sequence[str]) -> int:
        """Take items of these kinds out of favourites, and so out of albums; how many."""
        those = (
            Bookmark.user_id == owner,
            Bookmark.content_id == any_(_ids(item_ids)),
            Bookmark.kind == any_(_kinds(kinds)),
        )
        creators = list(self._session.scalars(select(Bookmark.creator_id).where(*those).distinct()))
        dropped = 0
        for some in together(self._session.connection(), creators):
            here = Bookmark.creator_id == any_(_creators(some))
            held = select(Bookmark.id).where(*those, here).order_by(Bookmark.content_id)
            found = list(self._session.scalars(held.with_for_update()))
            dropped += self._changed(delete(Bookmark).where(Bookmark.id.in_(found), here))
        return dropped

    def get(self, bookmark_id: UUID) -> tuple[Favourite, str] | None:
        """A favourite, and its kind."""
        statement = select(*_COLUMNS, Bookmark.kind).where(Bookmark.id == bookmark_id)
        row = self._session.execute(statement).one_or_none()
        if row is None:
            return None
        *values, kind = row
        return Favourite(**dict(zip(_NAMES, values, strict=True))), kind

    def of_items(
        self, owner: UUID, items: Collection[ContentKey], kinds: Sequence[str]
    ) -> dict[ContentKey, Favourite]:
        """A user's favourites of these kinds among some items."""
        wanted = [item_id for item_id, _ in items]
        statement = select(*_COLUMNS).where(
            Bookmark.user_id == owner,
            Bookmark.content_id == any_(_ids(wanted)),
            Bookmark.kind == any_(_kinds(kinds)),
        )
        found = map(_favourite, self._session.execute(statement))
        return {
            key: one for one in found if (key := (one.content_id, one.content_source_type)) in items
        }

    def page(self, owner: UUID, query: BookmarkQuery, kinds: Sequence[str]) -> list[Favourite]:
        """A page of a user's favourites of these kinds; with a category, of those in that album."""
        statement = select(*_COLUMNS).where(Bookmark.user_id == owner)
        if query.category_id is None:
            statement = statement.where(Bookmark.kind == any_(_kinds(kinds)))
        else:
            # By the album's own columns, so that its index decides.
            statement = statement.join(_MEMBER, _has_place()).where(
                _MEMBER.category_id == query.category_id, _MEMBER.kind == any_(_kinds(kinds))
            )
        statement = _ordered(statement, query).offset(query.skip).limit(query.limit)
        return [_favourite(row) for row in self._session.execute(statement)]

    def change(self, bookmark: Favourite, changes: BookmarkChanges) -> None:
        """Change a favourite."""
        values = {name: value for name, value in asdict(changes).items() if value is not None}
        if "note" in values:
            values["note"] = values["note"] or None
        self._session.execute(
            update(Bookmark)
            .where(*_is(bookmark))
            .values(**values, updated_at=func.statement_timestamp())
            .execution_options(synchronize_session=False)
        )

    def delete(self, bookmark: Favourite) -> None:
        """Delete a favourite, and so its places in albums."""
        self._changed(delete(Bookmark).where(*_is(bookmark)))

    def delete_all_in(self, category_id: UUID) -> None:
        """Delete the favourites in an album."""
        inside = select(_MEMBER.bookmark_id, _MEMBER.creator_id)
        inside = inside.where(_MEMBER.category_id == category_id)
        this = tuple_(Bookmark.id, Bookmark.creator_id)
        self._changed(delete(Bookmark).where(this.in_(inside)))

    def _one(self, statement: Any) -> Favourite | None:  # noqa: ANN401
        row = self._session.execute(statement).one_or_none()
        return _favourite(row) if row else None

    def _changed(self, statement: Any) -> int:  # noqa: ANN401
        unsynchronized = statement.execution_options(synchronize_session=False)
        changed: int = self._session.execute(unsynchronized).rowcount  # type: ignore[attr-defined]
        return changed


# Not the visibility: a trigger takes it from the item, and locks that.
_ITEM: Final = ("user_id", "content_id", "source_type", "creator_id")
_MARKS: Final = ("note", "pinned", "is_public")
_NAMES: Final = [column.key for column in _COLUMNS]


def _favourite(row: Any) -> Favourite:  # noqa: ANN401
    return Favourite(**row._asdict())


def _is(bookmark: Favourite) -> Iterator[ColumnElement[bool]]:
    yield Bookmark.id == bookmark.id
    yield Bookmark.creator_id == bookmark.creator_id


def _has_place() -> ColumnElement[bool]:
    return and_(_MEMBER.bookmark_id == Bookmark.id, _MEMBER.creator_id == Bookmark.creator_id)


def _creators(creators: Collection[UUID]) -> ColumnElement[Any]:
    return literal(list(creators), ARRAY(Uuid))


def _ids(item_ids: Collection[int]) -> ColumnElement[Any]:
    return literal(list(item_ids), ARRAY(BigInteger))


def _kinds(kinds: Sequence[str]) -> ColumnElement[Any]:
    return literal(list(kinds), ARRAY(String))


def _ordered(statement: Select[Any], query: BookmarkQuery) -> Select[Any]:
    if query.sort == "position" and query.category_id is not None:
        places = (_MEMBER.position, _MEMBER.added_at.desc(), _MEMBER.bookmark_id)
        back = (_MEMBER.position.desc(), _MEMBER.added_at, _MEMBER.bookmark_id.desc())
        return statement.order_by(*(back if query.descending else places))
    value: Any = Bookmark.updated_at if query.sort == "updated" else Bookmark.created_at
    if query.sort in _OF_ITEMS:
        value = _OF_ITEMS[query.sort]
        statement = statement.join(
            ContentItemAll,
            and_(
                *is_item(ContentItemAll, ItemRef.of_row(Bookmark)),
                ContentItemAll.source_type == Bookmark.source_type,
            ),
        )
    order = (value, Bookmark.id)
    return statement.order_by(*((each.desc() for each in order) if query.descending else order))
