"""Whether the process is alive, and whether the service can do its work."""

from fastapi import APIRouter, Response

from genonaut import __version__
from genonaut.api.http.dependencies import HealthServiceDep
from genonaut.api.monitoring.health import Readiness
from genonaut.api.schemas.health import AliveOut, ReadyOut

router = APIRouter(prefix="/health", tags=["health"])


@router.get("")
async def alive() -> AliveOut:
    """The process answers. It asks nothing else, least of all the database."""
    return AliveOut(version=__version__)


@router.get(
    "/ready",
    response_model=ReadyOut,
    responses={503: {"model": ReadyOut, "description": "Not ready: a check failed."}},
)
async def ready(service: HealthServiceDep, response: Response) -> Readiness:
    """Whether the database answers, and the counts were verified lately; and what is degraded."""
    readiness = await service.readiness()
    response.status_code = 200 if readiness.ok else 503
    return readiness
