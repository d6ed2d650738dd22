"""What the pages keep between requests, and errors that are pages as well."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from genonaut.api.http.errors import json_error
from genonaut.api.http.origins import SAFE, Sender, sender_of
from genonaut.api.schemas.errors import ErrorOut
from genonaut.config import Settings
from genonaut.errors import ForbiddenError
from genonaut.library.demand import ThumbnailDemand
from genonaut.library.roots import Library
from genonaut.web.assets import Assets
from genonaut.web.contexts import ANONYMOUS, ErrorContext
from genonaut.web.rendering import Renderer
from genonaut.web.state import GALLERY

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_MAY_SEND_FORMS: Final = frozenset({Sender.OUR_PAGE, Sender.TOKEN})


@dataclass(frozen=True, slots=True)
class Web:
    """What the pages keep from one request to the next."""

    assets: Assets
    renderer: Renderer
    library: Library
    demand: ThumbnailDemand


def make_web(settings: Settings) -> Web:
    """Everything that the pages keep, made from the settings."""
    assets = Assets()
    library = Library.of(settings)
    renderer = Renderer(assets, read_only=settings.api.read_only)
    return Web(assets, renderer, library, ThumbnailDemand(library.thumbnails))


def web(request: Request) -> Web:
    """The application's own."""
    found: Web = request.app.state.web
    return found


class PageRoute(APIRoute):
    """A route whose errors are pages, and whose forms come from our own pages only.

    Its cookies are `SameSite=Lax`, so another site's form comes without them. This is the second
    lock, and it is closed to programs too: they have the API.
    """

    def get_route_handler(self) -> Handler:
        """The framework's own, behind the lock if it is for forms."""
        handle = super().get_route_handler()
        only_reads = self.methods and self.methods <= SAFE
        return handle if only_reads else _for_our_pages(handle)


def _for_our_pages(handle: Handler) -> Handler:
    async def handle_form(request: Request) -> Response:
        if sender_of(request) not in _MAY_SEND_FORMS:
            raise ForbiddenError("This was not sent by one of our own pages: nothing was changed.")
        return await handle(request)

    return handle_form


def respond_to_error(request: Request, status: int, error: ErrorOut) -> Response:
    """An error of a page as a page, any other as JSON.

    The page needs no database, which may be what failed.
    """
    if not _is_for_a_page(request):
        return json_error(request, status, error)
    context = ErrorContext(
        title=HTTPStatus(status).phrase,
        viewer=ANONYMOUS,
        status=status,
        detail=error.detail,
        request_id=error.request_id,
    )
    return web(request).renderer.response(context, status)


def _is_for_a_page(request: Request) -> bool:
    route: object = request.scope.get("route")
    if route is None:  # it was refused before a route was found
        path: str = request.scope["path"]
        return path == GALLERY or path.startswith(f"{GALLERY}/")
    return isinstance(route, PageRoute)
