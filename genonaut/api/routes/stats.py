"""The counts by generation source."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from genonaut.api.http.access import VISITOR
from genonaut.api.http.dependencies import get_counts_reader
from genonaut.api.http.positions import wanted_position
from genonaut.api.http.short_way import JsonBytes, ShortRoute
from genonaut.api.http.viewer import get_viewer
from genonaut.api.schemas.content import StatsOut
from genonaut.api.schemas.errors import documented
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.db.positions import ServerKind

_USER: Final = re.compile(rb"user_id=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_OWN: Final = b'{"user_regular_count":%d,"user_auto_count":%d,'


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
    return JsonBytes(_as_json(counts))


def _as_json(counts: ViewerCounts) -> bytes:
    rest = _community_as_json(
        counts.community_regular_count,
        counts.community_auto_count,
        counts.source,
        counts.as_of,
        counts.verified_at,
        counts.read_from,
        counts.position,
    )
    return _OWN % (counts.user_regular_count, counts.user_auto_count) + rest


@lru_cache(maxsize=64)
def _community_as_json(
    regular: int,
    auto: int,
    source: Literal["cache", "live"],
    as_of: datetime,
    verified_at: datetime | None,
    read_from: ServerKind | None,
    position: str | None,
) -> bytes:
    """What is behind a user's own counts: made once for all requests that share a query."""
    whole = StatsOut(
        user_regular_count=0,
        user_auto_count=0,
        community_regular_count=regular,
        community_auto_count=auto,
        exact=True,
        source=source,
        as_of=as_of,
        verified_at=verified_at,
        read_from=read_from,
        position=position,
    )
    return whole.model_dump_json().encode().removeprefix(_OWN % (0, 0))
