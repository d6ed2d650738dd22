"""The counts as they change: server-sent events."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from genonaut.api.http.access import VISITOR
from genonaut.api.http.api_routes import ApiRoute
from genonaut.api.http.viewer import ViewerDep
from genonaut.api.live.events import COUNTS, CREATOR
from genonaut.api.live.streams import streams_of
from genonaut.api.schemas.errors import documented

PATH: Final = "/content/stats/stream"
_EVENTS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}
}

router = APIRouter(prefix="/api/v1", tags=["stats"], route_class=ApiRoute)

UserId = Annotated[UUID | None, Query(description="Whose; unknown users have zeros.")]
CreatorId = Annotated[UUID | None, Query(description="Whose besides, as events `creator`.")]


@router.get(
    PATH,
    response_class=Response,
    responses=_EVENTS | documented(404, 422, 429),
    dependencies=[VISITOR],
)
async def stream_stats(
    request: Request, viewer: ViewerDep, user_id: UserId = None, creator_id: CreatorId = None
) -> Response:
    """Send the four counts, and again whenever they have changed, within a second or so."""
    questions = {COUNTS: (viewer, user_id)}
    if creator_id is not None:
        questions[CREATOR] = viewer, creator_id
    return await streams_of(request).open(request, questions)
