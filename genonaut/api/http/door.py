"""The door: which requests that would change something come in at all.

It stands before all routes, so a new one needs no line to be behind it. It refuses what the pages
of other sites send, and everything while the gallery is read-only; our own pages refuse programs
as well (genonaut/web/page_route.py). What the sender is allowed to do is decided further in.
"""

from collections.abc import Collection
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from genonaut.api.http.errors import ErrorResponse, explained_error, json_error
from genonaut.api.http.middleware import HttpMiddleware
from genonaut.api.http.origins import SAFE, Sender, sender_of
from genonaut.errors import ForbiddenError, ReadOnlyError

STRANGER: Final = (
    "This was sent by a page of another site: nothing was changed. To let its pages in, add its "
    "origin to `api.cors-origins`."
)
READ_ONLY: Final = (
    "This gallery is read-only: nothing was changed. `api.read-only` (API_READ_ONLY) says so."
)
SIGNING_IN_AND_OUT: Final = frozenset(
    {
        "/api/v1/account/sign-in",
        "/api/v1/account/sign-out",
        "/gallery/sign-in",
        "/gallery/sign-out",
    }
)
"""What a read-only gallery takes: it changes sessions, and neither the content nor accounts."""


class Door(HttpMiddleware):
    """Refuses requests, unless they only read. It is inside CORS: clients can read why."""

    def __init__(
        self,
        app: ASGIApp,
        allowed: Collection[str],
        *,
        read_only: bool = False,
        respond: ErrorResponse = json_error,
    ) -> None:
        super().__init__(app)
        self._allowed = allowed
        self._read_only = read_only
        self._respond = respond

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["method"] not in SAFE:
            request = Request(scope)
            refusal = self._refusal(request)
            if refusal:
                app = explained_error(self._respond, request, refusal)
        await app(scope, receive, send)

    def _refusal(self, request: Request) -> ForbiddenError | None:
        if sender_of(request, self._allowed) is Sender.STRANGER:
            return ForbiddenError(STRANGER)
        if self._read_only and request.scope["path"] not in SIGNING_IN_AND_OUT:
            return ReadOnlyError(READ_ONLY)
        return None
