"""Which page of ours a sign-in, a form or a link leads back to."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fastapi import Request

from genonaut.web.state import GALLERY

SIGN_IN: Final = f"{GALLERY}/sign-in"
BACK: Final = "back"
"""The parameter that says where to go after signing in."""
DONE: Final = "done"
"""The parameter that says what was just done."""
LONGEST: Final = 2000
_MOST_FIELDS: Final = 50
_PAGE: Final = re.compile(rf"{GALLERY}(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_LEADS_NOWHERE: Final = re.compile(
    rf"{GALLERY}/(?:sign-in|sign-out|setup|password|viewer|choose)\b"
)


def own_path(address: str) -> str:
    """The page of ours that an address names, with its query; of any other one, the gallery.

    Only its path and query are used, so it leads to no other site.
    """
    try:
        parts = urlsplit(address)
        given = parse_qsl(parts.query, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return GALLERY
    if not _PAGE.fullmatch(parts.path) or _LEADS_NOWHERE.match(parts.path):
        return GALLERY
    path = f"{parts.path}?{urlencode(given, safe=',')}" if given else parts.path
    return path if len(path) <= LONGEST else parts.path


def local_path(address: str) -> str:
    """The same for what a client sent as a path, where an address with a host is not accepted."""
    return own_path(address) if address.startswith("/") and address[1:2] != "/" else GALLERY


def here(request: Request) -> str:
    """The page that was requested."""
    return own_path(f"{request.url.path}?{request.url.query}")


def before(request: Request, typed: Iterable[tuple[str, str]] = ()) -> str:
    """The page with the form that was sent. What was typed is in its query, except for secrets."""
    page, _, query = own_path(request.headers.get("referer", "")).partition("?")
    fields = dict([*parse_qsl(query), *typed])
    kept = {name: value for name, value in fields.items() if value and _may_be_shown(name)}
    return own_path(f"{page}?{urlencode(kept)}")


def sign_in_path(back: str = GALLERY, way: str = "") -> str:
    """The page that signs in, or a further way to do so, which then leads back to a page."""
    path = f"{SIGN_IN}{way}"
    return path if back == GALLERY else f"{path}?{BACK}={quote(back, safe='/')}"


def _may_be_shown(name: str) -> bool:
    return name not in (BACK, DONE) and "password" not in name and "token" not in name
