"""The pictures of many items, as a zip that is written while it is sent."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Query, Request, Response

from genonaut.api.http.access import VISITOR
from genonaut.api.http.downloads import download
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.http.manners import only_allow
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.bulk import DownloadIn, DownloadParams
from genonaut.api.schemas.errors import documented
from genonaut.api.services.bulk_service import Target

_ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The archive",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}

router = APIRouter(prefix="/api/v1", tags=["content"], route_class=JsonRoute)


@router.get(
    "/content/download",
    response_class=Response,
    responses=documented(413, 422) | _ZIP,
    dependencies=[VISITOR],
)
async def download_list(
    request: Request, viewer: ViewerDep, params: Annotated[DownloadParams, Query()]
) -> Response:
    """Download the pictures of a list, or of some items, as a zip."""
    target = Target(tuple(params.ids)) if params.ids else Target(query=params.query())
    return await download(request, viewer, target, sidecars=params.sidecars)


only_allow(router, "/content/download", "GET, POST", but_not=["PATCH", "DELETE"])


@router.post(
    "/content/download",
    response_class=Response,
    responses=documented(403, 413, 422) | _ZIP,
    dependencies=[VISITOR],
)
async def download_items(
    request: Request, viewer: ViewerDep, sent: Annotated[DownloadIn, Body()]
) -> Response:
    """Download the pictures of many items as a zip."""
    query = sent.query.query() if sent.query else None
    target = Target(tuple(sent.ids), query)
    return await download(request, viewer, target, sidecars=sent.sidecars)
