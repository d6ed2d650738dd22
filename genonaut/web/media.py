"""The routes of everything on a page but text: pictures, files, scripts and styles."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from starlette.datastructures import Headers
from starlette.staticfiles import NotModifiedResponse
from starlette.types import Receive, Scope, Send

from genonaut.api.entities import Item
from genonaut.api.http.dependencies import ContentServiceDep, SessionDep
from genonaut.api.schemas.values import Id
from genonaut.errors import NotFoundError
from genonaut.ingest.programs.originals import workflow
from genonaut.ingest.taking import read_picture
from genonaut.library.demand import ThumbnailDemand
from genonaut.library.files import ImageFile
from genonaut.library.thumbnails import WIDTHS
from genonaut.pictures import draw
from genonaut.web import security
from genonaut.web.images import (
    Pictures,
    ShownFile,
    Which,
    download_name,
    drawing_version,
    pictures_of,
)
from genonaut.web.page_route import PageRoute, web


class OpenFileResponse(FileResponse):
    """Serves the open file, not the one that has its name by now; and closes it.

    A browser that has it already, by its ETag, is told so.
    """

    def __init__(
        self, image: ImageFile, headers: Mapping[str, str], download: str | None = None
    ) -> None:
        super().__init__(
            f"/proc/self/fd/{image.file.fileno()}",
            media_type=image.media_type,
            headers=headers,
            stat_result=image.about,
            filename=download,
        )
        self._file = image.file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._file:
            known = Headers(scope=scope).get("if-none-match", "")
            if self.headers["etag"] in {tag.strip().removeprefix("W/") for tag in known.split(",")}:
                await NotModifiedResponse(self.headers)(scope, receive, send)
            else:
                await super().__call__(scope, receive, send)


router = APIRouter(prefix="/gallery", route_class=PageRoute, include_in_schema=False)

ItemId = Annotated[Id, Path()]
Width = Annotated[int, Query(ge=1, le=10_000)]


@dataclass(frozen=True, slots=True)
class ShownItem:
    """The item of an address, and its pictures."""

    item: Item
    pictures: Pictures
    demand: ThumbnailDemand

    def open(self, which: Which, width: int = WIDTHS[0]) -> ShownFile:
        """Its file.

        Raises:
            NotFoundError: it has none.
            OverloadedError: its thumbnail is missing, and too many are being made.
        """
        found = self.pictures.open(self.item, which, width, self.demand)
        if found is None:
            raise NotFoundError(f"Item {self.item.id} has no file.")
        return found


def get_shown_item(
    request: Request, session: SessionDep, content: ContentServiceDep, item_id: ItemId
) -> ShownItem:
    """The item, read in the request's transaction."""
    item = content.get_item(item_id)
    kept = web(request)
    return ShownItem(item, pictures_of(session, kept.library, [item]), kept.demand)


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


@router.get("/files/{item_id}/download")
def download(shown: Annotated[ShownItem, Depends(get_shown_item)]) -> Response:
    """The file of an item as it is, to be saved."""
    found = shown.open("full").image
    more = {"Cache-Control": security.ASK_AGAIN}
    name = download_name(shown.item, found.media_type)
    return OpenFileResponse(found, security.PICTURE | more, name)


@router.get("/items/{item_id}/workflow.json")
def workflow_of(shown: Annotated[ShownItem, Depends(get_shown_item)]) -> Response:
    """The ComfyUI workflow in an item's file, to be saved and opened there."""
    with shown.open("full").image.file as file:
        found = workflow(read_picture(file).texts)
    if found is None:
        raise NotFoundError(f"The file of item {shown.item.id} has no workflow.")
    saved = {"Content-Disposition": f'attachment; filename="workflow-{shown.item.id}.json"'}
    more = saved | {"Cache-Control": security.ASK_AGAIN}
    return JSONResponse(found, headers=security.PICTURE | more)


@router.get("/files/{item_id}/{which}")
def file(
    shown: Annotated[ShownItem, Depends(get_shown_item)],
    which: Which,
    w: Width = WIDTHS[0],
    v: str = "",
) -> Response:
    """The file of an item, or a thumbnail that is at least so wide, if there is one."""
    found = shown.open(which, w)
    more = {"Cache-Control": _cache(v == found.version)}
    return OpenFileResponse(found.image, security.PICTURE | more)


@lru_cache(maxsize=2048)
def compressed_drawing(item_id: int, prompt: str) -> bytes:
    """The drawing, gzipped: some kB, drawn once."""
    return gzip.compress(draw(item_id, prompt).encode(), 6, mtime=0)


def _cache(is_current: bool) -> str:
    return security.FOR_EVER if is_current else security.ASK_AGAIN
