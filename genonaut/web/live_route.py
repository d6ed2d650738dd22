"""The stream of the counts below the pages: one that is viewed as a user has that cookie there."""

from typing import Final

from fastapi import APIRouter, Request, Response

from genonaut.api.http.access import VISITOR
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.routes.stats_stream import PATH, CreatorId, UserId, stream_stats
from genonaut.web.page_route import PageRoute
from genonaut.web.state import GALLERY

STREAM: Final = f"/api/v1{PATH}"

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get(f"{GALLERY}{STREAM}", dependencies=[VISITOR])
async def stream(
    request: Request, eyes: ViewerDep, user_id: UserId = None, creator_id: CreatorId = None
) -> Response:
    """The counts as they change, for the script of a page."""
    return await stream_stats(request, eyes, user_id, creator_id)
