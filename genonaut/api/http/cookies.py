"""Cookies that hold a secret: no script can read them, nor, with https, another host set them."""

from collections.abc import Mapping
from typing import Final

from fastapi import Request, Response

SESSION: Final = {"https": "__Host-genonaut", "http": "genonaut"}
"""The name of a session's cookie, by the scheme. The prefix binds it to this host and to https."""
SIGN_IN: Final = {"https": "__Host-genonaut-sign-in", "http": "genonaut-sign-in"}
"""The same for a sign-in that has begun and is at a provider."""


def read_secret(request: Request, names: Mapping[str, str]) -> str:
    """The secret in a cookie, or an empty text."""
    return request.cookies.get(names[request.scope["scheme"]], "")


def set_secret(
    request: Request, response: Response, names: Mapping[str, str], secret: str, seconds: int
) -> None:
    """Set a cookie. Pages of other sites send it only when a person follows a link from them."""
    scheme = request.scope["scheme"]
    response.set_cookie(
        names[scheme],
        secret,
        seconds,
        path="/",
        secure=scheme == "https",
        httponly=True,
        samesite="lax",
    )


def delete_secret(request: Request, response: Response, names: Mapping[str, str]) -> None:
    """Delete a cookie."""
    scheme = request.scope["scheme"]
    response.delete_cookie(
        names[scheme], path="/", secure=scheme == "https", httponly=True, samesite="lax"
    )
