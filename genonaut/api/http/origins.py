"""Who sent a request, by what a browser says of it.

A browser sends JSON to another site only if that allows it, but a form it sends anywhere. It says
from where in `Sec-Fetch-Site`, and where it does not (plain HTTP from another machine), in
`Origin`. A page can set neither, and cannot add `Authorization` without a permission by CORS.
"""

import re
from collections.abc import Collection
from enum import Enum, auto
from typing import Final

from starlette.requests import Request

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing. All others, known or not, have to pass the door."""
_BEARER: Final = re.compile(r"bearer +[\w.~+/-]+=*", re.ASCII | re.IGNORECASE)


class Sender(Enum):
    """Who sent a request."""

    TOKEN = auto()
    """A program with a bearer token. Whether that is valid is checked further in."""
    OUR_PAGE = auto()
    ALLOWED_PAGE = auto()
    """A page of an allowed origin."""
    PROGRAM = auto()
    """No page: a program, or a person at the browser's own controls."""
    STRANGER = auto()
    """A page of another site."""


def sender_of(request: Request, allowed: Collection[str] = ()) -> Sender:
    """Who sent a request; `allowed` are the origins of `api.cors-origins`."""
    sites, origins = _said(request, "sec-fetch-site"), _said(request, "origin")
    tokens = _said(request, "authorization")
    if len(tokens) == 1 and _BEARER.fullmatch(tokens[0]):
        return Sender.TOKEN
    if not origins and sites in ([], ["none"]):
        return Sender.PROGRAM
    if _is_ours(request, sites, origins):
        return Sender.OUR_PAGE
    if "*" in allowed or (len(origins) == 1 and origins[0] in allowed):
        return Sender.ALLOWED_PAGE
    return Sender.STRANGER


def _said(request: Request, header: str) -> list[str]:
    return request.headers.getlist(header)


def _is_ours(request: Request, sites: list[str], origins: list[str]) -> bool:
    if sites not in ([], ["same-origin"]) or len(origins) > 1:
        return False
    host = request.headers.get("host", "").lower()
    # Behind a proxy that speaks TLS we may not know our own scheme; the browser does.
    schemes = ("http", "https") if sites else (request.url.scheme,)
    from_us = {f"{scheme}://{_without_default_port(scheme, host)}" for scheme in schemes}
    return all(origin in from_us for origin in origins)


def _without_default_port(scheme: str, host: str) -> str:
    return host.removesuffix(":443" if scheme == "https" else ":80")
