"""What the pages keep between requests, and errors that are pages as well."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.routing import APIRoute

from genonaut.api.http.errors import json_error
from genonaut.api.schemas.errors import ErrorOut
from genonaut.config import Settings
from genonaut.library.demand import ThumbnailDemand
from genonaut.library.roots import Library
from genonaut.web.assets import Assets
from genonaut.web.contexts import ANONYMOUS, ErrorContext
from genonaut.web.rendering import Renderer


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
    return Web(assets, Renderer(assets), library, ThumbnailDemand(library.thumbnails))


def web(request: Request) -> Web:
    """The application's own."""
    found: Web = request.app.state.web
    return found


class PageRoute(APIRoute):
    """A route whose errors are pages."""


def respond_to_error(request: Request, status: int, error: ErrorOut) -> Response:
    """An error of a page as a page, any other as JSON.

    The page needs no database, which may be what failed.
    """
    if not isinstance(request.scope.get("route"), PageRoute):
        return json_error(request, status, error)
    context = ErrorContext(
        title=HTTPStatus(status).phrase,
        viewer=ANONYMOUS,
        status=status,
        detail=error.detail,
        request_id=error.request_id,
    )
    return web(request).renderer.response(context, status)
