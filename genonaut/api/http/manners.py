"""Addresses and methods as clients expect them, whatever a route declares."""

from collections.abc import Sequence

from fastapi import APIRouter, HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from genonaut.api.http.access import PUBLIC


def head_as_get(app: ASGIApp) -> ASGIApp:
    """An application that answers HEAD like GET, without the body."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_head(message: Message) -> None:
            # From here on it is HEAD again: to the server, which minds the length, and to the log.
            scope["method"] = "HEAD"
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        scope["method"] = "GET"
        try:
            await app(scope, receive, send_head)
        finally:
            scope["method"] = "HEAD"

    return answer


def only_allow(router: APIRouter, path: str, allowed: str, but_not: Sequence[str]) -> None:
    """Refuse methods at an address that looks like an item's.

    Without this, the routes of an item would read the address's last word as an item's number.
    """

    @router.api_route(path, methods=list(but_not), include_in_schema=False, dependencies=[PUBLIC])
    def refuse() -> None:
        raise HTTPException(405, headers={"Allow": allowed})
