"""Albums of favourites: add, list, arrange, change, delete. A client calls them categories."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from genonaut.api.bookmarks.entities import Album, Listed
from genonaut.api.http.access import MEMBER, VISITOR
from genonaut.api.http.bookmark_services import (
    AlbumServiceDep,
    AnyUser,
    ChangedUser,
    PlaceServiceDep,
)
from genonaut.api.http.identities import KnownIdentityDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.http.manners import only_allow
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.albums import (
    AlbumChangeIn,
    AlbumIn,
    AlbumItemsOut,
    AlbumOrderIn,
    AlbumOut,
    AlbumParams,
    AlbumsOut,
    ItemOrderIn,
)
from genonaut.api.schemas.bookmarks import BookmarkParams, DoneOut
from genonaut.api.schemas.errors import documented
from genonaut.api.services.ownership import user_meant

router = APIRouter(prefix="/api/v1/bookmark-categories", tags=["favourites"], route_class=JsonRoute)


@router.post(
    "",
    status_code=201,
    response_model=AlbumOut,
    responses=documented(403, 404, 409, 413, 422),
    dependencies=[MEMBER],
)
def add_category(
    service: AlbumServiceDep, viewer: ViewerDep, owner: ChangedUser, album: AlbumIn
) -> Album:
    """Add an album of yours."""
    return service.add(viewer, owner, album.values())


@router.get("", response_model=AlbumsOut, responses=documented(403, 422), dependencies=[MEMBER])
def list_categories(
    service: AlbumServiceDep,
    viewer: ViewerDep,
    identity: KnownIdentityDep,
    params: Annotated[AlbumParams, Query()],
) -> Listed[Album]:
    """Return a page of albums: your own, or the public ones of another user."""
    return service.page(viewer, user_meant(identity, params.user_id), params.query())


@router.get(
    "/tree", response_model=list[AlbumOut], responses=documented(403, 422), dependencies=[MEMBER]
)
def read_category_tree(
    service: AlbumServiceDep,
    viewer: ViewerDep,
    identity: KnownIdentityDep,
    user_id: UUID | None = None,
) -> list[Album]:
    """Return all albums of a user in one list: `parent_id` says which is in which."""
    return list(service.tree(viewer, user_meant(identity, user_id)))


only_allow(router, "/tree", "GET", but_not=["PUT", "DELETE"])


@router.put("/order", responses=documented(403, 404, 413, 422), dependencies=[MEMBER])
def arrange_categories(
    service: AlbumServiceDep, viewer: ViewerDep, owner: ChangedUser, order: AlbumOrderIn
) -> DoneOut:
    """Give albums of yours an order: the first gets the `sort_index` 0, and so on."""
    service.arrange(viewer, owner, order.category_ids)
    return DoneOut(message=f"{len(order.category_ids)} albums are in this order now.")


only_allow(router, "/order", "PUT", but_not=["GET", "DELETE"])


@router.get(
    "/{category_id}",
    response_model=AlbumOut,
    responses=documented(404, 422),
    dependencies=[VISITOR],
)
def read_category(
    service: AlbumServiceDep, viewer: ViewerDep, category_id: UUID, _user: AnyUser = None
) -> Album:
    """Return an album: your own, or a public one."""
    return service.get(viewer, category_id)


@router.get(
    "/{category_id}/children",
    response_model=AlbumsOut,
    responses=documented(404, 422),
    dependencies=[VISITOR],
)
def list_child_categories(
    service: AlbumServiceDep,
    viewer: ViewerDep,
    category_id: UUID,
    params: Annotated[AlbumParams, Query()],
) -> Listed[Album]:
    """Return the albums in an album."""
    album = service.get(viewer, category_id)
    query = params.model_copy(update={"parent_id": category_id}).query()
    return service.page(viewer, album.user_id, query)


@router.get(
    "/{category_id}/bookmarks",
    response_model=AlbumItemsOut,
    responses=documented(404, 422),
    dependencies=[VISITOR],
)
def list_category_bookmarks(
    service: AlbumServiceDep,
    viewer: ViewerDep,
    category_id: UUID,
    params: Annotated[BookmarkParams, Query()],
) -> dict[str, object]:
    """Return a page of what is in an album, as far as it is for your eyes."""
    found = service.items(viewer, category_id, params.query())
    return {
        "category": service.get(viewer, category_id),
        "items": found.items,
        "total": found.total,
        "skip": found.skip,
        "limit": found.limit,
    }


@router.put("/{category_id}/order", responses=documented(403, 404, 413, 422), dependencies=[MEMBER])
def arrange_category(
    service: PlaceServiceDep,
    viewer: ViewerDep,
    category_id: UUID,
    order: ItemOrderIn,
    _user: AnyUser = None,
) -> DoneOut:
    """Give favourites of an album an order: the first gets the `position` 0, and so on."""
    arranged = service.arrange(viewer, category_id, order.bookmark_ids)
    return DoneOut(message=f"{arranged} pictures are in this order now.")


@router.put(
    "/{category_id}",
    response_model=AlbumOut,
    responses=documented(403, 404, 409, 413, 422),
    dependencies=[MEMBER],
)
def change_category(
    service: AlbumServiceDep,
    viewer: ViewerDep,
    category_id: UUID,
    album: AlbumChangeIn,
    _user: AnyUser = None,
) -> Album:
    """Change an album of yours: the fields that are sent. The rest stays as it is."""
    return service.change(viewer, category_id, album.values())


@router.delete("/{category_id}", responses=documented(403, 404, 422), dependencies=[MEMBER])
def delete_category(
    service: AlbumServiceDep,
    viewer: ViewerDep,
    category_id: UUID,
    target_category_id: Annotated[
        UUID | None, Query(description="The album that what is in it goes into.")
    ] = None,
    delete_all: Annotated[
        bool, Query(description="Whether what is in it is no favourite any more.")
    ] = False,
    _user: AnyUser = None,
) -> DoneOut:
    """Delete an album of yours. Favourites stay; albums in it come to where it was."""
    service.remove(viewer, category_id, into=target_category_id, with_favourites=delete_all)
    return DoneOut(message=f"Album {category_id} was deleted.")
