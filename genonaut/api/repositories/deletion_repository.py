"""Deletions that can be undone: the statements, executed."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.repositories import follower_statements as followers
from genonaut.api.repositories.followers import Owned, named
from genonaut.db.named_sql import named_sql

_SQL = named_sql(__package__, "deletion.sql")


class Deleted(NamedTuple):
    """How many items were deleted together, and the title of one of them."""

    items: int
    title: str | None


class DeletionRepository:
    """Deletes items of the content, keeps them for a while, and puts them back."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def delete(self, items: Owned, user_id: UUID | None, batch: UUID) -> None:
        """Delete items that are held, and keep them for that user as one batch."""
        given = named(items)
        followers.lock(self._session.connection(), items)
        self._session.execute(followers.keep(), {**given, "user_id": user_id, "batch": batch})
        for statement in (*followers.leave(), _SQL["delete"]):
            self._session.execute(statement, given)

    def sweep(self, seconds: float) -> None:
        """Forget what was deleted longer ago than that."""
        self._session.execute(_SQL["sweep"], {"seconds": seconds})

    def find_batch(self, item_id: int, user_id: UUID | None, seconds: float) -> UUID | None:
        """The batch of an item that the user deleted; None if that was longer ago, or never."""
        given = {"item_id": item_id, "user_id": user_id, "seconds": seconds}
        batch: UUID | None = self._session.scalar(_SQL["find_batch"], given)
        return batch

    def find(self, batch: UUID, user_id: UUID | None, seconds: float) -> Deleted:
        """What is left of a batch that can be put back."""
        given = {"batch": batch, "user_id": user_id, "seconds": seconds}
        return Deleted(*self._session.execute(_SQL["find"], given).one())

    def hold(self, batch: UUID, user_id: UUID | None, seconds: float) -> Sequence[int]:
        """The same as ids, in order, and kept from others as are the users that they need."""
        given = {"batch": batch, "user_id": user_id, "seconds": seconds}
        self._session.execute(_SQL["hold_users"], {"batch": batch})
        return self._session.scalars(_SQL["hold"], given).all()

    def put_back(self, ids: Sequence[int]) -> set[int]:
        """Make items what they were; those whose place is free, and whose creators are there."""
        connection, given = self._session.connection(), {"ids": ids}
        for statement in followers.hold_needed():
            connection.execute(statement, given)
        put = sorted(connection.scalars(followers.put_back_items(connection), given))
        followers.put_back(connection, put)
        connection.execute(_SQL["forget"], {"ids": put})
        return set(put)
