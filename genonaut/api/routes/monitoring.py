"""What watches the service: load balancers and watchdogs (health), and Prometheus (metrics)."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from genonaut import __version__
from genonaut.api.http.access import OPERATOR, PUBLIC, is_operator
from genonaut.api.http.dependencies import HealthServiceDep, MetricsServiceDep
from genonaut.api.http.guarded_routes import GuardedRoute
from genonaut.api.monitoring.health import Readiness
from genonaut.api.schemas.errors import documented
from genonaut.api.schemas.health import AliveOut, ProcessesOut, ReadyOut

router = APIRouter(tags=["health"], route_class=GuardedRoute)


@router.get("/health", response_model_exclude_none=True, dependencies=[PUBLIC])
async def read_health(request: Request) -> AliveOut:
    """Report that the process is alive, and how many others are on its socket.

    Nothing else is checked, least of all the database.
    """
    slot = request.app.state.slot
    processes = slot and ProcessesOut(running=len(slot.running()), wanted=slot.wanted)
    return AliveOut(version=__version__, processes=processes)


@router.get(
    "/health/ready",
    response_model=ReadyOut,
    dependencies=[PUBLIC],
    responses={503: {"model": ReadyOut, "description": "Not ready: a check failed."}},
)
async def read_readiness(
    request: Request, service: HealthServiceDep, response: Response
) -> Readiness | ReadyOut:
    """Report whether the database answers, and the counts were verified lately.

    It also lists what is degraded. The details are for administrators, tokens with the scope
    `metrics`, and programs on this machine.
    """
    readiness = await service.readiness()
    response.status_code = 200 if readiness.ok else 503
    return readiness if await is_operator(request) else ReadyOut(ok=readiness.ok)


@router.get(
    "/metrics",
    response_class=Response,  # with another one, errors would be described as text too
    responses=documented(403) | {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    dependencies=[OPERATOR],
)
async def read_metrics(service: MetricsServiceDep) -> Response:
    """Return metrics for Prometheus: requests by route, and how the counting stands."""
    return Response(await service.text(), media_type=CONTENT_TYPE_LATEST)
