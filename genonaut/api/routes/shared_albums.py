"""Albums by secret links: to make one, to take it back, and what a stranger sees."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from genonaut.api.bookmarks.entities import Share
from genonaut.api.http.access import MEMBER, PUBLIC
from genonaut.api.http.bookmark_services import AnyUser, SharingServiceDep
from genonaut.api.http.dependencies import RecorderDep
from genonaut.api.http.guesses import guesses_of
from genonaut.api.http.json_routes import JsonRoute
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.schemas.albums import AlbumOut, SharedAlbumOut, ShareIn, ShareOut
from genonaut.api.schemas.bookmarks import LARGEST_SKIP, DoneOut
from genonaut.api.schemas.content import ItemOut
from genonaut.api.schemas.errors import documented

router = APIRouter(prefix="/api/v1/bookmark-categories", tags=["favourites"], route_class=JsonRoute)

MOST_SHARED: Final = 200
"""Pictures in a response: each title is compared with what is concealed."""
NOT_TOLD: Final = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
"""Headers of every response whose address is a secret link."""
Token = Annotated[str, Path(max_length=100, examples=["x" * 43])]


@router.get(
    "/share/{token}",
    responses=documented(404, 422, 429),
    dependencies=[PUBLIC],
)
def read_shared_category(
    request: Request,
    response: Response,
    service: SharingServiceDep,
    token: Token,
    skip: Annotated[int, Query(ge=0, le=LARGEST_SKIP)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_SHARED)] = 100,
) -> SharedAlbumOut:
    """Return an album and a page of what is in it, to every sender with its secret link."""
    with guesses_of(request):
        shared = service.find(token)
    found = service.page(shared, skip, limit)
    response.headers.update(NOT_TOLD)
    return SharedAlbumOut(
        **AlbumOut.model_validate(shared.album).model_dump(),
        owner_username=shared.owner_name,
        with_prompts=shared.with_prompts,
        items=[ItemOut.model_validate(item) for item in found.items],
        total=found.total,
        skip=skip,
        limit=limit,
    )


@router.post(
    "/{category_id}/share",
    response_model=ShareOut,
    responses=documented(403, 404, 413, 422),
    dependencies=[MEMBER],
)
def share_category(
    service: SharingServiceDep,
    viewer: ViewerDep,
    recorder: RecorderDep,
    category_id: UUID,
    share: ShareIn,
    _user: AnyUser = None,
) -> Share:
    """Make the secret link to an album of yours, or change what it shows."""
    made = service.share(viewer, category_id, with_prompts=share.with_prompts, renew=share.renew)
    recorder.record("album-shared", str(category_id))
    return made


@router.delete("/{category_id}/share", responses=documented(403, 404, 422), dependencies=[MEMBER])
def unshare_category(
    service: SharingServiceDep,
    viewer: ViewerDep,
    recorder: RecorderDep,
    category_id: UUID,
    _user: AnyUser = None,
) -> DoneOut:
    """Take the secret link to an album of yours back: it works no more."""
    service.unshare(viewer, category_id)
    recorder.record("album-unshared", str(category_id))
    return DoneOut(message=f"The link to album {category_id} works no more.")
