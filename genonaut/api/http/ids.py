"""Every request has an id: in its response's header, in its errors, and on every line it logs."""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from genonaut.api.http.middleware import HttpMiddleware, ObservedSend

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,100}")

log = structlog.stdlib.get_logger(__name__)


class RequestIds(HttpMiddleware):
    """Gives each request an id, logs one line about it, and adds our headers to its response."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope.setdefault("state", {})["request_id"] = _request_id(scope)
        headers = [
            (HEADER.lower().encode(), request_id.encode()),
            (b"x-content-type-options", b"nosniff"),
        ]
        observed = ObservedSend(send, headers)
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, observed)
            finally:
                _log_request(scope, observed.status, time.perf_counter() - started)


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
        # which may contain what a user searches for.
        path=scope.get("raw_path", b"").decode("latin-1"),
        status=status,
        milliseconds=round(seconds * 1000, 1),
    )
