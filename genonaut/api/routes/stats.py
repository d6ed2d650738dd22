"""The counts by generation source."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from genonaut.api.http.dependencies import CountsReaderDep
from genonaut.api.schemas.content import StatsOut
from genonaut.api.schemas.errors import documented
from genonaut.db.gen_source_counts import ViewerCounts

router = APIRouter(prefix="/api/v1", tags=["stats"])


@router.get("/content/stats/unified", response_model=StatsOut, responses=documented(422))
async def read_stats(
    reader: CountsReaderDep,
    user_id: Annotated[UUID | None, Query(description="Whose; unknown users have zeros.")] = None,
) -> ViewerCounts:
    """The four counts, exact at this moment."""
    return await reader.read(user_id)
