"""Items of the gallery: add, read, change, delete."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Response

from genonaut.api.entities import Item, ItemDeleted, ItemsCreated, NewItem
from genonaut.api.http.access import MEMBER, VISITOR
from genonaut.api.http.dependencies import ContentServiceDep, RecorderDep
from genonaut.api.http.etags import (
    NOT_MODIFIED,
    WITH_ETAG,
    Expected,
    IfMatch,
    IfNoneMatch,
    etag_of,
    known_as,
)
from genonaut.api.http.identities import KnownIdentityDep
from genonaut.api.http.json_routes import BulkRoute, JsonRoute
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.content import (
    ItemChangeIn,
    ItemDeletedOut,
    ItemIn,
    ItemOut,
    ItemsCreatedOut,
    ItemsIn,
)
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.values import Id
from genonaut.api.services.content_service import ContentService, any_item
from genonaut.api.services.ownership import creator_for, require_owner
from genonaut.content.viewer import Viewer
from genonaut.db.schema import AUTO, REGULAR
from genonaut.people.identity import Identity

router = APIRouter(prefix="/api/v1", tags=["content"], route_class=JsonRoute)
bulk_router = APIRouter(prefix="/api/v1", tags=["content"], route_class=BulkRoute)

ItemId = Annotated[Id, Path(examples=[17])]
Items = Annotated[ItemsIn, Body()]


@bulk_router.post(
    "/content",
    status_code=201,
    response_model=ItemsCreatedOut,
    responses=documented(403, 404, 409, 413, 422),
    dependencies=[MEMBER],
)
def create_items(
    service: ContentServiceDep, viewer: ViewerDep, identity: KnownIdentityDep, items: Items
) -> ItemsCreated:
    """Add one item or several that a user asked for, all or none of them."""
    return service.create_items(viewer, REGULAR, _new_items(identity, items))


@bulk_router.post(
    "/content-auto",
    status_code=201,
    response_model=ItemsCreatedOut,
    responses=documented(403, 404, 409, 413, 422),
    dependencies=[MEMBER],
)
def create_auto_items(
    service: ContentServiceDep, viewer: ViewerDep, identity: KnownIdentityDep, items: Items
) -> ItemsCreated:
    """Add one item or several that were generated automatically, all or none of them."""
    return service.create_items(viewer, AUTO, _new_items(identity, items))


@router.get(
    "/content/{item_id}",
    response_model=ItemOut,
    responses=documented(404, 412, 422) | WITH_ETAG | NOT_MODIFIED,
    dependencies=[VISITOR],
)
def read_item(
    response: Response,
    service: ContentServiceDep,
    viewer: ViewerDep,
    item_id: ItemId,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Item | Response:
    """Return an item, however it was made."""
    return as_expected(response, service.get_item(viewer, item_id), if_match, if_none_match)


@router.patch(
    "/content/{item_id}",
    response_model=ItemOut,
    responses=documented(403, 404, 409, 412, 413, 422) | WITH_ETAG,
    dependencies=[MEMBER],
)
def change_item(
    response: Response,
    service: ContentServiceDep,
    viewer: ViewerDep,
    identity: KnownIdentityDep,
    item_id: ItemId,
    changes: ItemChangeIn,
    if_match: IfMatch = None,
) -> Item:
    """Change an item of yours: the fields that are sent. The rest stays as it is."""
    _require_own(service, viewer, identity, item_id, "change another user's item")
    check = any_item if if_match is None else Expected(if_match).check
    item = service.change_item(viewer, item_id, changes.changes(), check)
    response.headers["ETag"] = etag_of(item)
    return item


@router.delete(
    "/content/{item_id}",
    response_model=ItemDeletedOut,
    responses=documented(403, 404, 412, 422),
    dependencies=[MEMBER],
)
def delete_item(
    service: ContentServiceDep,
    viewer: ViewerDep,
    identity: KnownIdentityDep,
    recorder: RecorderDep,
    item_id: ItemId,
    if_match: IfMatch = None,
) -> ItemDeleted:
    """Delete an item of yours. The response has all it takes to add it again."""
    _require_own(service, viewer, identity, item_id, "delete another user's item")
    deleted = service.delete_item(viewer, item_id, Expected(if_match).check)
    recorder.record("item-deleted", str(item_id))
    return deleted


def _new_items(identity: Identity, items: ItemIn | list[ItemIn]) -> list[NewItem]:
    sent = items if isinstance(items, list) else [items]
    return [item.new_item(creator_for(identity, item.creator_id)) for item in sent]


def as_expected(
    response: Response, item: Item, if_match: IfMatch, if_none_match: IfNoneMatch
) -> Item | Response:
    """An item with its version, or that the client has this version already."""
    Expected(if_match).check(item)
    known = known_as(item, if_none_match)
    response.headers["ETag"] = known or etag_of(item)
    if known:
        return Response(status_code=304, headers=response.headers)
    return item


def _require_own(
    service: ContentService, viewer: Viewer, identity: Identity, item_id: int, what: str
) -> None:
    if not identity.is_admin:
        require_owner(identity, [service.get_item(viewer, item_id).creator_id], what)
