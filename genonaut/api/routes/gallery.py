"""The gallery: one page of a list."""

from functools import lru_cache
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from genonaut.api.http.access import VISITOR
from genonaut.api.http.dependencies import get_gallery_reader
from genonaut.api.http.manners import only_allow
from genonaut.api.http.positions import wanted_position
from genonaut.api.http.short_way import JsonBytes, ShortRoute
from genonaut.api.http.viewer import get_viewer
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.gallery import GalleryOut, GalleryParams

_LISTS: Final = frozenset({"content_source_types", "tag", "tag_names", "lora"})
"""The parameters that may come more than once."""


class GalleryRoute(ShortRoute):
    """The routes below: a plain query is a valid one."""

    @staticmethod
    @lru_cache(maxsize=1024)
    def read_plainly(query: bytes) -> dict[str, Any] | None:
        values: dict[str, Any] = {}
        for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
            if name in _LISTS:
                values.setdefault(name, []).append(value)
            elif name in values or name not in GalleryParams.model_fields:
                return None
            else:
                values[name] = value
        try:
            return {"params": GalleryParams.model_validate(values)}
        except ValidationError:
            return None


router = APIRouter(prefix="/api/v1", tags=["content"], route_class=GalleryRoute)


@router.get(
    "/content/unified",
    response_model=GalleryOut,
    responses=documented(400, 404, 422),
    dependencies=[VISITOR],
)
async def list_items(request: Request, params: Annotated[GalleryParams, Query()]) -> Response:
    """Return a page of the gallery, with the number of all items that match."""
    reader = get_gallery_reader(request)
    viewer, at_least = await get_viewer(request), wanted_position(request)
    return JsonBytes(await reader.read(viewer, params.query(), at_least))


only_allow(router, "/content/unified", "GET", but_not=["PATCH", "DELETE"])
