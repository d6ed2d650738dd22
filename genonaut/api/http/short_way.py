"""The short way to routes that are asked very often: past the framework, to the same function.

To match a path, solve dependencies and validate one parameter takes the framework several times as
long as the rest of a request. So a route may read plain queries itself, and such a request goes
from the entrance straight to its access and its function. All others take the framework's way: with
another method, with a query that is not plain, below a root path. What the function raises is
answered there as well, by the same handlers.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Receive, Scope, Send

from genonaut.api.http.api_routes import ApiRoute
from genonaut.api.http.compression import SMALLEST, compressed

LONGEST_QUERY: Final = 1024
"""In bytes, of a plain query."""
_TYPE: Final = (b"content-type", b"application/json")


class ShortRoute(ApiRoute):
    """A route of GET whose function takes the request, and returns a whole response."""

    @staticmethod
    @abstractmethod
    def read_plainly(query: bytes) -> dict[str, Any] | None:
        """The function's other arguments, from a query string; None if it is not a plain one."""


class JsonBytes(Response):
    """JSON that is written already."""

    def __init__(self, body: bytes) -> None:
        self.status_code = 200
        self.background = None
        self.body = body
        self.raw_headers = [(b"content-length", b"%d" % len(body)), _TYPE]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        await send({"type": "http.response.body", "body": self.body})


class ShortWay:
    """Middleware that calls short routes itself; `failing` is the way of what they raise."""

    def __init__(self, app: ASGIApp, owner: FastAPI, failing: Callable[[ASGIApp], ASGIApp]) -> None:
        self.app = app
        self._owner = owner
        self._failing = failing
        self._routes = dict(_short_routes(owner))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.get(scope["path"]) if scope["type"] == "http" else None
        if route is None or scope["method"] != "GET" or scope.get("root_path"):
            await self.app(scope, receive, send)
            return
        query = scope["query_string"]
        # Routes remember what they have read, so a long query would cost memory for long.
        arguments = route.read_plainly(query) if len(query) <= LONGEST_QUERY else None
        if arguments is None:
            await self.app(scope, receive, send)
            return
        scope["app"], scope["route"] = self._owner, route
        request = Request(scope, receive)
        answer: ASGIApp
        try:
            await route.access(request)
            response: Response = await route.endpoint(request, **arguments)
            is_large = len(response.body) >= SMALLEST
            answer = await compressed(request, response) if is_large else response
        except Exception as error:  # noqa: BLE001 - all of them are made a response there
            answer = self._failing(_raising(error))
        await answer(scope, receive, send)


def _short_routes(owner: FastAPI) -> Iterator[tuple[str, ShortRoute]]:
    for context in iter_route_contexts(owner.routes):
        route = context.original_route
        if isinstance(route, ShortRoute) and route.include_in_schema:
            yield route.path, route


def _raising(error: Exception) -> ASGIApp:
    async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise error

    return fail
