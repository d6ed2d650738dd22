"""Facets: with which values a list can be narrowed, and how many items each of them leaves."""

from typing import Annotated

from fastapi import APIRouter, Query

from genonaut.api.gallery.facets import Facets
from genonaut.api.http.access import VISITOR
from genonaut.api.http.dependencies import GalleryServiceDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.http.manners import only_allow
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.facets import FacetsOut, FacetsParams

router = APIRouter(prefix="/api/v1", tags=["content"], route_class=JsonRoute)


@router.get(
    "/content/facets",
    response_model=FacetsOut,
    responses=documented(400, 422),
    dependencies=[VISITOR],
)
def list_facets(
    service: GalleryServiceDep, viewer: ViewerDep, params: Annotated[FacetsParams, Query()]
) -> Facets:
    """Return the values of the models, tags and so on that a list has, with their numbers."""
    return service.facets(viewer, params.query(), params.asked())


only_allow(router, "/content/facets", "GET", but_not=["PATCH", "DELETE"])
