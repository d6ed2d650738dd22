"""The counts by generation source."""

import re
from functools import lru_cache
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from genonaut.api.http.access import VISITOR
from genonaut.api.http.counts_json import counts_as_json
from genonaut.api.http.dependencies import get_counts_reader
from genonaut.api.http.positions import wanted_position
from genonaut.api.http.short_way import JsonBytes, ShortRoute
from genonaut.api.http.viewer import get_viewer
from genonaut.api.schemas.content import StatsOut
from genonaut.api.schemas.errors import documented

_USER: Final = re.compile(rb"user_id=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class StatsRoute(ShortRoute):
    """The route below, whose query is one user's id or nothing."""

    @staticmethod
    @lru_cache(maxsize=1024)
    def read_plainly(query: bytes) -> dict[str, Any] | None:
        if not query:
            return {}
        match = _USER.fullmatch(query)
        return {"user_id": UUID(match[1].decode())} if match else None


router = APIRouter(prefix="/api/v1", tags=["stats"], route_class=StatsRoute)


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
    counts = await reader.read(await get_viewer(request), user_id, wanted_position(request))
    return JsonBytes(counts_as_json(counts))
