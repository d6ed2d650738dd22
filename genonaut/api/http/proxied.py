"""Who sends a request, according to the header of a proxy that has signed the user in.

Any client can send that header. It counts only if the connection itself comes from a proxy that the
settings name; `X-Forwarded-For` makes no difference. The header of any other client is ignored, and
the log says so.
"""

import time
from collections.abc import Sequence
from typing import Any, Final

import structlog
from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from genonaut.api.http.coalescing import Coalescer
from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.api.http.peers import TrustedPeers, address_of, shown_peer
from genonaut.config import Settings
from genonaut.content.rules import InvalidValueError, user_name
from genonaut.db.read_connection import ReadConnection
from genonaut.db.session import Database
from genonaut.errors import ForbiddenError, ProxyHeaderError
from genonaut.people.elsewhere import DISABLED, ForeignAccounts
from genonaut.people.identity import Identity, widest_scope
from genonaut.people.lookup import FIND_NAMED

LARGEST_HEADER: Final = 8192
_LOG_SECONDS: Final = 60.0

log = structlog.stdlib.get_logger(__name__)


class ProxiedIdentities:
    """Finds the users whom the proxy names, and adds those who are new."""

    def __init__(self, database: Database, settings: Settings, limiter: ConnectionLimiter) -> None:
        self._database = database
        self._limiter = limiter
        self._settings = settings.auth.header
        self._peers = TrustedPeers(self._settings.proxies)
        self._connection = ReadConnection.of(database, settings)
        self._coalescer = Coalescer(self._read)
        self._logged = -_LOG_SECONDS
        self._unlogged = 0

    async def of(self, request: Request) -> Identity | None:
        """Who sends a request; None is a visitor.

        Raises:
            ProxyHeaderError: the proxy's headers are not what they should be.
            ForbiddenError: the user is disabled.
            DatabaseError: the database cannot be used.
        """
        if not self._peers.include(request.scope["state"]):
            self._ignore(request)
            return None
        name, is_admin = self._name(request), self._is_admin(request)
        if name is None:
            return None
        found = await self._found(name)
        if found is None or _has_other_role(found, is_admin):
            await self._take_over(request, name, is_admin)
            found = await self._found(name)
        if found is None or found.is_disabled:
            raise ForbiddenError(DISABLED)
        scope = widest_scope(found.role)
        return Identity(found.user_id, found.username, found.role, scope, "header")

    async def is_still(self, identity: Identity) -> bool:
        """Whether a user whom the proxy named is there with the same rights.

        Nothing is taken over from a request that came earlier: others may have come since.

        Raises:
            DatabaseError: the database cannot be used.
        """
        found = await self._found(identity.username)
        same = found and (found.user_id, found.role) == (identity.user_id, identity.role)
        return bool(same and not found.is_disabled)

    def _name(self, request: Request) -> str | None:
        header = self._settings.user
        text = _only(request, header)
        if not text.strip():
            return None
        try:
            return user_name(text, header)
        except InvalidValueError as error:
            raise ProxyHeaderError(
                f"The proxy sends what is not a user's name: {error}."
            ) from error

    def _is_admin(self, request: Request) -> bool | None:
        wanted = self._settings.admin_group
        if wanted is None:
            return None
        # Authelia and oauth2-proxy write commas between groups, and authentik a bar.
        groups = _only(request, self._settings.groups).replace("|", ",").split(",")
        return wanted in (group.strip() for group in groups)

    async def _found(self, name: str) -> Any:  # noqa: ANN401 - a row, as the driver makes it
        return (await self._coalescer.get(name)).get(name)

    async def _read(self, names: Sequence[str]) -> dict[str, Any]:
        rows = await self._connection.rows(FIND_NAMED, {"names": list(set(names))})
        return {row.username: row for row in rows}

    async def _take_over(self, request: Request, name: str, is_admin: bool | None) -> None:
        address = address_of(request)

        def write() -> None:
            with self._database.transaction() as session:
                ForeignAccounts(session, "header", address).take_over(name, is_admin)

        async with self._limiter.slot():
            await run_in_threadpool(write)

    def _ignore(self, request: Request) -> None:
        if self._settings.user not in request.headers:
            return
        self._unlogged += 1
        if time.monotonic() - self._logged < _LOG_SECONDS:
            return
        # The value is not logged: a stranger wrote it.
        log.warning(
            "header ignored: it does not come from a proxy of auth.header.proxies",
            header=self._settings.user,
            peer=shown_peer(request.scope["state"]),
            requests=self._unlogged,
        )
        self._logged, self._unlogged = time.monotonic(), 0

    async def close(self) -> None:
        """Cancel the running query, and close the connection."""
        await self._coalescer.close()
        await self._connection.close()


def _has_other_role(found: Any, is_admin: bool | None) -> bool:  # noqa: ANN401 - a row
    return is_admin is not None and not found.is_disabled and is_admin != (found.role == "admin")


def _only(request: Request, name: str) -> str:
    """The value of a header, which proxies write in UTF-8.

    If there are two, one may be the client's own: neither is believed.
    """
    values = request.headers.getlist(name)
    if len(values) > 1:
        raise ProxyHeaderError(
            f"The proxy sends {name} twice: have it remove the one of the client."
        )
    text = values[0] if values else ""
    if len(text) > LARGEST_HEADER:
        raise ProxyHeaderError(f"The proxy sends a {name} that is too long.")
    try:
        return text.encode("latin-1").decode()
    except UnicodeDecodeError:
        raise ProxyHeaderError(f"The proxy sends a {name} that is not in UTF-8.") from None
