"""Pictures by the number of their item, for clients of the API: the pages' own files."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field
from typing_extensions import TypeAliasType

from genonaut.api.entities import Item
from genonaut.api.http.access import VISITOR
from genonaut.api.http.api_routes import ApiRoute
from genonaut.api.schemas.errors import documented
from genonaut.db.schema import PUBLIC
from genonaut.web import security
from genonaut.web.media import OpenFileResponse, ShownItem, cached_by, drawing_of, get_shown_item

router = APIRouter(prefix="/api/v1", tags=["content"], route_class=ApiRoute)

ThumbnailSize = TypeAliasType("ThumbnailSize", Literal["small", "medium", "large"])
_WIDTHS: Final[dict[str, int]] = {"small": 150, "medium": 300, "large": 600}
_TYPES: Final = ("png", "jpeg", "webp", "avif", "gif", "svg+xml")
_PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file, or a drawing of an item that names none.",
        "content": {f"image/{one}": {"schema": {"type": "string"}} for one in _TYPES},
    },
    206: {"description": "The part that `Range` asks for."},
    304: {"description": "The client has it already, by its ETag."},
}


@router.get(
    "/images/{item_id}",
    response_class=Response,
    responses=documented(404, 422) | _PICTURE,
    dependencies=[VISITOR],
)
def read_image(
    request: Request,
    shown: Annotated[ShownItem, Depends(get_shown_item)],
    thumbnail: Annotated[
        ThumbnailSize | Annotated[int, Field(ge=1, le=10_000)] | None,
        Query(description="A thumbnail, which is at least so many pixels wide if there is one."),
    ] = None,
) -> Response:
    """Return the picture of an item, or a thumbnail of it."""
    for_pages = _for_allowed_pages(request, shown.item)
    if shown.is_drawn:
        drawing = drawing_of(request, shown.item)
        drawing.headers.update(for_pages)
        return drawing
    width = _WIDTHS[thumbnail] if isinstance(thumbnail, str) else thumbnail
    found = shown.open("thumb", width) if width else shown.open("full")
    return OpenFileResponse(found, security.PICTURE | cached_by(shown.item) | for_pages)


def _for_allowed_pages(request: Request, item: Item) -> dict[str, str]:
    """Where pages of other origins use the API, they may show its public pictures as well."""
    if not request.app.state.settings.api.cors_origins or item.visibility != PUBLIC:
        return {}
    return {"Cross-Origin-Resource-Policy": "cross-origin"}
