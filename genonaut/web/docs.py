"""The documentation at /docs, from the code, with everything that it needs.

The framework's own page loads its scripts from a CDN: a third party could then do all that any
visitor can do here, and without a network there would be no page.
"""

from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from genonaut.api.http.access import OPERATOR
from genonaut.api.http.compression import Prepared
from genonaut.api.http.guarded_routes import GuardedRoute
from genonaut.web import security
from genonaut.web.assets import TYPES
from genonaut.web.page_route import web

router = APIRouter(include_in_schema=False, route_class=GuardedRoute)

POLICY: Final = (
    # Swagger UI writes styles into its page, and its icons are data.
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
Asset = Literal["swagger-ui-bundle.js", "swagger-ui.css"]
_HTML: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Genonaut: the API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="{mark}">
<script src="/docs/swagger-ui-bundle.js" defer></script>
<script src="{start}" defer></script>
</head>
<body><div id="docs"></div></body>
</html>
"""


@router.get("/openapi.json", dependencies=[OPERATOR])
async def openapi(request: Request) -> dict[str, Any]:
    """The API's description, for programs."""
    described: dict[str, Any] = request.app.openapi()
    return described


@router.get("/docs", dependencies=[OPERATOR])
async def docs(request: Request) -> Response:
    """The same for people."""
    assets = web(request).assets
    html = _HTML.format(mark=assets.url("mark.svg"), start=assets.url("docs.js"))
    return HTMLResponse(html, headers=security.PAGE | {"Content-Security-Policy": POLICY})


@router.get("/docs/{name}", dependencies=[OPERATOR])
def asset(request: Request, name: Asset) -> Response:
    """A part of Swagger UI."""
    more = security.PICTURE | {"Cache-Control": security.ASK_AGAIN}
    return _file(name).response(request, more)


@cache
def _file(name: Asset) -> Prepared:
    # That package has the files, from the same makers' releases; nothing else of it is used.
    content = (files("fastapi_offline") / "static" / name).read_bytes()
    return Prepared(content, TYPES[name.rpartition(".")[2]])
