"""Accounts that another service vouches for: a provider of OpenID Connect, or a proxy.

An account at a provider is known by issuer and subject, which never change hands. A name or an
e-mail address may be given to another person there, so neither finds an account here.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from genonaut.content.rules import InvalidValueError, user_name
from genonaut.db.schema import ForeignIdentity, User
from genonaut.errors import ConflictError, ForbiddenError, InvalidRequestError
from genonaut.people.accounts import Accounts
from genonaut.people.addresses import shown_address
from genonaut.people.audit import Actor, record
from genonaut.people.identity import ADMIN, MEMBER, Role
from genonaut.people.statements import SQL
from genonaut.people.users import is_account

DISABLED = "Your account is disabled: ask an administrator of this gallery."


@dataclass(frozen=True, slots=True)
class Claimed:
    """An account elsewhere; `is_admin` is None if the other service does not decide that."""

    issuer: str
    subject: str
    username: str
    is_admin: bool | None


class ForeignAccounts:
    """Takes over what the other service says about a user."""

    def __init__(
        self, session: Session, via: Literal["oidc", "header"], address: str | None
    ) -> None:
        self._session = session
        self._actor = Actor(None, None, via, shown_address(address))

    def sign_in(self, claimed: Claimed, *, registers: bool) -> User:
        """The user who has this account. If there is none and `registers` is true, one is added.

        Raises:
            ForbiddenError: the user is disabled, or there is none and none may be added.
            ConflictError: a new user would have a name that is taken.
            InvalidRequestError: a new user would have what cannot be a name.
        """
        key = {"issuer": claimed.issuer, "subject": claimed.subject}
        self._session.execute(SQL["take_turns_of_an_account"], key)
        user = self._bound(claimed)
        if user is None:
            user = self._register(claimed, registers=registers)
        if user.disabled_at is not None:
            raise ForbiddenError(DISABLED)
        self._give_role(user, claimed.is_admin)
        actor = Actor(user.id, user.username, self._actor.via, self._actor.address)
        record(self._session, actor, "sign-in")
        return user

    def take_over(self, name: str, is_admin: bool | None) -> None:
        """Add a user of this name if there is none, with the role that the proxy says."""
        given = {"issuer": "header", "subject": name}
        self._session.execute(SQL["take_turns_of_an_account"], given)
        user = self._session.scalar(select(User).where(User.username == name).with_for_update())
        if user is None:
            Accounts(self._session, self._actor).add(name, _role(is_admin))
        elif user.disabled_at is None:
            self._give_role(user, is_admin)

    def _bound(self, claimed: Claimed) -> User | None:
        # Locked: a user who is being disabled is waited for, and then refused.
        found = select(User).join(ForeignIdentity, ForeignIdentity.user_id == User.id)
        same = is_account(claimed.issuer, claimed.subject)
        return self._session.scalar(found.where(same).with_for_update(of=User))

    def _register(self, claimed: Claimed, *, registers: bool) -> User:
        if not registers:
            raise ForbiddenError(
                "You have no account in this gallery, and signing in does not make one: ask an "
                "administrator of this gallery."
            )
        name = _new_name(claimed)
        try:
            user = Accounts(self._session, self._actor).add(name, _role(claimed.is_admin))
        except ConflictError:
            raise ConflictError(
                f"Another user of this gallery is named {name!r}. You were not signed in, and that "
                "account is unchanged: ask an administrator of this gallery."
            ) from None
        row = {"issuer": claimed.issuer, "subject": claimed.subject, "user_id": user.id}
        self._session.execute(insert(ForeignIdentity).values(row))
        return user

    def _give_role(self, user: User, is_admin: bool | None) -> None:
        """Give a user the role, even if it takes it from the last administrator."""
        role = _role(is_admin)
        if is_admin is None or user.role == role:
            return
        self._session.execute(update(User).where(User.id == user.id).values(role=role))
        record(self._session, self._actor, "role-changed", f"{user.username} {role}")


def _new_name(claimed: Claimed) -> str:
    try:
        return user_name(claimed.username)
    except InvalidValueError as error:
        raise InvalidRequestError(
            f"The provider gives you a name that no user can have ({error}): ask an administrator "
            "of this gallery."
        ) from error


def _role(is_admin: bool | None) -> Role:
    return ADMIN if is_admin else MEMBER
