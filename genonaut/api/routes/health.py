"""Whether we are alive, and whether we can work."""

from typing import Any

from fastapi import APIRouter, Response

from genonaut import __version__
from genonaut.api.http.dependencies import HealthServiceDep
from genonaut.api.schemas.health import AliveOut, ReadyOut

router = APIRouter(prefix="/health", tags=["health"])


@router.get("")
async def alive() -> AliveOut:
    """The process answers. Nothing else is asked, least of all the database."""
    return AliveOut(version=__version__)


@router.get(
    "/ready",
    response_model=ReadyOut,
    responses={503: {"model": ReadyOut, "description": "Not ready: a check is not good."}},
)
async def ready(service: HealthServiceDep, response: Response) -> dict[str, Any]:
    """Whether the database answers, and the counts were verified lately; and what is degraded."""
    readiness = await service.readiness()
    response.status_code = 200 if readiness["ok"] else 503
    return readiness
