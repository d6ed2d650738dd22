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
from starlette.types import Message, Receive, Scope, Send

from genonaut.api.entities import Item
from genonaut.api.http.access import PUBLIC, VISITOR
from genonaut.api.http.compression import accepts_gzip
from genonaut.api.http.dependencies import ContentServiceDep, SessionDep
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.values import Id
from genonaut.db.schema import PRIVATE
from genonaut.errors import NotFoundError
from genonaut.ingest.programs.originals import workflow
from genonaut.ingest.taking import read_picture
from genonaut.library.demand import ThumbnailDemand
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
from genonaut.web.page_route import MediaRoute, web


class OpenFileResponse(FileResponse):
    """Serves the open file, not the one that has its name by now; and closes it.

    A browser that has it already, by its ETag, is told so.
    """

    def __init__(
        self, shown: ShownFile, headers: Mapping[str, str], download: str | None = None
    ) -> None:
        image = shown.image
        self._is_undated = shown.tag is not None
        super().__init__(
            f"/proc/self/fd/{image.file.fileno()}",
            media_type=image.media_type,
            headers={**headers, "ETag": shown.tag} if shown.tag else headers,
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
                await super().__call__(scope, receive, _undated(send) if self._is_undated else send)


def _undated(send: Send) -> Send:
    """Leaves `Last-Modified` out of a response: it would tell when another user sent the file."""

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [one for one in message["headers"] if one[0] != b"last-modified"]
            message = {**message, "headers": kept}
        await send(message)

    return send_on


router = APIRouter(prefix="/gallery", route_class=MediaRoute, include_in_schema=False)

ItemId = Annotated[Id, Path()]
Width = Annotated[int, Query(ge=1, le=10_000)]


@dataclass(frozen=True, slots=True)
class ShownItem:
    """The item of an address, and its pictures."""

    item: Item
    pictures: Pictures
    demand: ThumbnailDemand

    @property
    def is_drawn(self) -> bool:
        """Whether it names no file, so that a drawing stands in for it."""
        return self.pictures.page_picture(self.item).is_drawn

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
    request: Request,
    session: SessionDep,
    content: ContentServiceDep,
    viewer: ViewerDep,
    item_id: ItemId,
) -> ShownItem:
    """The item, read in the request's transaction."""
    item = content.get_item(viewer, item_id)
    kept = web(request)
    return ShownItem(item, pictures_of(session, kept.library, [item]), kept.demand)


@router.get("/static/{version}/{name}", dependencies=[PUBLIC])
async def static(request: Request, version: str, name: str) -> Response:
    """A script or a style."""
    response = web(request).assets.response(request, version, name)
    if response is None:
        raise NotFoundError(f"There is no file {name}.")
    return response


@router.get("/pictures/{item_id}.svg", dependencies=[VISITOR])
def picture(
    request: Request, content: ContentServiceDep, viewer: ViewerDep, item_id: ItemId, v: str = ""
) -> Response:
    """The drawing of an item, whether it has a file or not."""
    return drawing_of(request, content.get_item(viewer, item_id), v)


def drawing_of(request: Request, item: Item, version: str = "") -> Response:
    """The drawing of an item, at an address that says of which version."""
    prompt = item.prompt
    compressed = accepts_gzip(request)
    more = cached_by(item, is_current=version == drawing_version(prompt))
    more["Vary"] = f"{more['Vary']}, Accept-Encoding"
    if compressed:
        more["Content-Encoding"] = "gzip"
    drawing = compressed_drawing(item.id, prompt)
    return Response(
        drawing if compressed else gzip.decompress(drawing),
        media_type="image/svg+xml",
        headers=security.PICTURE | more,
    )


@router.get("/files/{item_id}/download", dependencies=[VISITOR])
def download(shown: Annotated[ShownItem, Depends(get_shown_item)]) -> Response:
    """The file of an item as it is, to be saved."""
    found = shown.open("full")
    more = cached_by(shown.item)
    name = download_name(shown.item, found.image.media_type)
    return OpenFileResponse(found, security.PICTURE | more, name)


@router.get("/items/{item_id}/workflow.json", dependencies=[VISITOR])
def workflow_of(shown: Annotated[ShownItem, Depends(get_shown_item)]) -> Response:
    """The ComfyUI workflow in an item's file, to be saved and opened there."""
    with shown.open("full").image.file as file:
        found = workflow(read_picture(file).texts)
    if found is None:
        raise NotFoundError(f"The file of item {shown.item.id} has no workflow.")
    saved = {"Content-Disposition": f'attachment; filename="workflow-{shown.item.id}.json"'}
    more = saved | cached_by(shown.item)
    return JSONResponse(found, headers=security.PICTURE | more)


@router.get("/files/{item_id}/{which}", dependencies=[VISITOR])
def file(
    shown: Annotated[ShownItem, Depends(get_shown_item)],
    which: Which,
    w: Width = WIDTHS[0],
    v: str = "",
) -> Response:
    """The file of an item, or a thumbnail that is at least so wide, if there is one."""
    found = shown.open(which, w)
    more = cached_by(shown.item, is_current=v == found.version)
    return OpenFileResponse(found, security.PICTURE | more)


@lru_cache(maxsize=2048)
def compressed_drawing(item_id: int, prompt: str) -> bytes:
    """The drawing, gzipped: some kB, drawn once."""
    return gzip.compress(draw(item_id, prompt).encode(), 6, mtime=0)


def cached_by(item: Item, *, is_current: bool = False) -> dict[str, str]:
    """Who may keep what belongs to an item, and for how long.

    A public one may become private: so only the browser that was shown it keeps it, and no cache
    between that others use. What is private is kept nowhere.
    """
    if item.visibility == PRIVATE:
        return {"Cache-Control": security.NOT_KEPT, "Vary": security.BY_VIEWER}
    kept = security.OWN_FOR_EVER if is_current else security.ASK_AGAIN
    return {"Cache-Control": kept, "Vary": security.BY_VIEWER}
