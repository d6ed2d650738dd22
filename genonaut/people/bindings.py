"""Binding existing users to accounts at providers, which the operator does.

Signing in never binds them: a name or an address at a provider may be given to another person.
"""

from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from genonaut.content.rules import InvalidValueError, check_text
from genonaut.db.schema import ForeignIdentity, User
from genonaut.errors import ConflictError, InvalidRequestError, NotFoundError
from genonaut.people.accounts import Accounts
from genonaut.people.audit import Actor, record
from genonaut.people.sessions import Sessions
from genonaut.people.users import is_account

MOST_IDENTITIES: Final = 20
"""How many one user may have."""
_LONGEST: Final = {"issuer": 500, "subject": 255}


class Bindings:
    """Binds users to accounts at providers, each known by issuer and subject."""

    def __init__(self, session: Session, actor: Actor) -> None:
        self._session = session
        self._actor = actor

    def bind(self, user: User, issuer: str, subject: str) -> None:
        """Let a user sign in with an account at a provider.

        Raises:
            InvalidRequestError: no provider can have such an issuer or subject.
            ConflictError: another user has the account, or this one has too many.
        """
        key = _checked(issuer, subject)
        self._session.execute(select(User.id).where(User.id == user.id).with_for_update())
        statement = insert(ForeignIdentity).values(user_id=user.id, **key).on_conflict_do_nothing()
        if not self._session.execute(statement.returning(ForeignIdentity.user_id)).all():
            self._refuse_if_anothers(user, key)
            return
        mine = select(func.count()).where(ForeignIdentity.user_id == user.id)
        if self._session.execute(mine).scalar_one() > MOST_IDENTITIES:
            raise ConflictError(
                f"{user.username} has {MOST_IDENTITIES} identities already: unbind one first."
            )
        record(self._session, self._actor, "identity-bound", _said(user, key))

    def unbind(self, user: User, issuer: str, subject: str) -> None:
        """Let a user no longer sign in with an account. All sessions of the user end.

        Raises:
            NotFoundError: it is not bound to the user.
            ConflictError: there would be no administrator who can sign in.
        """
        key = {"issuer": issuer, "subject": subject}
        had_admin = Accounts(self._session, self._actor).has_admin()
        if not self._delete(user, issuer, subject):
            raise NotFoundError(
                f"{user.username} is not bound to that account: see `genonaut user identities`."
            )
        if had_admin and not Accounts(self._session, self._actor).has_admin():
            raise ConflictError(
                f"{user.username} is the only administrator, who could not sign in any more: give "
                "the user a password first."
            )
        Sessions(self._session).end_all(user.id)
        record(self._session, self._actor, "identity-unbound", _said(user, key))

    def _delete(self, user: User, issuer: str, subject: str) -> bool:
        if "\0" in issuer + subject:  # which PostgreSQL would not even compare
            return False
        mine = ForeignIdentity.user_id == user.id
        gone = delete(ForeignIdentity).where(mine, is_account(issuer, subject))
        return bool(self._session.execute(gone.returning(ForeignIdentity.user_id)).all())

    def _refuse_if_anothers(self, user: User, key: dict[str, str]) -> None:
        theirs = select(User).join(ForeignIdentity, ForeignIdentity.user_id == User.id)
        other = self._session.scalar(theirs.where(is_account(**key)))
        if other is not None and other.id != user.id:
            raise ConflictError(
                f"That account is bound to {other.username}: unbind it there first."
            )


def _checked(issuer: str, subject: str) -> dict[str, str]:
    key = {"issuer": issuer, "subject": subject}
    for name, value in key.items():
        try:
            check_text(value, f"The {name}")
        except InvalidValueError as error:
            raise InvalidRequestError(f"{error}: use the one that the provider shows.") from error
        if not 0 < len(value) <= _LONGEST[name]:
            raise InvalidRequestError(
                f"The {name} has 1 to {_LONGEST[name]} characters: use the one that the provider "
                "shows."
            )
    return key


def _said(user: User, key: dict[str, str]) -> str:
    return f"{user.username} {key['issuer']} {key['subject']}"
