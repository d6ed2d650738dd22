"""Forms as browsers send them, and where to go after one."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse
from starlette.datastructures import QueryParams

from genonaut.web import headers
from genonaut.web.state import GALLERY, read_state

_OUR_PAGES: Final = re.compile(r"/gallery(?:/stats|/items/[0-9]{1,18})?")


async def read_form(request: Request) -> QueryParams:
    """The fields of a form without files: they are written like a query."""
    return QueryParams((await request.body()).decode("utf-8", "replace"))


FormDep = Annotated[QueryParams, Depends(read_form)]


def own_page(address: str) -> str:
    """The page of ours that an address names, with its filters, at their first page.

    Anything else becomes the gallery: a form must not lead to somebody else's site.
    """
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not _OUR_PAGES.fullmatch(parts.path):
        return GALLERY
    return read_state(QueryParams(parts.query)).but().url(parts.path)


def see(url: str) -> RedirectResponse:
    """Go there, and ask with GET."""
    return RedirectResponse(url, 303, headers.PAGE)
