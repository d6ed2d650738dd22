"""In which albums a favourite is."""

from uuid import UUID

from fastapi import APIRouter

from genonaut.api.bookmarks.entities import Place
from genonaut.api.http.access import MEMBER
from genonaut.api.http.bookmark_services import AnyUser, PlaceServiceDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.bookmarks import (
    DoneOut,
    PlaceIn,
    PlaceOut,
    PlacesIn,
    PlacesOut,
    PositionIn,
)
from genonaut.api.schemas.errors import documented

router = APIRouter(
    prefix="/api/v1/bookmarks/{bookmark_id}/categories",
    tags=["favourites"],
    route_class=JsonRoute,
)


@router.get("", responses=documented(403, 404, 422), dependencies=[MEMBER])
def list_bookmark_categories(
    service: PlaceServiceDep, viewer: ViewerDep, bookmark_id: UUID, _user: AnyUser = None
) -> PlacesOut:
    """Return the albums that a favourite of yours is in."""
    return _out(service.of_bookmark(viewer, bookmark_id))


@router.post(
    "",
    status_code=201,
    response_model=PlaceOut,
    responses=documented(403, 404, 413, 422),
    dependencies=[MEMBER],
)
def add_to_category(
    service: PlaceServiceDep,
    viewer: ViewerDep,
    bookmark_id: UUID,
    place: PlaceIn,
    _user: AnyUser = None,
) -> Place:
    """Put a favourite of yours into an album of yours, or move it within that."""
    return service.add(viewer, bookmark_id, place.category_id, place.position)


@router.put("", responses=documented(403, 404, 413, 422), dependencies=[MEMBER])
def set_bookmark_categories(
    service: PlaceServiceDep,
    viewer: ViewerDep,
    bookmark_id: UUID,
    places: PlacesIn,
    _user: AnyUser = None,
) -> PlacesOut:
    """Put a favourite of yours into these albums, and no other."""
    return _out(service.set_all(viewer, bookmark_id, set(places.category_ids)))


@router.put("/sync", responses=documented(403, 404, 413, 422), dependencies=[MEMBER])
def sync_bookmark_categories(
    service: PlaceServiceDep,
    viewer: ViewerDep,
    bookmark_id: UUID,
    places: PlacesIn,
    _user: AnyUser = None,
) -> PlacesOut:
    """Do the same, as an older client requests it."""
    return _out(service.set_all(viewer, bookmark_id, set(places.category_ids)))


@router.post(
    "/{category_id}",
    status_code=201,
    response_model=PlaceOut,
    responses=documented(403, 404, 422),
    dependencies=[MEMBER],
)
def add_to_this_category(
    service: PlaceServiceDep,
    viewer: ViewerDep,
    bookmark_id: UUID,
    category_id: UUID,
    _user: AnyUser = None,
) -> Place:
    """Put a favourite of yours into an album of yours, if it is not in it."""
    return service.add(viewer, bookmark_id, category_id)


@router.delete("/{category_id}", responses=documented(403, 404, 422), dependencies=[MEMBER])
def remove_from_category(
    service: PlaceServiceDep,
    viewer: ViewerDep,
    bookmark_id: UUID,
    category_id: UUID,
    _user: AnyUser = None,
) -> DoneOut:
    """Take a favourite of yours out of an album."""
    service.remove(viewer, bookmark_id, category_id)
    return DoneOut(message=f"Favourite {bookmark_id} was taken out of album {category_id}.")


@router.put(
    "/{category_id}/position",
    response_model=PlaceOut,
    responses=documented(403, 404, 413, 422),
    dependencies=[MEMBER],
)
def move_in_category(
    service: PlaceServiceDep,
    viewer: ViewerDep,
    bookmark_id: UUID,
    category_id: UUID,
    place: PositionIn,
    _user: AnyUser = None,
) -> Place:
    """Move a favourite of yours within an album."""
    return service.move(viewer, bookmark_id, category_id, place.position)


def _out(places: list[Place]) -> PlacesOut:
    return PlacesOut(items=[PlaceOut.model_validate(one) for one in places], total=len(places))
