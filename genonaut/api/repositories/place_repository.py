"""The places of favourites in albums: the statements, executed."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from genonaut.api.bookmarks.entities import Favourite, Place
from genonaut.db.named_sql import named_sql
from genonaut.db.schema import BookmarkCategoryMember as Member

_SQL: Final = named_sql(__package__, "albums.sql")
_COLUMNS: Final = (
    Member.bookmark_id,
    Member.category_id,
    Member.user_id,
    Member.position,
    Member.added_at,
)


class PlaceRepository:
    """Reads and writes which favourite is in which album."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_bookmark(self, bookmark: Favourite) -> list[Place]:
        """A favourite's places, the oldest first."""
        statement = select(*_COLUMNS).where(*_is_of(bookmark))
        rows = self._session.execute(statement.order_by(Member.added_at, Member.category_id))
        return [Place(**row._asdict()) for row in rows]

    def add(self, bookmark: Favourite, category_id: UUID, position: int | None) -> None:
        """Put a favourite into an album; if it is there, move it to the position, if any."""
        statement = insert(Member).values(
            bookmark_id=bookmark.id,
            creator_id=bookmark.creator_id,
            category_id=category_id,
            position=position,
        )
        if position is None:
            self._session.execute(statement.on_conflict_do_nothing())
        else:
            moved = {"position": statement.excluded.position}
            key = "bookmark_category_members_pkey"  # where items are spread, it has the creator
            self._session.execute(statement.on_conflict_do_update(constraint=key, set_=moved))

    def move(self, bookmark: Favourite, category_id: UUID, position: int | None) -> None:
        """Give a favourite another position in an album."""
        this = (*_is_of(bookmark), Member.category_id == category_id)
        self._run(update(Member).where(*this).values(position=position))

    def remove(self, bookmark: Favourite, category_id: UUID) -> bool:
        """Take a favourite out of an album; false if it is not in it."""
        this = (*_is_of(bookmark), Member.category_id == category_id)
        return bool(self._run(delete(Member).where(*this)))

    def remove_all_but(self, bookmark: Favourite, category_ids: Collection[UUID]) -> None:
        """Take a favourite out of all other albums."""
        others = Member.category_id.not_in(category_ids)
        self._run(delete(Member).where(*_is_of(bookmark), others))

    def put(self, category_id: UUID, item_ids: Sequence[int]) -> int:
        """Put those of the items that its owner keeps into an album; how many came new."""
        return self._count("put", category_id=category_id, item_ids=list(item_ids))

    def take_out(self, category_id: UUID, item_ids: Sequence[int], kinds: Sequence[str]) -> int:
        """Take items of these kinds out of an album; they stay favourites. How many there were."""
        return self._run(
            delete(Member).where(
                Member.category_id == category_id,
                Member.content_id == any_(literal(list(item_ids), ARRAY(BigInteger))),
                Member.kind.in_(kinds),
            )
        )

    def has_item(self, category_id: UUID, item_id: int) -> bool:
        """Whether an item is in an album."""
        inside = Member.category_id == category_id, Member.content_id == item_id
        return self._session.execute(select(Member.kind).where(*inside)).first() is not None

    def move_all(self, category_id: UUID, into: UUID) -> None:
        """Put all of an album into another one of the same user."""
        self._count("move_all", category_id=category_id, into=into)

    def arrange(self, category_id: UUID, bookmark_ids: Sequence[UUID]) -> int:
        """Give favourites of an album the places in which they are listed; how many are in it."""
        return self._count("arrange", category_id=category_id, bookmark_ids=list(bookmark_ids))

    def _count(self, name: str, **given: object) -> int:
        changed: int = self._session.execute(_SQL[name], given).rowcount  # type: ignore[attr-defined]
        return changed

    def _run(self, statement: Any) -> int:  # noqa: ANN401
        unsynchronized = statement.execution_options(synchronize_session=False)
        changed: int = self._session.execute(unsynchronized).rowcount  # type: ignore[attr-defined]
        return changed


def _is_of(bookmark: Favourite) -> Iterator[ColumnElement[bool]]:
    yield Member.bookmark_id == bookmark.id
    yield Member.creator_id == bookmark.creator_id
