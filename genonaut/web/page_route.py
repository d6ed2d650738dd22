"""What the pages keep between requests, and errors that are pages as well."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request, Response

from genonaut.api.http.errors import json_error, noun
from genonaut.api.http.guarded_routes import GuardedRoute
from genonaut.api.http.identities import session_secret
from genonaut.api.http.origins import SAFE, Sender, sender_of
from genonaut.api.schemas.errors import ErrorOut
from genonaut.config import Settings
from genonaut.errors import ForbiddenError, NotSignedInError
from genonaut.library.clean import CleanCopies
from genonaut.library.demand import ThumbnailDemand
from genonaut.library.roots import Library
from genonaut.web.assets import Assets
from genonaut.web.contexts import ErrorContext
from genonaut.web.people.contexts import SignInContext
from genonaut.web.people.providers import providers_of
from genonaut.web.rendering import Renderer
from genonaut.web.returning import before, here, sign_in_path
from genonaut.web.security import read_form, see
from genonaut.web.state import GALLERY
from genonaut.web.viewer import known_viewer

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_LONGEST_KEPT: Final = 500
_NOT_SIGNED_IN: Final = noun(NotSignedInError())
_TOO_LATE: Final = (
    "You are signed out, so nothing was changed. Sign in, and then send the form again: apart from "
    "passwords and files, what you typed is still there."
)
_MAY_SEND_FORMS: Final = frozenset({Sender.OUR_PAGE, Sender.TOKEN})


@dataclass(frozen=True, slots=True)
class Web:
    """What the pages keep from one request to the next."""

    assets: Assets
    renderer: Renderer
    library: Library
    demand: ThumbnailDemand
    read_only: bool
    is_live: bool
    clean: CleanCopies


def make_web(settings: Settings) -> Web:
    """Everything that the pages keep, made from the settings."""
    assets = Assets()
    library = Library.of(settings)
    read_only = settings.api.read_only
    renderer = Renderer(assets, read_only=read_only)
    demand, clean = ThumbnailDemand(library.thumbnails), CleanCopies(library.most_pixels)
    is_live = settings.api.live_streams > 0
    return Web(assets, renderer, library, demand, read_only, is_live, clean)


def web(request: Request) -> Web:
    """The application's own."""
    found: Web = request.app.state.web
    return found


class PageRoute(GuardedRoute):
    """A route whose errors are pages, and whose forms come from our own pages only.

    Its cookies are `SameSite=Lax`, so another site's form comes without them. This is the second
    lock, and it is closed to programs too: they have the API.
    """

    def get_route_handler(self) -> Handler:
        """The handler, behind the check. If it is for forms, the lock comes before that.

        Where the check refuses, the form is kept.
        """
        handle = super().get_route_handler()
        only_reads = self.methods and self.methods <= SAFE
        return handle if only_reads else _for_our_pages(_keeping_the_form(handle))


def _for_our_pages(handle: Handler) -> Handler:
    async def handle_form(request: Request) -> Response:
        if sender_of(request) not in _MAY_SEND_FORMS:
            raise ForbiddenError("This was not sent by one of our own pages: nothing was changed.")
        return await handle(request)

    return handle_form


class MediaRoute(PageRoute):
    """A route of a part of pages, such as a picture. Only the page itself leads to signing in."""


def _keeping_the_form(handle: Handler) -> Handler:
    """Keep what was typed in a form that comes too late, when its session has ended."""

    async def handle_form(request: Request) -> Response:
        try:
            return await handle(request)
        except NotSignedInError:
            if session_secret(request) and sender_of(request) is Sender.OUR_PAGE:
                request.state.sent_from = before(request, await _fields_of(request))
            raise

    return handle_form


async def _fields_of(request: Request) -> list[tuple[str, str]]:
    if request.headers.get("content-type", "").partition(";")[0] != _FORM_TYPE:
        return []  # of files nothing can be kept
    form = await read_form(request)
    return [(name, value) for name, value in form.multi_items() if len(value) <= _LONGEST_KEPT]


def respond_to_error(request: Request, status: int, error: ErrorOut) -> Response:
    """An error of a page as a page, any other as JSON.

    The page needs no database, which may be what failed.
    """
    if not _is_for_a_page(request):
        return json_error(request, status, error)
    if error.error == _NOT_SIGNED_IN and _has_sign_in(request):
        return _lead_to_sign_in(request)
    context = ErrorContext(
        title=HTTPStatus(status).phrase,
        viewer=known_viewer(request),
        status=status,
        detail=error.detail,
        request_id=error.request_id,
    )
    return web(request).renderer.response(context, status)


def _has_sign_in(request: Request) -> bool:
    is_media = isinstance(request.scope.get("route"), MediaRoute)
    return not is_media and request.app.state.settings.auth.mode == "accounts"


def _lead_to_sign_in(request: Request) -> Response:
    """From a page to the one that signs in; from a form, that page itself, which says why."""
    if request.method in SAFE:
        return see(sign_in_path(here(request)))
    back = getattr(request.state, "sent_from", before(request))
    context = SignInContext(
        title="Sign in",
        viewer=known_viewer(request),
        problems={"": _TOO_LATE},
        back=back,
        providers=providers_of(request.app.state.settings, back),
    )
    return web(request).renderer.response(context, int(HTTPStatus.UNAUTHORIZED))


def _is_for_a_page(request: Request) -> bool:
    route: object = request.scope.get("route")
    if route is None:  # it was refused before a route was found
        path: str = request.scope["path"]
        return path == GALLERY or path.startswith(f"{GALLERY}/")
    return isinstance(route, PageRoute)
