"""Items of the gallery: add, read, change, delete."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path

from genonaut.api.http.bodies import JsonRoute
from genonaut.api.http.dependencies import ContentServiceDep
from genonaut.api.http.error_responses import documented
from genonaut.api.schemas.content import (
    ItemChangeIn,
    ItemDeletedOut,
    ItemIn,
    ItemOut,
    ItemsCreatedOut,
    ItemsIn,
)
from genonaut.api.schemas.values import Id
from genonaut.db.schema import AUTO, REGULAR

router = APIRouter(prefix="/api/v1", tags=["content"], route_class=JsonRoute)

ItemId = Annotated[Id, Path(examples=[17])]
Items = Annotated[ItemsIn, Body()]


@router.post(
    "/content",
    status_code=201,
    response_model=ItemsCreatedOut,
    responses=documented(404, 409, 413, 422),
)
def create_items(service: ContentServiceDep, items: Items) -> dict[str, Any]:
    """Add one item or several that somebody asked for, all or none of them."""
    return service.create_items(REGULAR, _dumped(items))


@router.post(
    "/content-auto",
    status_code=201,
    response_model=ItemsCreatedOut,
    responses=documented(404, 409, 413, 422),
)
def create_auto_items(service: ContentServiceDep, items: Items) -> dict[str, Any]:
    """Add one item or several that were generated automatically, all or none of them."""
    return service.create_items(AUTO, _dumped(items))


@router.get("/content/{item_id}", response_model=ItemOut, responses=documented(404, 422))
def read_item(service: ContentServiceDep, item_id: ItemId) -> dict[str, Any]:
    """An item, however it was made."""
    return service.get_item(item_id)


@router.patch(
    "/content/{item_id}", response_model=ItemOut, responses=documented(404, 409, 413, 422)
)
def change_item(
    service: ContentServiceDep, item_id: ItemId, changes: ItemChangeIn
) -> dict[str, Any]:
    """Change what is sent of an item. The rest stays as it is."""
    return service.change_item(item_id, changes.model_dump(exclude_none=True))


@router.delete("/content/{item_id}", response_model=ItemDeletedOut, responses=documented(404, 422))
def delete_item(service: ContentServiceDep, item_id: ItemId) -> dict[str, Any]:
    """Delete an item. The answer has all it takes to add it again."""
    return service.delete_item(item_id)


def _dumped(items: ItemIn | list[ItemIn]) -> list[dict[str, Any]]:
    return [item.model_dump() for item in (items if isinstance(items, list) else [items])]
