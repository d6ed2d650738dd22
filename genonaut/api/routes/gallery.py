"""The gallery: one page of a list."""

from typing import Annotated

from fastapi import APIRouter, Query

from genonaut.api.gallery.query import GalleryPage
from genonaut.api.http.dependencies import GalleryServiceDep
from genonaut.api.http.manners import only_allow
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.gallery import GalleryOut, GalleryParams

router = APIRouter(prefix="/api/v1", tags=["content"])


@router.get("/content/unified", response_model=GalleryOut, responses=documented(400, 422))
def read_gallery(
    service: GalleryServiceDep, params: Annotated[GalleryParams, Query()]
) -> GalleryPage:
    """A page of the gallery, with the number of all that match."""
    return service.page(params.query())


only_allow(router, "/content/unified", "GET", but_not=["PATCH", "DELETE"])
