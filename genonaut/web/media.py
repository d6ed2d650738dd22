"""The routes of everything on a page but text: pictures, files, scripts and styles."""

import gzip
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from genonaut.api.http.dependencies import ContentServiceDep
from genonaut.api.schemas.values import Id
from genonaut.errors import NotFoundError
from genonaut.pictures import draw
from genonaut.web import security
from genonaut.web.images import ImageFile, Which, drawing_version
from genonaut.web.page_route import PageRoute, web


class OpenFileResponse(FileResponse):
    """Serves the open file, not the one that has its name by now; and closes it."""

    def __init__(self, image: ImageFile, headers: Mapping[str, str]) -> None:
        super().__init__(
            f"/proc/self/fd/{image.file.fileno()}",
            media_type=image.media_type,
            headers=headers,
            stat_result=image.about,
        )
        self._file = image.file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._file:
            await super().__call__(scope, receive, send)


router = APIRouter(prefix="/gallery", route_class=PageRoute, include_in_schema=False)

ItemId = Annotated[Id, Path()]


@router.get("/static/{version}/{name}")
async def static(request: Request, version: str, name: str) -> Response:
    """A script or a style."""
    response = web(request).assets.response(version, name)
    if response is None:
        raise NotFoundError(f"There is no file {name}.")
    return response


@router.get("/pictures/{item_id}.svg")
def picture(request: Request, content: ContentServiceDep, item_id: ItemId, v: str = "") -> Response:
    """The drawing of an item, whether it has a file or not."""
    prompt = content.get_item(item_id).prompt
    compressed = "gzip" in request.headers.get("accept-encoding", "")
    more = {"Cache-Control": _cache(v == drawing_version(prompt)), "Vary": "Accept-Encoding"}
    if compressed:
        more["Content-Encoding"] = "gzip"
    drawing = compressed_drawing(item_id, prompt)
    return Response(
        drawing if compressed else gzip.decompress(drawing),
        media_type="image/svg+xml",
        headers=security.PICTURE | more,
    )


@router.get("/files/{item_id}/{which}")
def file(
    request: Request, content: ContentServiceDep, item_id: ItemId, which: Which, v: str = ""
) -> Response:
    """The file of an item, if it names one in the images folder."""
    found = web(request).images.open(content.get_item(item_id), which)
    if found is None:
        raise NotFoundError(f"Item {item_id} has no file.")
    more = {"Cache-Control": _cache(v == found.version)}
    return OpenFileResponse(found, security.PICTURE | more)


@lru_cache(maxsize=2048)
def compressed_drawing(item_id: int, prompt: str) -> bytes:
    """The drawing, gzipped: some kB, drawn once."""
    return gzip.compress(draw(item_id, prompt).encode(), 6, mtime=0)


def _cache(is_current: bool) -> str:
    return security.FOR_EVER if is_current else security.ASK_AGAIN
