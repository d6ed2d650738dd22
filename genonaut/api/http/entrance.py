"""What is done to every request, in one pass: its id, our headers, its figures and its log line.

One coroutine and one look at the headers, because each further middleware costs a request some
microseconds: together they took longer than reading the counts.
"""

import time
from typing import Final

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from genonaut.api.http.errors import json_error
from genonaut.api.http.hosts import MISDIRECTED, REFUSAL, AllowedHosts
from genonaut.api.http.ids import RequestLog, request_id_of, with_our_headers
from genonaut.api.http.manners import head_as_get
from genonaut.api.http.metrics import RequestMetrics
from genonaut.api.schemas.errors import ErrorOut

STREAMING_SINCE: Final = "streaming-since"
"""In the state of a request: when its response began, if that does not end by itself."""


class Entrance:
    """The outermost middleware. An address with a slash at its end is the same resource here.

    It does not redirect: that would trust the request's Host and lose the body.
    """

    def __init__(
        self, app: ASGIApp, *, allowed: AllowedHosts, log: RequestLog, metrics: RequestMetrics
    ) -> None:
        self.app = app
        self._allowed = allowed
        self._log = log
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, root = time.perf_counter(), scope.get("root_path", "")
        request_id, app = self._look_at_the_headers(scope)
        # Each request is a task with a context of its own, so this needs no end.
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if len(scope["path"]) > 1:
            scope["path"] = scope["path"].removesuffix("/")
        if scope["method"] == "HEAD":
            app = head_as_get(app)
        status: int | None = None

        def send_with_our_headers(message: Message) -> object:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = with_our_headers(message, request_id)
            return send(message)

        try:
            await app(scope, receive, send_with_our_headers)  # type: ignore[arg-type] # awaitable
        finally:
            # A stream may last for hours: what it takes is the time until it begins.
            seconds = scope["state"].get(STREAMING_SINCE, time.perf_counter()) - started
            self._metrics.record(scope, root, status, seconds)
            self._log.record(scope, status, seconds)

    def _look_at_the_headers(self, scope: Scope) -> tuple[str, ASGIApp]:
        """The request's id, and what responds to it."""
        given, hosts = b"", []
        for name, value in scope["headers"]:
            if name == b"host":
                hosts.append(value)
            elif name == b"x-request-id":
                given = given or value
        request_id = scope.setdefault("state", {})["request_id"] = request_id_of(given)
        return request_id, self.app if self._allowed.allow_sent(*hosts) else _misdirect


async def _misdirect(scope: Scope, receive: Receive, send: Send) -> None:
    request_id = scope["state"]["request_id"]
    error = ErrorOut(error="misdirected_request", detail=REFUSAL, request_id=request_id)
    await json_error(Request(scope), MISDIRECTED, error)(scope, receive, send)
