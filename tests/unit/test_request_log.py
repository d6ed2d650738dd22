"""Which requests are logged: those with a problem by default, all on request, and how."""

import asyncio
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from prometheus_client import CollectorRegistry
from starlette.types import Receive, Scope, Send

from genonaut.api.http.entrance import Entrance
from genonaut.api.http.hosts import AllowedHosts
from genonaut.api.http.ids import RequestLog
from genonaut.api.http.metrics import RequestMetrics
from genonaut.config import load_settings


def logged(status: int | None, *, seconds: float = 0.0, **settings: Any) -> list[dict[str, Any]]:
    """The lines about one request that ends with this status, or with an exception."""

    async def application(scope: Scope, _receive: Receive, send: Send) -> None:
        scope["route"] = SimpleNamespace(path="/items/{item_id}")
        await asyncio.sleep(seconds)
        if status is None:
            raise ZeroDivisionError
        await send({"type": "http.response.start", "status": status})

    async def ignore(_message: Any) -> None:
        pass

    chosen = load_settings("test").log.model_copy(update=settings)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/items/9\n",
        "raw_path": b"/items/9%0a",
        "query_string": b"secret=1",
        "headers": [(b"host", b"localhost"), (b"x-request-id", b"r1")],
    }
    handle: Any = Entrance(
        application,
        allowed=AllowedHosts("127.0.0.1", []),
        log=RequestLog(chosen),
        metrics=RequestMetrics(CollectorRegistry()),
    )
    with (
        structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as lines,
        suppress(ZeroDivisionError),
    ):
        asyncio.run(handle(scope, None, ignore))
    return [dict(line) for line in lines]


@pytest.mark.parametrize("status", [200, 304, 401, 404, 422, 429, 503])
def test_what_is_no_problem_is_not_logged(status: int) -> None:
    assert logged(status) == []


@pytest.mark.parametrize("status", [500, 502, 504, 507, None])
def test_what_fails_is_logged(status: int | None) -> None:
    [line] = logged(status)
    assert (line["status"], line["log_level"]) == (status, "warning")


def test_what_is_slow_is_logged() -> None:
    [line] = logged(200, seconds=0.02, slow_request_seconds=0.01)
    assert (line["status"], line["log_level"]) == (200, "warning")
    assert line["milliseconds"] >= 20


def test_all_are_logged_on_request_without_their_query() -> None:
    [line] = logged(404, requests="all")
    assert line.pop("milliseconds") >= 0
    assert line == {
        "event": "request",
        "log_level": "info",
        "status": 404,
        "method": "GET",
        "path": "/items/9%0a",
        "route": "/items/{item_id}",
        "request_id": "r1",
    }


@pytest.mark.parametrize(
    ("route", "raw", "shown"),
    [
        ("/albums/share/{token}", b"/albums/sh%61re/secret", "/albums/share/{token}"),
        (None, b"/albums/share/secret/more", "/albums/share/(hidden)/more"),
        (None, b"/gallery/shared/secret", "/gallery/shared/(hidden)"),
        ("/items/{item_id}/share", b"/items/9/share", "/items/9/share"),
    ],
)
def test_a_secret_link_is_not_logged(route: str | None, raw: bytes, shown: str) -> None:
    scope: dict[str, Any] = {"method": "GET", "raw_path": raw}
    scope["route"] = SimpleNamespace(path=route) if route else None
    chosen = load_settings("test").log.model_copy(update={"requests": "all"})
    with structlog.testing.capture_logs() as lines:
        RequestLog(chosen).record(scope, 404, 0.0)
    [line] = lines
    assert line["path"] == shown
    assert "secret" not in str(line)
