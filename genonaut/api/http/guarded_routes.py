"""Routes that declare who may use them, each by one dependency: see access.py.

The declaration is checked before the body is read: a request that is refused costs next to nothing.
"""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from fastapi import FastAPI, Request, Response, params
from fastapi.routing import APIRoute, iter_route_contexts

from genonaut.api.http.access import Access
from genonaut.api.http.compression import SMALLEST, compressed

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def require_access(app: FastAPI) -> None:
    """Check that every route of an application declares its access.

    Raises:
        TypeError: one does not.
    """
    for route in iter_route_contexts(app.routes):
        if not isinstance(route.original_route, GuardedRoute):
            raise TypeError(f"{route.path} declares no access: make it a GuardedRoute.")


class GuardedRoute(APIRoute):
    """A route that declares its access, as one of its dependencies."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        dependencies: Sequence[params.Depends] | None = None,
        **others: Any,  # noqa: ANN401 - the framework's
    ) -> None:
        """Take the access out of the dependencies, or the framework would check it once more.

        Raises:
            TypeError: none is declared, or more than one.
        """
        declared = list(dependencies or ())
        found = [one.dependency for one in declared if isinstance(one.dependency, Access)]
        if len(found) != 1:
            raise TypeError(f"{path} declares {len(found)} kinds of access, and not one.")
        self.access: Final = found[0]
        """Who may use it; genonaut/api/http/openapi.py describes it."""
        solved = [one for one in declared if one.dependency is not self.access]
        super().__init__(path, endpoint, dependencies=solved, **others)

    def get_route_handler(self) -> Handler:
        """The handler, behind the check."""
        access, handle = self.access, self.unguarded_handler()

        async def handle_guarded(request: Request) -> Response:
            await access(request)
            response = await handle(request)
            # Most are small, and some are requested thousands of times a second.
            is_large = len(getattr(response, "body", b"")) >= SMALLEST
            return await compressed(request, response) if is_large else response

        return handle_guarded

    def unguarded_handler(self) -> Handler:
        """What is behind the check."""
        return super().get_route_handler()
