"""The counts by generation source."""

from functools import lru_cache
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from genonaut.api.http.access import VISITOR
from genonaut.api.http.api_routes import ApiRoute
from genonaut.api.http.dependencies import get_counts_reader
from genonaut.api.http.viewer import get_viewer
from genonaut.api.schemas.content import StatsOut
from genonaut.api.schemas.errors import documented
from genonaut.db.gen_source_counts import ViewerCounts

router = APIRouter(prefix="/api/v1", tags=["stats"], route_class=ApiRoute)


@router.get(
    "/content/stats/unified",
    response_model=StatsOut,
    responses=documented(422),
    dependencies=[VISITOR],
)
async def read_stats(
    request: Request,
    user_id: Annotated[UUID | None, Query(description="Whose; unknown users have zeros.")] = None,
) -> Response:
    """Return the four counts, exact at this moment."""
    # Not as dependencies: solving them would take longer than the rest of this.
    reader = await get_counts_reader(request)
    counts = await reader.read(await get_viewer(request), user_id)
    return Response(_as_json(counts), media_type="application/json")


@lru_cache(maxsize=64)
def _as_json(counts: ViewerCounts) -> bytes:
    """The response, made once for all requests that share a query."""
    return StatsOut.model_validate(counts).model_dump_json().encode()
