"""Choosing a password over HTTP: by the current one, or by a link that works once."""

from fastapi import Request
from sqlalchemy.orm import Session

from genonaut.api.http.attempts import hashed_password, proved, sign_ins_of
from genonaut.api.http.peers import address_of
from genonaut.api.http.transactions import in_transaction
from genonaut.people.accounts import Accounts
from genonaut.people.audit import Actor
from genonaut.people.by_link import LinkedAccounts
from genonaut.people.identity import Identity
from genonaut.people.links import Links, Purpose
from genonaut.people.passwords import check_password
from genonaut.people.sessions import NewSession, Sessions
from genonaut.people.signing_in import Checked, prove


async def change_password(request: Request, identity: Identity, current: str, new: str) -> None:
    """Give users who know their passwords new ones. Their other sessions end.

    Raises:
        SignInFailedError: the current password is wrong.
        TooManyAttemptsError: too many attempts failed.
        InvalidRequestError: the new one cannot be a password.
    """
    check_password(new)

    def known(session: Session, checked: Checked) -> bool | None:
        return prove(session, checked) is not None or None

    await proved(request, identity.username, current, known)
    stored = await hashed_password(request, new)

    def change(session: Session) -> None:
        accounts = Accounts(session, Actor.of(identity, address_of(request)))
        assert identity.user_id is not None  # noqa: S101 - the password was this user's
        accounts.set_password(accounts.get(identity.user_id), stored, but=identity.key_id)

    await in_transaction(request, change)


async def set_up(request: Request, secret: str, username: str, password: str) -> NewSession:
    """Make the first administrator, who is signed in at once.

    Raises:
        NotFoundError: the link is not valid any more.
        ConflictError: another account has the name.
    """
    stored = await _hash_for_link(request, secret, "setup", password)
    days, agent = sign_ins_of(request).days, request.headers.get("user-agent")

    def make(session: Session) -> NewSession:
        actor = Actor(None, None, "link", address_of(request))
        user = LinkedAccounts(session, actor).set_up(secret, username, stored)
        return Sessions(session).begin(user.id, days, address_of(request), agent)

    return await in_transaction(request, make)


async def choose_password(request: Request, secret: str, password: str) -> None:
    """Choose the password of the account that a link is for.

    Raises:
        NotFoundError: the link is not valid any more.
    """
    stored = await _hash_for_link(request, secret, "password", password)

    def change(session: Session) -> None:
        LinkedAccounts(session, Actor(None, None, "link", address_of(request))).use_link(
            secret, stored
        )

    await in_transaction(request, change)


async def _hash_for_link(request: Request, secret: str, purpose: Purpose, password: str) -> str:
    await in_transaction(request, lambda session: Links(session).check(secret, purpose))
    return await hashed_password(request, password)
