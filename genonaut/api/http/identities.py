"""Who sends a request: found here and nowhere else.

A program sends a token, a browser a cookie with the secret of its session. Each is looked up in the
database for each request, so one that was revoked is refused at once, by every process. Requests
that wait at the same time share one query; a request with neither costs nothing.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from genonaut.api.http import cookies
from genonaut.api.http.coalescing import Coalescer
from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.http.origins import SAFE, Sender, sender_of
from genonaut.api.http.peers import address_of
from genonaut.api.http.proxied import ProxiedIdentities
from genonaut.config import Settings
from genonaut.db.read_connection import ReadConnection
from genonaut.db.session import Database
from genonaut.errors import DatabaseError, InvalidTokenError, NotSignedInError, OverloadedError
from genonaut.people.audit import Actor
from genonaut.people.identity import OPEN, Identity
from genonaut.people.lookup import FIND, Found, found
from genonaut.people.secret_keys import digest, is_secret, is_token
from genonaut.people.sessions import Sessions
from genonaut.people.tokens import Tokens

_BEARER: Final = re.compile(r"bearer(?: +(.*))?", re.IGNORECASE | re.DOTALL)


class Identities:
    """Finds whose tokens and sessions come with requests, over one connection."""

    def __init__(self, database: Database, settings: Settings, limiter: ConnectionLimiter) -> None:
        self._database = database
        self._limiter = limiter
        self._is_open = settings.auth.mode == "open"
        self._allowed = settings.api.cors_origins
        by_header = settings.auth.mode == "header"
        self._proxied = ProxiedIdentities(database, settings, limiter) if by_header else None
        self._session_days = settings.auth.session_days
        self._connection = ReadConnection.of(database, settings)
        self._coalescer = Coalescer(self._read)

    async def of(self, request: Request) -> Identity | None:
        """Who sends a request; None is a visitor. `get_identity` remembers it.

        Raises:
            InvalidTokenError: there is a token, and it is not valid.
            DatabaseError: the database cannot be used.
        """
        found = OPEN if self._is_open else await self._find(request)
        request.scope["state"]["identity"] = found
        return found

    async def is_still(self, request: Request, identity: Identity) -> bool:
        """Whether a request that is being answered would come from the same sender by now.

        That is no use of its session or token, which may expire meanwhile.

        Raises:
            DatabaseError: the database cannot be used.
        """
        if self._proxied and identity.via == "header":
            return await self._proxied.is_still(identity)
        secret = _secret_of(request, identity)
        if secret is None:
            return identity is OPEN
        key = digest(secret)
        known = (await self._coalescer.get(key)).get(key)
        return known is not None and known.identity == identity

    async def _find(self, request: Request) -> Identity | None:
        if not self._proxied and not _brings_a_secret(request):
            return None
        tokens = bearer_tokens(request)
        if not tokens:
            if self._is_of_an_allowed_page(request):
                return None
            return await (self._proxied.of(request) if self._proxied else self._of_cookie(request))
        # The door let this request in because of the token: cookie and header must not count.
        if len(tokens) == 1 and is_token(tokens[0]):
            identity = await self._look_up(tokens[0], "token")
            if identity is not None:
                return identity
        raise InvalidTokenError

    def _is_of_an_allowed_page(self, request: Request) -> bool:
        """Whether a page of `api.cors-origins` sent a change: it acts for itself, with a token.

        CORS gives it no credentials, but a form of a page of the same site has the cookie.
        """
        is_change = request.method not in SAFE
        return is_change and sender_of(request, self._allowed) is Sender.ALLOWED_PAGE

    async def _of_cookie(self, request: Request) -> Identity | None:
        secret = session_secret(request)
        return await self._look_up(secret, "session") if secret else None

    async def _look_up(self, secret: str, via: str) -> Identity | None:
        key = digest(secret)
        known = (await self._coalescer.get(key)).get(key)
        if known is None or known.identity.via != via:
            return None
        if known.is_stale:
            await self._touch(known.identity)
        return known.identity

    async def _read(self, digests: Sequence[bytes]) -> dict[bytes, Found]:
        return found(await self._connection.rows(FIND, {"digests": list(set(digests))}))

    async def _touch(self, identity: Identity) -> None:
        try:
            async with self._limiter.slot():
                await run_in_threadpool(self._write_use, identity)
        except (DatabaseError, OverloadedError):
            pass  # as on a standby: that it was used is not worth a failed request

    def _write_use(self, identity: Identity) -> None:
        assert identity.key_id is not None  # noqa: S101 - it was found by its key
        with self._database.transaction() as session:
            if identity.via == "token":
                Tokens(session).touch(identity.key_id)
            else:
                Sessions(session).touch(identity.key_id, self._session_days)

    async def close(self) -> None:
        """Cancel the running query, and close the connection."""
        await self._coalescer.close()
        await self._connection.close()
        if self._proxied:
            await self._proxied.close()


def _brings_a_secret(request: Request) -> bool:
    """Whether there is anything to look at: what most visitors send has neither header."""
    names = [name for name, _ in request.scope["headers"]]
    return b"cookie" in names or b"authorization" in names


def bearer_tokens(request: Request) -> list[str]:
    """What a request sends as a token; a password for a proxy, in the same header, is none."""
    given = map(_BEARER.fullmatch, request.headers.getlist("authorization"))
    return [(match[1] or "").strip() for match in given if match]


def _secret_of(request: Request, identity: Identity) -> str | None:
    """The secret by which a sender was found."""
    if identity.via == "token":
        return bearer_tokens(request)[0]
    return session_secret(request) if identity.via == "session" else None


def session_secret(request: Request) -> str | None:
    """The secret in a request's cookie, if it has the form of one."""
    secret = cookies.read_secret(request, cookies.SESSION)
    return secret if is_secret(secret) else None


async def get_identity(request: Request) -> Identity | None:
    """Who sends the request; None is a visitor."""
    known: dict[str, Identity | None] = request.scope["state"]
    if "identity" in known:
        return known["identity"]
    identities: Identities = request.app.state.identities
    return await identities.of(request)


IdentityDep = Annotated[Identity | None, Depends(get_identity)]


async def get_known_identity(identity: IdentityDep) -> Identity:
    """Who sends a request that no visitor may send.

    Raises:
        NotSignedInError: a visitor.
    """
    if identity is None:
        raise NotSignedInError
    return identity


async def get_actor(request: Request, identity: IdentityDep) -> Actor:
    """Who does what the request asks for, for the record."""
    return Actor.of(identity, address_of(request))


KnownIdentityDep = Annotated[Identity, Depends(get_known_identity)]
ActorDep = Annotated[Actor, Depends(get_actor)]
