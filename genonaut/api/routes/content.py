"""Items of the gallery: add, read, change, delete."""

from typing import Annotated

from fastapi import APIRouter, Body, Path

from genonaut.api.entities import Item, ItemDeleted, ItemsCreated, NewItem
from genonaut.api.http.dependencies import ContentServiceDep
from genonaut.api.http.json_routes import BulkRoute, JsonRoute
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
from genonaut.db.schema import AUTO, REGULAR

router = APIRouter(prefix="/api/v1", tags=["content"], route_class=JsonRoute)
bulk_router = APIRouter(prefix="/api/v1", tags=["content"], route_class=BulkRoute)

ItemId = Annotated[Id, Path(examples=[17])]
Items = Annotated[ItemsIn, Body()]


@bulk_router.post(
    "/content",
    status_code=201,
    response_model=ItemsCreatedOut,
    responses=documented(403, 404, 409, 413, 422),
)
def create_items(service: ContentServiceDep, items: Items) -> ItemsCreated:
    """Add one item or several that a user asked for, all or none of them."""
    return service.create_items(REGULAR, _new_items(items))


@bulk_router.post(
    "/content-auto",
    status_code=201,
    response_model=ItemsCreatedOut,
    responses=documented(403, 404, 409, 413, 422),
)
def create_auto_items(service: ContentServiceDep, items: Items) -> ItemsCreated:
    """Add one item or several that were generated automatically, all or none of them."""
    return service.create_items(AUTO, _new_items(items))


@router.get("/content/{item_id}", response_model=ItemOut, responses=documented(404, 422))
def read_item(service: ContentServiceDep, item_id: ItemId) -> Item:
    """An item, however it was made."""
    return service.get_item(item_id)


@router.patch(
    "/content/{item_id}", response_model=ItemOut, responses=documented(403, 404, 409, 413, 422)
)
def change_item(service: ContentServiceDep, item_id: ItemId, changes: ItemChangeIn) -> Item:
    """Change what is sent of an item. The rest stays as it is."""
    return service.change_item(item_id, changes.changes())


@router.delete(
    "/content/{item_id}", response_model=ItemDeletedOut, responses=documented(403, 404, 422)
)
def delete_item(service: ContentServiceDep, item_id: ItemId) -> ItemDeleted:
    """Delete an item. The response has all it takes to add it again."""
    return service.delete_item(item_id)


def _new_items(items: ItemIn | list[ItemIn]) -> list[NewItem]:
    return [item.new_item() for item in (items if isinstance(items, list) else [items])]
