"""Users: finding them, and whether they may sign in.

Every user can be the creator of items. One with a password, or with an account at a provider, can
also sign in.
"""

from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session, selectinload, undefer

from genonaut.content.rules import on_one_line
from genonaut.db.schema import ForeignIdentity, User
from genonaut.errors import NotFoundError
from genonaut.people.identity import ADMIN

_WITH_STATE: Final = (undefer(User.password_hash), selectinload(User.identities))


def can_sign_in() -> ColumnElement[bool]:
    """The condition that a user is not disabled, and has a password or an account elsewhere."""
    elsewhere = exists().where(ForeignIdentity.user_id == User.id)
    return User.disabled_at.is_(None) & or_(User.password_hash.is_not(None), elsewhere)


def is_account(issuer: str, subject: str) -> ColumnElement[bool]:
    """The condition that an identity is this account at a provider."""
    return (ForeignIdentity.issuer == issuer) & (ForeignIdentity.subject == subject)


def state_of(user: User) -> Literal["active", "disabled", "creator"]:
    """Whether a user can sign in (`active`), was disabled, or never could (`creator`)."""
    if user.disabled_at is not None:
        return "disabled"
    return "active" if user.password_hash is not None or user.identities else "creator"


class Users:
    """Finds users, with what is stored of their passwords."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, user_id: UUID) -> User:
        """A user.

        Raises:
            NotFoundError: there is none.
        """
        user = self._session.get(User, user_id, options=_WITH_STATE)
        if user is None:
            raise NotFoundError(f"There is no user {user_id}.")
        return user

    def find(self, name_or_id: str) -> User:
        """A user by name, or by id if it is written as one.

        Raises:
            NotFoundError: there is none.
        """
        try:
            same = User.id == UUID(name_or_id)
        except ValueError:
            same = User.username == on_one_line(name_or_id)
        found = select(User).where(same).options(*_WITH_STATE)
        user = self._session.scalar(found) if "\0" not in name_or_id else None
        if user is None:
            raise NotFoundError(f"There is no user {name_or_id!r}: use a user's name or id.")
        return user

    def named(self, username: str) -> User | None:
        """The user with exactly this name, even if it is written like another user's id."""
        found = select(User).where(User.username == username).options(*_WITH_STATE)
        return self._session.scalar(found)

    def first_accounts(self, limit: int) -> Sequence[str]:
        """The names of some users who can sign in."""
        found = select(User.username).where(can_sign_in()).order_by(User.username).limit(limit)
        return self._session.scalars(found).all()

    def page(
        self,
        limit: int,
        after: str | None = None,
        begins: str | None = None,
        *,
        accounts_only: bool = False,
    ) -> list[User]:
        """Users by name, beginning after the name `after`; if asked, only those with accounts."""
        users = select(User).order_by(User.username).limit(limit)
        if accounts_only:
            users = users.where(
                can_sign_in() | User.disabled_at.is_not(None) | (User.role == ADMIN)
            )
        if after is not None:
            users = users.where(User.username > after)
        if begins:
            users = users.where(User.username.startswith(on_one_line(begins), autoescape=True))
        return list(self._session.scalars(users.options(*_WITH_STATE)))

    def has_admin(self) -> bool:
        """Whether there is an administrator who can sign in."""
        return bool(self._admins())

    def _admins(self) -> Sequence[UUID]:
        found = select(User.id).where(User.role == ADMIN, can_sign_in()).limit(2)
        return self._session.scalars(found).all()
