"""Signing in and out over HTTP: a session begins or ends, and the browser's cookie with it."""

from typing import Final

from fastapi import Request, Response
from sqlalchemy.orm import Session

from genonaut.api.http import cookies
from genonaut.api.http.attempts import proved, sign_ins_of
from genonaut.api.http.identities import session_secret
from genonaut.api.http.peers import address_of
from genonaut.api.http.transactions import in_transaction
from genonaut.people.audit import Actor, record
from genonaut.people.identity import Identity
from genonaut.people.sessions import NewSession, Sessions
from genonaut.people.signing_in import Checked, finish

COOKIE_SECONDS: Final = 400 * 24 * 3600
"""As long as browsers allow. How long the session lasts, its row in the database decides."""


async def sign_in(request: Request, username: str, password: str) -> NewSession:
    """A new session, for its cookie.

    Raises:
        SignInFailedError: the name or the password is wrong.
        TooManyAttemptsError: too many attempts failed.
    """
    days, agent = sign_ins_of(request).days, request.headers.get("user-agent")
    old = session_secret(request)

    def begin(session: Session, checked: Checked) -> NewSession | None:
        begun = finish(session, checked, days, agent)
        if begun and old:
            Sessions(session).end_secret(old)
        return begun

    return await proved(request, username, password, begin)


async def sign_out(request: Request, identity: Identity | None) -> None:
    """End the session of a request's cookie."""
    secret = session_secret(request)
    if secret is None or identity is None or identity.via != "session":
        return

    def end(session: Session) -> None:
        Sessions(session).end_secret(secret)
        record(session, Actor.of(identity, address_of(request)), "sign-out")

    await in_transaction(request, end)


def remember_session(request: Request, response: Response, begun: NewSession) -> None:
    """Set the cookie of a session."""
    cookies.set_secret(request, response, cookies.SESSION, begun.secret, COOKIE_SECONDS)


def forget_session(request: Request, response: Response) -> None:
    """Delete that cookie."""
    cookies.delete_secret(request, response, cookies.SESSION)
