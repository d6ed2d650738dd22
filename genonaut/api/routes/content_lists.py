"""Items of one source: lists by number, and the automatic ones one by one. For the older client."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from genonaut.api.entities import Item, ItemDeleted
from genonaut.api.gallery.query import GalleryPage
from genonaut.api.http.access import MEMBER, VISITOR
from genonaut.api.http.dependencies import ContentServiceDep, GalleryServiceDep, RecorderDep
from genonaut.api.http.etags import NOT_MODIFIED, WITH_ETAG, IfMatch, IfNoneMatch
from genonaut.api.http.identities import KnownIdentityDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.routes.content import ItemId, as_expected, delete_item
from genonaut.api.schemas.content import ItemDeletedOut, ItemOut
from genonaut.api.schemas.content_lists import ContentListOut, ContentParams
from genonaut.api.schemas.errors import documented
from genonaut.api.services.content_service import ContentService
from genonaut.content.viewer import Viewer
from genonaut.db.schema import AUTO, REGULAR
from genonaut.errors import NotFoundError

router = APIRouter(prefix="/api/v1", tags=["content"], route_class=JsonRoute)

Params = Annotated[ContentParams, Query()]


@router.get("/content", responses=documented(422), dependencies=[VISITOR])
def list_regular_items(
    gallery: GalleryServiceDep, viewer: ViewerDep, params: Params
) -> ContentListOut:
    """Return regular items, and how many match."""
    return _listed(params, gallery.page(viewer, params.query(REGULAR)))


@router.get("/content-auto", responses=documented(422), dependencies=[VISITOR])
def list_auto_items(
    gallery: GalleryServiceDep, viewer: ViewerDep, params: Params
) -> ContentListOut:
    """Return automatic items, and how many match."""
    return _listed(params, gallery.page(viewer, params.query(AUTO)))


@router.get(
    "/content-auto/{item_id}",
    response_model=ItemOut,
    responses=documented(404, 412, 422) | WITH_ETAG | NOT_MODIFIED,
    dependencies=[VISITOR],
)
def read_auto_item(
    response: Response,
    service: ContentServiceDep,
    viewer: ViewerDep,
    item_id: ItemId,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Item | Response:
    """Return an automatic item. A regular one is not found here."""
    item = _auto_item(service, viewer, item_id)
    return as_expected(response, item, if_match, if_none_match)


@router.delete(
    "/content-auto/{item_id}",
    response_model=ItemDeletedOut,
    responses=documented(403, 404, 412, 422),
    dependencies=[MEMBER],
)
def delete_auto_item(
    service: ContentServiceDep,
    viewer: ViewerDep,
    identity: KnownIdentityDep,
    recorder: RecorderDep,
    item_id: ItemId,
    if_match: IfMatch = None,
) -> ItemDeleted:
    """Delete an automatic item of yours. The response has all it takes to add it again."""
    _auto_item(service, viewer, item_id)
    return delete_item(service, viewer, identity, recorder, item_id, if_match)


def _listed(params: ContentParams, found: GalleryPage) -> ContentListOut:
    return ContentListOut(
        items=[ItemOut.model_validate(item) for item in found.items],
        total=found.pagination.total_count,
        total_is_estimate=found.pagination.total_is_estimate,
        skip=params.skip,
        limit=params.limit,
    )


def _auto_item(service: ContentService, viewer: Viewer, item_id: int) -> Item:
    item = service.get_item(viewer, item_id)
    if item.source_type != AUTO:
        raise NotFoundError(f"There is no automatic item {item_id}.")
    return item
