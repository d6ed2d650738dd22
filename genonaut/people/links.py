"""Links that work once: for the first administrator, and to choose a password."""

from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from genonaut.db.schema import OneTimeLink
from genonaut.errors import NotFoundError
from genonaut.people.secret_keys import digest, new_secret

Purpose = Literal["setup", "password"]
PATHS: Final[dict[Purpose, str]] = {"setup": "/gallery/setup", "password": "/gallery/password"}
"""The pages that the links lead to. Each reads the secret from `token` in its address."""
HOURS: Final = 24
"""How long a link works."""
_NOT_VALID: Final[dict[Purpose, str]] = {
    "setup": "This link is not valid: it was used, is older than a day, or a newer one was "
    "printed. Run `genonaut up` again for another.",
    "password": "This link is not valid: it was used, is older than a day, or a newer one was "
    "made. Ask an administrator for another.",
}


class Links:
    """Makes links and takes them back. A user has one at most, the newest."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def make(self, purpose: Purpose, user_id: UUID | None = None) -> str:
        """The path of a new link, with its secret, which is kept nowhere else."""
        self.revoke(user_id)
        secret = new_secret()
        row = {"purpose": purpose, "user_id": user_id, "token_hash": digest(secret)}
        expires = func.now() + timedelta(hours=HOURS)
        self._session.execute(insert(OneTimeLink).values(expires_at=expires, **row))
        return f"{PATHS[purpose]}?token={secret}"

    def revoke(self, user_id: UUID | None) -> None:
        """Take back a user's links; without a user, those for the first administrator."""
        whose = OneTimeLink.user_id == user_id if user_id else OneTimeLink.user_id.is_(None)
        self._session.execute(delete(OneTimeLink).where(whose))

    def check(self, secret: str, purpose: Purpose) -> None:
        """Find out whether a link is valid, without using it: before a password is hashed.

        Raises:
            NotFoundError: it is not.
        """
        if self._session.execute(select(OneTimeLink.user_id).where(*_valid(secret, purpose))).all():
            return
        raise NotFoundError(_NOT_VALID[purpose])

    def use(self, secret: str, purpose: Purpose) -> UUID | None:
        """Use a link up, so that no other transaction can. Returns the id of its user.

        Raises:
            NotFoundError: it is not valid.
        """
        gone = delete(OneTimeLink).where(*_valid(secret, purpose)).returning(OneTimeLink.user_id)
        used = self._session.execute(gone).one_or_none()
        if used is None:
            raise NotFoundError(_NOT_VALID[purpose])
        user_id: UUID | None = used.user_id
        return user_id


def _valid(secret: str, purpose: Purpose) -> tuple[ColumnElement[bool], ...]:
    return (
        OneTimeLink.token_hash == digest(secret),
        OneTimeLink.purpose == purpose,
        OneTimeLink.expires_at > func.now(),
    )
