"""Every request has an id: in its response's header, in its errors, and on every line it logs.

A line about the request itself is logged if `log.requests` is `all`, or if something is wrong.
"""

import re
import time
from http import HTTPStatus
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from genonaut.api.http.middleware import HttpMiddleware, ObservedSend
from genonaut.config import LogSettings

HEADER = "X-Request-ID"
NOT_KEPT = [(b"cache-control", b"private, no-store"), (b"vary", b"Cookie, Authorization")]
"""Of a response that does not say who may keep it: it may depend on the viewer."""
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,100}")

log = structlog.stdlib.get_logger(__name__)


class RequestIds(HttpMiddleware):
    """Gives each request an id, adds our headers to its response, and may log a line about it."""

    def __init__(self, app: ASGIApp, settings: LogSettings) -> None:
        super().__init__(app)
        self._log_all = settings.requests == "all"
        self._slow_seconds = settings.slow_request_seconds

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = scope.setdefault("state", {})["request_id"] = _request_id(scope)
        headers = [
            (HEADER.lower().encode(), request_id.encode()),
            (b"x-content-type-options", b"nosniff"),
        ]
        observed = ObservedSend(send, headers, NOT_KEPT)
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, observed)
            finally:
                self._log(scope, observed.status, time.perf_counter() - started)

    def _log(self, scope: Scope, status: int | None, seconds: float) -> None:
        is_wrong = _is_error(status) or seconds >= self._slow_seconds
        if not (is_wrong or self._log_all):
            return
        route = scope.get("route")
        (log.warning if is_wrong else log.info)(
            "request",
            status=status,
            method=scope["method"],
            # As it was sent: percent-encoded, so that it cannot break the line. Without the query,
            # which may contain what a user searches for.
            path=scope.get("raw_path", b"").decode("latin-1"),
            milliseconds=round(seconds * 1000, 1),
            route=getattr(route, "path", None),
        )


def _is_error(status: int | None) -> bool:
    """Whether we failed. An overloaded server says so, and there would be thousands of lines."""
    if status is None:  # there was no response
        return True
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.SERVICE_UNAVAILABLE


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(HEADER, "")
    return given if _SANE.fullmatch(given) else uuid4().hex
