"""Positions in HTTP: a client that has changed something sees its change, also on a replica.

The response to a change has the position that the log had then. A client sends it with what it
reads next, and is given nothing older. Programs do so by a header, and browsers by a cookie.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from genonaut.api.http import oidc
from genonaut.api.http.coalescing import Coalescer
from genonaut.api.http.guarded_routes import GuardedRoute
from genonaut.api.http.middleware import HttpMiddleware, ObservedSend
from genonaut.api.http.origins import SAFE
from genonaut.db.positions import NEVER, Position
from genonaut.db.replica import ReplicaLostError

HEADER: Final = "X-Genonaut-Position"
COOKIE: Final = "genonaut_position"
COOKIE_SECONDS: Final = 60
_REFUSED: Final = 400
_WANTED: Final = "wanted_position"


def wanted_position(request: Request) -> Position | None:
    """What a request's reader wants to see at least: of header and cookie, all that both want.

    A position that is none of ours means the primary.
    """
    if request.app.state.database.replicas is None:
        return None
    state: dict[str, Position | None] = request.scope["state"]
    if _WANTED not in state:
        sent = request.headers.getlist(HEADER)
        if COOKIE in request.cookies:
            sent.append(request.cookies[COOKIE])
        state[_WANTED] = _all_of([Position.read(text) for text in sent]) if sent else None
    return state[_WANTED]


def _all_of(positions: list[Position]) -> Position:
    return Position(max(one.timeline for one in positions), max(one.lsn for one in positions))


def is_for_replicas(request: Request) -> bool:
    """Whether a replica may answer: what visitors may read, and not what is about accounts.

    A session or a token that was revoked is refused at once, so these are always looked up on the
    primary; and so is what administrators decide by.
    """
    route: object = request.scope.get("route")
    is_for_visitors = isinstance(route, GuardedRoute) and route.access.level == "visitor"
    return is_for_visitors and request.method in SAFE


class FromThePrimaryInstead(HttpMiddleware):
    """Answers a request again that a replica has broken off: it only reads, so that is safe."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        again, observed = {**scope}, ObservedSend(send)
        try:
            await self.app(scope, receive, observed)
        except ReplicaLostError:
            if observed.status is not None:
                raise
            again["state"] = {**scope["state"], _WANTED: NEVER}
            await self.app(again, receive, send)


class SendPosition(HttpMiddleware):
    """Sends the position of the log with the response to a change."""

    def __init__(self, app: ASGIApp, newest: Callable[[], Awaitable[Position]]) -> None:
        super().__init__(app)
        self._newest = Coalescer[None, Position](lambda _: newest())

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Who comes back from a provider is signed in by a GET, and may be a new user.
        is_change = scope["method"] not in SAFE or scope["path"].startswith(f"{oidc.PATH}/")
        if not is_change:
            await self.app(scope, receive, send)
            return

        async def send_with_position(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < _REFUSED:
                # After the commit: a position within it would be reached before it is applied.
                position = str(await self._newest.get(None))
                message = {**message, "headers": [*message["headers"], *_headers(scope, position)]}
            await send(message)

        await self.app(scope, receive, send_with_position)


def _headers(scope: Scope, position: str) -> list[tuple[bytes, bytes]]:
    headers = [(HEADER.lower().encode(), position.encode())]
    if any(name == b"authorization" for name, _ in scope["headers"]):
        return headers  # a program's
    secure = "; Secure" if scope["scheme"] == "https" else ""
    cookie = f"{COOKIE}={position}; Max-Age={COOKIE_SECONDS}; Path=/; HttpOnly; SameSite=Lax"
    return [*headers, (b"set-cookie", f"{cookie}{secure}".encode())]
