"""Users: the statements."""

import unicodedata
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from genonaut.api.entities import Creator
from genonaut.content.ids import as_uuid
from genonaut.content.rules import on_one_line
from genonaut.db.schema import User
from genonaut.db.spread import is_spread


class UserRepository:
    """Reads and writes users."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, user_id: UUID) -> User | None:
        """A user by id."""
        return self._session.get(User, user_id)

    def find(self, name_or_id: str) -> User | None:
        """A user by name, or by id if it is written as one."""
        user_id = as_uuid(name_or_id)
        same = User.username == on_one_line(name_or_id) if user_id is None else User.id == user_id
        return self._session.scalar(select(User).where(same))

    def page(self, limit: int, after: str | None, prefix: str | None) -> Sequence[User]:
        """Users by username, beginning behind `after`."""
        statement = select(User).order_by(User.username).limit(limit)
        if after is not None:
            statement = statement.where(User.username > after)
        if prefix:
            start = unicodedata.normalize("NFC", prefix)
            statement = statement.where(User.username.startswith(start, autoescape=True))
        return self._session.scalars(statement).all()

    def add(self, username: str) -> User | None:
        """A new user; None if the name is taken."""
        statement = insert(User).values(username=username).on_conflict_do_nothing().returning(User)
        return self._session.scalars(statement).one_or_none()

    def get_username(self, user_id: UUID) -> str | None:
        """The name, without a lock."""
        return self._session.scalar(select(User.username).where(User.id == user_id))

    def lock_creators(self, user_ids: Iterable[UUID]) -> dict[UUID, Creator]:
        """Those of them who exist, and who cannot be deleted until this transaction ends.

        Where items are spread, each node has all users, and would have to lock them. There the
        foreign key locks what an item refers to: one who is deleted at this moment is an error.
        """
        statement = (
            select(User.id, User.username, User.default_visibility)
            .where(User.id.in_(set(user_ids)))
            .order_by(User.id)
        )
        if not is_spread(self._session.connection()):
            statement = statement.with_for_update(read=True, key_share=True)
        rows = self._session.execute(statement)
        return {row.id: Creator(row.username, row.default_visibility) for row in rows}
