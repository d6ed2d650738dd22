"""Favourites: add, list, check, change, delete."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from genonaut.api.bookmarks.entities import ContentKey, Favourite, Listed
from genonaut.api.http.access import MEMBER, VISITOR
from genonaut.api.http.bookmark_services import AnyUser, BookmarkServiceDep, ChangedUser
from genonaut.api.http.identities import KnownIdentityDep
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.http.manners import only_allow
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.bookmarks import (
    BookmarkChangeIn,
    BookmarkCheckOut,
    BookmarkIn,
    BookmarkOut,
    BookmarkParams,
    BookmarksOut,
    CheckBatchIn,
    CheckBatchOut,
    ContentSourceType,
    DoneOut,
)
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.values import Id
from genonaut.api.services.ownership import user_meant

router = APIRouter(prefix="/api/v1/bookmarks", tags=["favourites"], route_class=JsonRoute)


@router.post(
    "",
    status_code=201,
    response_model=BookmarkOut,
    responses=documented(403, 404, 409, 413, 422)
    | {200: {"model": BookmarkOut, "description": "It was one already, and stays as it is."}},
    dependencies=[MEMBER],
)
def add_bookmark(
    response: Response,
    service: BookmarkServiceDep,
    viewer: ViewerDep,
    owner: ChangedUser,
    bookmark: BookmarkIn,
) -> Favourite:
    """Make an item a favourite of yours. If it is one already, that is returned."""
    favourite, is_new = service.add(viewer, owner, bookmark.new_bookmark())
    response.status_code = 201 if is_new else 200
    return favourite


@router.get(
    "", response_model=BookmarksOut, responses=documented(403, 404, 422), dependencies=[MEMBER]
)
def list_bookmarks(
    service: BookmarkServiceDep,
    viewer: ViewerDep,
    identity: KnownIdentityDep,
    params: Annotated[BookmarkParams, Query()],
) -> Listed[Favourite]:
    """Return a page of favourites: your own, or those that another user shows."""
    return service.page(viewer, user_meant(identity, params.user_id), params.query())


@router.get(
    "/check", response_model=BookmarkCheckOut, responses=documented(403, 422), dependencies=[MEMBER]
)
def check_bookmark(
    service: BookmarkServiceDep,
    viewer: ViewerDep,
    identity: KnownIdentityDep,
    content_id: Annotated[Id, Query()],
    content_source_type: ContentSourceType = "items",
    user_id: UUID | None = None,
) -> dict[str, object]:
    """Return whether an item is a favourite."""
    key: ContentKey = content_id, content_source_type
    found = service.of_items(viewer, user_meant(identity, user_id), [key]).get(key)
    return {"bookmarked": found is not None, "bookmark": found}


only_allow(router, "/check", "GET", but_not=["PUT", "DELETE"])


@router.post(
    "/check-batch",
    response_model=CheckBatchOut,
    responses=documented(403, 413, 422),
    dependencies=[MEMBER],
)
def check_bookmarks(
    service: BookmarkServiceDep,
    viewer: ViewerDep,
    identity: KnownIdentityDep,
    items: CheckBatchIn,
    user_id: UUID | None = None,
) -> dict[str, object]:
    """Return which of many items are favourites."""
    keys: list[ContentKey] = [
        (one.content_id, one.content_source_type) for one in items.content_items
    ]
    found = service.of_items(viewer, user_meant(identity, user_id), keys)
    return {"bookmarks": {f"{key[0]}-{key[1]}": found.get(key) for key in keys}}


only_allow(router, "/check-batch", "POST", but_not=["GET", "PUT", "DELETE"])


@router.get(
    "/{bookmark_id}",
    response_model=BookmarkOut,
    responses=documented(404, 422),
    dependencies=[VISITOR],
)
def read_bookmark(
    service: BookmarkServiceDep, viewer: ViewerDep, bookmark_id: UUID, _user: AnyUser = None
) -> Favourite:
    """Return a favourite with its item: your own, or one that its owner shows."""
    return service.get(viewer, bookmark_id, with_content=True)


@router.put(
    "/{bookmark_id}",
    response_model=BookmarkOut,
    responses=documented(403, 404, 413, 422),
    dependencies=[MEMBER],
)
def change_bookmark(
    service: BookmarkServiceDep,
    viewer: ViewerDep,
    bookmark_id: UUID,
    changes: BookmarkChangeIn,
    _user: AnyUser = None,
) -> Favourite:
    """Change a favourite of yours: the fields that are sent. The rest stays as it is."""
    return service.change(viewer, bookmark_id, changes.changes())


@router.delete("/{bookmark_id}", responses=documented(403, 404, 422), dependencies=[MEMBER])
def delete_bookmark(
    service: BookmarkServiceDep, viewer: ViewerDep, bookmark_id: UUID, _user: AnyUser = None
) -> DoneOut:
    """Delete a favourite of yours, and so its places in albums. Its item stays."""
    service.remove(viewer, bookmark_id)
    return DoneOut(message=f"Favourite {bookmark_id} was deleted.")
