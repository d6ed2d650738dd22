"""Users: the decisions."""

from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.entities import Page
from genonaut.api.repositories.user_repository import UserRepository
from genonaut.db.schema import User
from genonaut.errors import ConflictError, NotFoundError


class UserService:
    """What can be done with users."""

    def __init__(self, session: Session) -> None:
        self._users = UserRepository(session)

    def get(self, user_id: UUID) -> User:
        """A user.

        Raises:
            NotFoundError: there is none.
        """
        user = self._users.get(user_id)
        if user is None:
            raise NotFoundError(f"There is no user {user_id}.")
        return user

    def find(self, name_or_id: str) -> User:
        """A user by name or id.

        Raises:
            NotFoundError: there is none.
        """
        user = self._users.find(name_or_id)
        if user is None:
            raise NotFoundError(f"There is no user {name_or_id!r}: use a user's name or id.")
        return user

    def find_name(self, user_id: UUID) -> str | None:
        """A user's name; None if there is no such user."""
        return self._users.get_username(user_id)

    def page(self, limit: int, after: str | None, search: str | None) -> Page[User]:
        """A page of users by username, beginning behind `after`."""
        found = self._users.page(limit + 1, after, search)
        return Page.of(found, limit, lambda user: user.username)

    def create(self, username: str) -> User:
        """A new user.

        Raises:
            ConflictError: the name is taken.
        """
        user = self._users.add(username)
        if user is None:
            raise ConflictError(f"There is a user named {username!r} already.")
        return user
