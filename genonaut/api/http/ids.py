"""Every request has an id: in its response's header, in its errors, and on every line it logs.

A line about the request itself is logged if `log.requests` is `all`, or if something is wrong.
"""

import re
from http import HTTPStatus
from random import Random, SystemRandom
from typing import Final

import structlog
from starlette.types import Message, Scope

from genonaut.config import LogSettings

HEADER = "X-Request-ID"
_NAME: Final = HEADER.lower().encode()
_NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
NOT_KEPT: Final = ((b"cache-control", b"private, no-store"), (b"vary", b"Cookie, Authorization"))
"""Of a response that does not say who may keep it: it may depend on the viewer."""
_SECRET: Final = re.compile(rb"(/shared?/)[^/]+")
"""The part of an address that is a secret link to an album."""
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,100}")
# An id is no secret, and to have the system make each takes five times as long.
_random = Random(SystemRandom().getrandbits(256))  # noqa: S311

log = structlog.stdlib.get_logger(__name__)


def request_id_of(header: bytes) -> str:
    """The id that a request brought, if it is plain, or a new one."""
    if header:
        given = header.decode("latin-1")
        if _SANE.fullmatch(given):
            return given
    return f"{_random.getrandbits(128):032x}"


def with_our_headers(start: Message, request_id: str) -> Message:
    """The start of a response with the headers that every response has."""
    # A new list: a response may be an object that is sent more than once.
    headers = [*start.get("headers", ()), (_NAME, request_id.encode()), _NOSNIFF]
    for name, _ in headers:
        if name == b"cache-control":
            break
    else:
        headers += NOT_KEPT
    return {**start, "headers": headers}


class RequestLog:
    """May log a line about a request that ended."""

    def __init__(self, settings: LogSettings) -> None:
        self._log_all = settings.requests == "all"
        self._slow_seconds = settings.slow_request_seconds

    def record(self, scope: Scope, status: int | None, seconds: float) -> None:
        """Log the request, if its kind is to be logged."""
        is_wrong = _is_error(status) or seconds >= self._slow_seconds
        if not (is_wrong or self._log_all):
            return
        route = scope.get("route")
        (log.warning if is_wrong else log.info)(
            "request",
            status=status,
            method=scope["method"],
            # As it was sent: percent-encoded, so that it cannot break the line. Without the query,
            # which may contain what a user searches for, and without the secret of a link.
            path=_shown_path(scope),
            milliseconds=round(seconds * 1000, 1),
            route=getattr(route, "path", None),
        )


def _shown_path(scope: Scope) -> str:
    route: str = getattr(scope.get("route"), "path", None) or ""
    if "{token}" in route:
        return route
    # One that leads nowhere may be a link that was cut off.
    raw: bytes = scope.get("raw_path", b"")
    return _SECRET.sub(rb"\1(hidden)", raw).decode("latin-1")


def _is_error(status: int | None) -> bool:
    """Whether we failed. An overloaded server says so, and there would be thousands of lines."""
    if status is None:  # there was no response
        return True
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.SERVICE_UNAVAILABLE
