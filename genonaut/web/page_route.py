"""What all pages share: the renderer, and errors that are pages too."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.routing import APIRoute

from genonaut.config import Settings
from genonaut.web.assets import Assets
from genonaut.web.contexts import NOBODY, ErrorContext
from genonaut.web.files import ImagesFolder
from genonaut.web.picture_urls import PictureUrls
from genonaut.web.rendering import Renderer


@dataclass(frozen=True, slots=True)
class Web:
    """What the pages keep from one request to the next."""

    assets: Assets
    renderer: Renderer
    images: ImagesFolder
    pictures: PictureUrls


def make_web(settings: Settings) -> Web:
    """By the settings."""
    assets, images = Assets(), ImagesFolder(settings.gallery.images_folder)
    return Web(assets, Renderer(assets), images, PictureUrls(images))


def web(request: Request) -> Web:
    """The application's own."""
    found: Web = request.app.state.web
    return found


class PageRoute(APIRoute):
    """A route whose errors are pages; `genonaut/api/http/errors.py` asks for them."""

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
