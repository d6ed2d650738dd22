"""Request bodies: JSON as the standard defines it, and of limited size."""

from collections.abc import Callable, Coroutine
from json import JSONDecodeError
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from genonaut.api.http.middleware import HttpMiddleware

LARGEST_BODY = 16 * 1024 * 1024


class _JsonRequest(Request):
    async def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        """The body. Python's own parser accepts NaN and half a surrogate pair; this one refuses."""
        try:
            return from_json(await self.body(), allow_inf_nan=False)
        except ValueError as error:
            # FastAPI makes a validation error of this exception.
            raise JSONDecodeError(str(error), "", 0) from error


class JsonRoute(APIRoute):
    """A route whose body is strict JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, given our request."""
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            return await handle(_JsonRequest(request.scope, request.receive))

        return handle_json


class BodyLimit(HttpMiddleware):
    """Stops reading a body at `LARGEST_BODY` bytes.

    FastAPI's `max_body_size` does the same, but responds with a text instead of our error.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
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
