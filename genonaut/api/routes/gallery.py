"""The gallery: one page of a list."""

from typing import Annotated

from fastapi import APIRouter, Query

from genonaut.api.gallery.query import GalleryPage
from genonaut.api.http.access import VISITOR
from genonaut.api.http.api_routes import ApiRoute
from genonaut.api.http.dependencies import GalleryServiceDep
from genonaut.api.http.manners import only_allow
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.gallery import GalleryOut, GalleryParams

router = APIRouter(prefix="/api/v1", tags=["content"], route_class=ApiRoute)


@router.get(
    "/content/unified",
    response_model=GalleryOut,
    responses=documented(400, 422),
    dependencies=[VISITOR],
)
def list_items(
    service: GalleryServiceDep, viewer: ViewerDep, params: Annotated[GalleryParams, Query()]
) -> GalleryPage:
    """Return a page of the gallery, with the number of all items that match."""
    return service.page(viewer, params.query())


only_allow(router, "/content/unified", "GET", but_not=["PATCH", "DELETE"])
