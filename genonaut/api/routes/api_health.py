"""Health below `/api/v1`, for clients that know no other address."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from genonaut import __version__
from genonaut.api.http.access import PUBLIC
from genonaut.api.http.api_routes import ApiRoute
from genonaut.api.http.dependencies import HealthServiceDep
from genonaut.api.schemas.api_health import ApiHealthOut, DatabaseHealthOut
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.health import ProcessesOut

router = APIRouter(tags=["health"], route_class=ApiRoute)


@router.get(
    "/api/v1/health",
    responses=documented(422)
    | {503: {"model": ApiHealthOut, "description": "The database does not answer."}},
    dependencies=[PUBLIC],
)
async def read_api_health(
    request: Request, service: HealthServiceDep, response: Response
) -> ApiHealthOut:
    """Report that the process is alive, and whether the database answers."""
    ok = await service.database_answers()
    response.status_code = 200 if ok else 503
    slot = request.app.state.slot
    return ApiHealthOut(
        ok=ok,
        status="healthy" if ok else "unhealthy",
        database=DatabaseHealthOut(status="connected" if ok else "disconnected"),
        version=__version__,
        timestamp=datetime.now(UTC),
        processes=slot and ProcessesOut(running=len(slot.running()), wanted=slot.wanted),
    )
