"""Tokens of programs: added, listed and revoked. A token is shown once, when it is added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from genonaut.content.rules import InvalidValueError, user_name
from genonaut.db.schema import ApiToken, User
from genonaut.errors import ConflictError, InvalidRequestError, NotFoundError
from genonaut.people.identity import Role, Scope, scopes_of
from genonaut.people.secret_keys import SHOWN, digest, new_token
from genonaut.people.statements import SQL

MOST_TOKENS: Final = 100
"""How many one user may have."""
LONGEST_TOKEN_NAME: Final = 100
LONGEST_LIFE_DAYS: Final = 3650


def token_name(written: str, what: str = "The name") -> str:
    """A token's name, in the form of a user's but shorter.

    Raises:
        InvalidValueError: no token can have this name.
    """
    name = user_name(written, what)
    if len(name) > LONGEST_TOKEN_NAME:
        raise InvalidValueError(f"{what} is longer than {LONGEST_TOKEN_NAME} characters")
    return name


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just added, and its secret, which is kept nowhere else."""

    token: ApiToken
    secret: str


class Tokens:
    """The tokens of users."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, user: User, name: str, scope: Scope, days: int | None) -> NewToken:
        """Add a token that expires after some days; None is never.

        Raises:
            InvalidRequestError: the scope is wider than the user's role.
            ConflictError: the user is disabled, or has too many.
        """
        self._require_allowed(user, scope)
        secret = new_token()
        row = {
            "name": name,
            "prefix": secret[:SHOWN],
            "token_hash": digest(secret),
            "user_id": user.id,
            "scope": scope,
            "expires_at": None if days is None else func.now() + timedelta(days=days),
        }
        added = self._session.scalars(insert(ApiToken).values(row).returning(ApiToken))
        return NewToken(added.one(), secret)

    def _require_allowed(self, user: User, scope: Scope) -> None:
        # Locked: a user who is being disabled loses this token too, or gets none.
        lock = select(User.role, User.disabled_at).where(User.id == user.id).with_for_update()
        found = self._session.execute(lock).one()
        role: Role = found.role
        if found.disabled_at is not None:
            raise ConflictError(f"{user.username} is disabled: enable the account first.")
        if scope not in scopes_of(role):
            raise InvalidRequestError(
                f"The scope {scope!r} is wider than the role {role!r}: choose a narrower one."
            )
        if len(self.of_user(user.id)) >= MOST_TOKENS:
            raise ConflictError(f"There are {MOST_TOKENS} tokens already: revoke one first.")

    def of_user(self, user_id: UUID) -> Sequence[ApiToken]:
        """A user's tokens, the newest first, with those that have expired."""
        newest = select(ApiToken).where(ApiToken.user_id == user_id)
        return self._session.scalars(newest.order_by(ApiToken.created_at.desc())).all()

    def revoke(self, token_id: UUID, user_id: UUID | None = None) -> ApiToken:
        """Revoke a token, if a user is named only one of theirs. Returns it as it was.

        Raises:
            NotFoundError: there is no such token.
        """
        those = delete(ApiToken).where(ApiToken.id == token_id)
        if user_id is not None:
            those = those.where(ApiToken.user_id == user_id)
        gone = self._session.scalars(those.returning(ApiToken)).one_or_none()
        if gone is None:
            raise NotFoundError(f"There is no token {token_id}.")
        return gone

    def revoke_all(self, user_id: UUID) -> None:
        """Revoke all of a user's tokens."""
        self._session.execute(delete(ApiToken).where(ApiToken.user_id == user_id))

    def touch(self, token_id: UUID) -> None:
        """Note that a token was used."""
        self._session.execute(SQL["touch_token"], {"id": token_id})
