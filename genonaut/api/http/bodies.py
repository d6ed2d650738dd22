"""Request bodies: JSON as the standard has it, and not too much of it."""

from collections.abc import Callable, Coroutine
from json import JSONDecodeError
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 16 * 1024 * 1024


class _JsonRequest(Request):
    async def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        """The body. Python's own parser takes NaN and half a surrogate pair; this one does not."""
        try:
            return from_json(await self.body(), allow_inf_nan=False)
        except ValueError as error:
            # The exception that FastAPI makes a validation error of.
            raise JSONDecodeError(str(error), "", 0) from error


class JsonRoute(APIRoute):
    """A route whose body is strict JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, given our request."""
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            return await handle(_JsonRequest(request.scope, request.receive))

        return handle_json


class BodyLimit:
    """Middleware that stops reading at `LARGEST_BODY`.

    FastAPI's `max_body_size` does the same, but answers with a text instead of our error.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        size = 0

        async def receive_some() -> Message:
            nonlocal size
            if announced.isdecimal() and int(announced) > LARGEST_BODY:
                raise HTTPException(413)
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_BODY:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_some, send)
