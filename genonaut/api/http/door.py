"""The door: which requests that would change something come in at all.

It stands before all routes, so a new one needs no line to be behind it. It refuses what the pages
of other sites send; our own pages refuse programs as well (genonaut/web/page_route.py). What the
sender is allowed to do is decided further in.
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


class Door(HttpMiddleware):
    """Refuses what pages of other sites send, unless it only reads."""

    def __init__(
        self, app: ASGIApp, allowed: Collection[str], respond: ErrorResponse = json_error
    ) -> None:
        super().__init__(app)
        self._allowed = allowed
        self._respond = respond

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["method"] not in SAFE:
            request = Request(scope)
            if sender_of(request, self._allowed) is Sender.STRANGER:
                app = explained_error(self._respond, request, ForbiddenError(STRANGER))
        await app(scope, receive, send)


class ReadOnly(HttpMiddleware):
    """Refuses everything that would change something. It is inside CORS: clients can read why."""

    def __init__(self, app: ASGIApp, respond: ErrorResponse = json_error) -> None:
        super().__init__(app)
        self._respond = respond

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["method"] not in SAFE:
            app = explained_error(self._respond, Request(scope), ReadOnlyError(READ_ONLY))
        await app(scope, receive, send)
