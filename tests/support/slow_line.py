"""A slow line: `pytest --slow-line tests/browser`. Pages come in halves, and scripts after them.

A test that reads a page before all of it is there, or presses a key before a script takes it,
passes on a quick machine and fails on a busy one. Here it fails every time.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import pytest
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPTION: Final = "--slow-line"
PAUSE_SECONDS: Final = 0.3
Line = Callable[[ASGIApp], ASGIApp]
"""Puts itself between an application and its clients."""


def add_option(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="pages come in halves, scripts after them")


def chosen(config: pytest.Config) -> Line:
    """The line of this run."""
    return slowly if config.getoption(OPTION) else at_once


def at_once(app: ASGIApp) -> ASGIApp:
    """No line at all."""
    return app


def slowly(app: ASGIApp) -> ASGIApp:
    """Pages in halves, and scripts late."""

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        kind = ""

        async def send_slowly(message: Message) -> None:
            nonlocal kind
            if message["type"] == "http.response.start":
                kind = _kind(message)
            if kind == "text/html" and message.get("body"):
                half = len(message["body"]) // 2
                await send({**message, "body": message["body"][:half], "more_body": True})
                message = {**message, "body": message["body"][half:]}
            if kind in {"text/html", "text/javascript"} and message.get("body"):
                await asyncio.sleep(PAUSE_SECONDS)
            await send(message)

        await app(scope, receive, send_slowly)

    return slow


def _kind(start: Message) -> str:
    """The media type of a response. A script is requested again by each page."""
    headers = MutableHeaders(scope=start)
    kind = headers.get("content-type", "").partition(";")[0]
    if kind == "text/javascript":
        headers["cache-control"] = "no-store"
    return kind
