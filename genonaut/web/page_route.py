"""What all pages share: the renderer, and errors that are pages too."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.routing import APIRoute

from genonaut.config import Settings
from genonaut.web.contexts import NOBODY, ErrorContext
from genonaut.web.files import ImagesFolder
from genonaut.web.pictures_of import Pictures
from genonaut.web.rendering import Renderer
from genonaut.web.statics import Statics


@dataclass(frozen=True, slots=True)
class Web:
    """What the pages keep from one request to the next."""

    statics: Statics
    renderer: Renderer
    images: ImagesFolder
    pictures: Pictures


def make_web(settings: Settings) -> Web:
    """By the settings."""
    statics, images = Statics(), ImagesFolder(settings.gallery.images_folder)
    return Web(statics, Renderer(statics), images, Pictures(images))


def web(request: Request) -> Web:
    """The application's own."""
    found: Web = request.app.state.web
    return found


class PageRoute(APIRoute):
    """A route whose errors are pages; `genonaut/api/exception_handlers.py` asks for them."""

    def error_page(self, request: Request, status: int, detail: str) -> Response:
        """The page for an error. It needs no database, which may be the trouble."""
        context = ErrorContext(
            title=HTTPStatus(status).phrase,
            viewer=NOBODY,
            status=status,
            detail=detail,
            request_id=request.state.request_id,
        )
        return web(request).renderer.answer(context, status)
