"""Compressing text: pages, scripts, styles and large JSON, with gzip, which every client has.

A response is compressed where it is whole: behind its route, or where an error becomes one. Small
ones pass with a look at their length, and what is streamed, such as a picture's file, is not seen.

What is returned for a form or a change stays as it is. A text that is compressed together with a
secret tells by its length how much of it has been guessed, if another site can have it requested
again and again (BREACH). Secrets are shown once, in response to POST; and a response for a browser
with a cookie is compressed only if our own pages asked for it, or its user did.
"""

import gzip
import re
from functools import cached_property
from typing import Final

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

SMALLEST: Final = 1024
"""In bytes. Less would take about as many packets when compressed."""
_LARGE: Final = 128 * 1024
"""Takes milliseconds, in which other requests would wait."""
_LEVEL: Final = 5
_BEST: Final = 9
_READ: Final = frozenset({"GET", "HEAD"})
_TEXT: Final = re.compile(r"(?:text/|application/json\b|image/svg\+xml\b)")
_OTHER_SITES: Final = frozenset({"cross-site", "same-site"})
_NONE: Final = re.compile(r"0(?:\.0*)?")
_ENCODED: Final = '-gzip"'


class Prepared:
    """A file that is compressed once, when it is first sent that way."""

    def __init__(self, content: bytes, media_type: str) -> None:
        self.content = content
        self.media_type = media_type

    @cached_property
    def compressed(self) -> bytes:
        """The same, compressed well."""
        return gzip.compress(self.content, _BEST, mtime=0)

    def response(self, request: Request, headers: dict[str, str]) -> Response:
        """The file, compressed if the client reads that. It is public: its length tells nothing."""
        if not accepts_gzip(request):
            response = Response(self.content, media_type=self.media_type, headers=headers)
        else:
            response = Response(self.compressed, media_type=self.media_type, headers=headers)
            response.headers["Content-Encoding"] = "gzip"
        response.headers.add_vary_header("Accept-Encoding")
        return response


def accepts_gzip(request: Request) -> bool:
    """Whether a client can read what is compressed (RFC 9110, section 12.5.3)."""
    weights: dict[str, str] = {}
    for each in ",".join(request.headers.getlist("accept-encoding")).lower().split(","):
        coding, _, weight = each.partition(";")
        weights[coding.strip()] = weight.strip().removeprefix("q=")
    weight = weights.get("gzip", weights.get("x-gzip", weights.get("*", "0")))
    return not _NONE.fullmatch(weight)


async def compressed(request: Request, response: Response) -> Response:
    """A response of at least `SMALLEST` bytes, compressed if that is possible and safe."""
    if len(response.body) < _LARGE:
        return compressed_at_once(request, response)
    return await run_in_threadpool(compressed_at_once, request, response)


def compressed_at_once(request: Request, response: Response) -> Response:
    """The same for a response that is not large, or in a thread."""
    headers, body = response.headers, response.body
    if (
        len(body) < SMALLEST
        or request.method not in _READ
        or "content-encoding" in headers
        or not _TEXT.match(headers.get("content-type", ""))
    ):
        return response
    headers.add_vary_header("Accept-Encoding")
    if accepts_gzip(request) and not _could_be_measured(request):
        response.body = gzip.compress(body, _LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(response.body))
        if (tag := headers.get("etag", "")).startswith('"'):
            # Another representation of the same, and so another strong ETag.
            headers["ETag"] = tag.removesuffix('"') + _ENCODED
    return response


def without_encoding(tag: str) -> str:
    """The ETag of what is not compressed, from either."""
    return tag.removesuffix(_ENCODED) + '"' if tag.endswith(_ENCODED) else tag


def _could_be_measured(request: Request) -> bool:
    """Whether another site has a browser request something with the user's cookies."""
    return "cookie" in request.headers and request.headers.get("sec-fetch-site") in _OTHER_SITES
