"""The gallery: one page of a list."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query

from genonaut.api.gallery.query import GalleryPage
from genonaut.api.http.dependencies import GalleryServiceDep
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.gallery import GalleryOut, GalleryParams

router = APIRouter(prefix="/api/v1", tags=["content"])


@router.get("/content/unified", response_model=GalleryOut, responses=documented(400, 422))
def read_gallery(
    service: GalleryServiceDep, params: Annotated[GalleryParams, Query()]
) -> GalleryPage:
    """A page of the gallery, with the number of all that match."""
    return service.page(params.query())


@router.api_route("/content/unified", methods=["PATCH", "DELETE"], include_in_schema=False)
def refuse_to_change_the_gallery() -> None:
    """Without this, the routes of an item would read `unified` as an item's number."""
    raise HTTPException(405, headers={"Allow": "GET"})
