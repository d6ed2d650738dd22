"""Addresses and methods as clients expect them, whatever a route declares."""

from collections.abc import Sequence

from fastapi import APIRouter, HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from genonaut.api.http.access import PUBLIC


class TrailingSlash:
    """Middleware: an address with a slash at its end is the same resource.

    Without a redirect, which would trust the request's Host and lose the body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and len(scope["path"]) > 1:
            scope["path"] = scope["path"].removesuffix("/")
        await self.app(scope, receive, send)


class HeadAsGet:
    """Middleware: HEAD is answered like GET, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            # From here on it is HEAD again: to the server, which minds the length, and to the log.
            scope["method"] = "HEAD"
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        scope["method"] = "GET"
        try:
            await self.app(scope, receive, send_head)
        finally:
            scope["method"] = "HEAD"


def only_allow(router: APIRouter, path: str, allowed: str, but_not: Sequence[str]) -> None:
    """Refuse methods at an address that looks like an item's.

    Without this, the routes of an item would read the address's last word as an item's number.
    """

    @router.api_route(path, methods=list(but_not), include_in_schema=False, dependencies=[PUBLIC])
    def refuse() -> None:
        raise HTTPException(405, headers={"Allow": allowed})
