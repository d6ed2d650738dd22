"""Every request has an id: in the answer's header, in its errors, and on every line it logs."""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,100}")

log = structlog.stdlib.get_logger(__name__)


class RequestIds:
    """Middleware that names each request, logs one line about it, and adds our headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = scope.setdefault("state", {})["request_id"] = _request_id(scope)
        answer = _Answer(send, request_id)
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, answer.send)
            finally:
                _log_request(scope, answer.status, time.perf_counter() - started)


class _Answer:
    """Passes an answer on with our headers, and remembers its status."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._headers = [
            (HEADER.lower().encode(), request_id.encode()),
            (b"x-content-type-options", b"nosniff"),
        ]
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            # A new list: the answer may be an object that is sent more than once.
            message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
        await self._send(message)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(HEADER, "")
    return given if _SANE.fullmatch(given) else uuid4().hex


def _log_request(scope: Scope, status: int | None, seconds: float) -> None:
    route = scope.get("route")
    log.info(
        "request",
        method=scope["method"],
        route=getattr(route, "path", None),
        # As it was sent: percent-encoded, so that it cannot break the line. Without the query,
        # which may hold what people search for.
        path=scope.get("raw_path", b"").decode("latin-1"),
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )
