"""What browsers may do with our pages, and which requests the pages accept from them."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import QueryParams

from genonaut.api.http.bodies import FORM
from genonaut.errors import InvalidRequestError
from genonaut.web.state import GALLERY, read_state

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
# On our pages a picture is only ever an image. Opened by itself, it is a document that may do
# nothing.
PICTURE_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"

NOT_KEPT: Final = "private, no-store"
FOR_EVER: Final = "public, max-age=31536000, immutable"
OWN_FOR_EVER: Final = "private, max-age=31536000, immutable"
ASK_AGAIN: Final = "private, no-cache"
BY_VIEWER: Final = "Cookie, Authorization"
# Other sites may use none of this. (`X-Content-Type-Options` is on every response of the API.)
_OURS: Final = {
    # Not `no-referrer`: the browser would then not say where a form was sent from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGE: Final = _OURS | {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": NOT_KEPT,
    "Vary": BY_VIEWER,
}
OPEN_PAGE: Final = PAGE | {"Cache-Control": ASK_AGAIN}
"""A page that shows what every visitor sees: a browser may keep it for the way back, and does not
show it anew without asking. Others are kept nowhere: after signing out, the way back must not show
them."""
PICTURE: Final = _OURS | {"Content-Security-Policy": PICTURE_POLICY}
_OUR_PAGES: Final = re.compile(
    r"/gallery(?:/stats|/upload|/favourites|/albums|/duplicates|/items/[0-9]{1,18}"
    r"|/creators/[0-9a-f-]{36})?"
)


async def read_form(request: Request) -> QueryParams:
    """The fields of a form without files: they are written like a query."""
    async with request.app.state.bodies.read(request, FORM) as body:
        return QueryParams(body.decode("utf-8", "replace"))


FormDep = Annotated[QueryParams, Depends(read_form)]


def own_page(address: str) -> str:
    """The page of ours that an address names, with its filters, at their first page.

    Anything else becomes the gallery: a form must not lead to another site.

    Raises:
        InvalidRequestError: it is no address at all.
    """
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise InvalidRequestError(
            "`back` is not an address: choose the viewer on a page of the gallery."
        ) from error
    if parts.scheme or parts.netloc or not _OUR_PAGES.fullmatch(parts.path):
        return GALLERY
    return read_state(QueryParams(parts.query)).but().url(parts.path)


def see(url: str) -> RedirectResponse:
    """Redirect to a page, to be requested with GET."""
    return RedirectResponse(url, 303, PAGE)
