"""Deletions that can be undone: the statements, executed."""

from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.db.named_sql import named_sql

_SQL = named_sql(__package__, "deletion.sql")


class DeletionRepository:
    """Deletes items of the content, keeps them for a while, and puts them back."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def delete(self, item_id: int, user_id: UUID, *, any_item: bool = False) -> bool:
        """Delete a user's item, or any, and keep it for that user; false if there is none."""
        given = {"item_id": item_id, "user_id": user_id, "any_item": any_item}
        return self._session.execute(_SQL["delete"], given).first() is not None

    def sweep(self, seconds: float) -> None:
        """Forget what was deleted longer ago than that."""
        self._session.execute(_SQL["sweep"], {"seconds": seconds})

    def find_title(self, item_id: int, user_id: UUID, seconds: float) -> str | None:
        """The title of what the user deleted; None if there is none, or it was longer ago."""
        given = {"item_id": item_id, "user_id": user_id, "seconds": seconds}
        title: str | None = self._session.scalar(_SQL["find"], given)
        return title

    def put_back(self, item_id: int, user_id: UUID) -> bool:
        """Make the item what it was; false if another item has taken its place meanwhile."""
        given = {"item_id": item_id, "user_id": user_id}
        return self._session.execute(_SQL["put_back"], given).first() is not None
