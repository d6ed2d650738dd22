"""Signing in by name and password, in three steps.

The first and the last are transactions. Between them the password is hashed, which takes long, so
no connection is held meanwhile. A name that no user has takes the same steps as a wrong password.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from genonaut.content.rules import LONGEST_NAME, InvalidValueError, user_name
from genonaut.db.schema import User
from genonaut.people.audit import Actor, record
from genonaut.people.failures import Failures
from genonaut.people.passwords import hash_password, is_outdated, matches
from genonaut.people.sessions import NewSession, Sessions


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to sign in. `known` is the name of the user, if there is one.

    `stored` is the hash to compare with; None if the attempt cannot succeed.
    """

    username: str
    address: str | None
    known: str | None
    user_id: UUID | None
    stored: str | None

    def check(self, password: str) -> "Checked":
        """The second step: compare the password."""
        good = matches(password, self.stored)
        renewed = good and self.stored and is_outdated(self.stored)
        return Checked(self, good, hash_password(password) if renewed else None)


@dataclass(frozen=True, slots=True)
class Checked:
    """An attempt whose password was compared. `renewed` replaces a hash that is outdated."""

    attempt: Attempt
    good: bool
    renewed: str | None


def begin(session: Session, username: str, address: str | None) -> Attempt:
    """The first step: find the user, if not too many attempts have failed.

    Raises:
        TooManyAttemptsError: too many attempts failed within a minute.
    """
    name = _in_form(username)
    Failures(session, name, address).begin()
    found = session.execute(
        select(User.id, User.username, User.password_hash, User.disabled_at).where(
            User.username == name
        )
    ).one_or_none()
    if found is None:
        return Attempt(name, address, None, None, None)
    stored = found.password_hash if found.disabled_at is None else None
    return Attempt(name, address, found.username, found.id, stored)


def finish(session: Session, checked: Checked, days: float, agent: str | None) -> NewSession | None:
    """The third step: a new session, or None if the name or the password was wrong."""
    user = prove(session, checked)
    if user is None:
        return None
    address = checked.attempt.address
    record(session, Actor(user.id, user.username, "password", address), "sign-in")
    return Sessions(session).begin(user.id, days, address, agent)


def prove(session: Session, checked: Checked) -> User | None:
    """The user, locked, if the password was right; else None, and the failure is recorded.

    The user is looked at again: meanwhile the account may have been disabled, or the password
    changed.
    """
    attempt = checked.attempt
    same = User.id == attempt.user_id, User.password_hash == attempt.stored
    lock = select(User).where(*same, User.disabled_at.is_(None)).with_for_update(key_share=True)
    user = session.scalar(lock)
    if user is None or not checked.good:
        # What was typed as a name may be a password: only the name of a user is recorded.
        record(
            session, Actor(None, None, "password", attempt.address), "sign-in-failed", attempt.known
        )
        return None
    Failures(session, attempt.username, attempt.address).forget()
    if checked.renewed is not None:
        session.execute(
            update(User).where(User.id == user.id).values(password_hash=checked.renewed)
        )
    return user


def _in_form(username: str) -> str:
    try:
        return user_name(username[: 4 * LONGEST_NAME])
    except InvalidValueError:
        return ""  # which no user has
