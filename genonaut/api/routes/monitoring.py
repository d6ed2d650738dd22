"""What watches the service: load balancers and watchdogs (health), and Prometheus (metrics)."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from genonaut import __version__
from genonaut.api.http.dependencies import HealthServiceDep, MetricsServiceDep
from genonaut.api.monitoring.health import Readiness
from genonaut.api.schemas.health import AliveOut, ReadyOut

router = APIRouter(tags=["health"])


@router.get("/health")
async def alive() -> AliveOut:
    """The process responds. Nothing else is checked, least of all the database."""
    return AliveOut(version=__version__)


@router.get(
    "/health/ready",
    response_model=ReadyOut,
    responses={503: {"model": ReadyOut, "description": "Not ready: a check failed."}},
)
async def ready(service: HealthServiceDep, response: Response) -> Readiness:
    """Whether the database answers, and the counts were verified lately; and what is degraded."""
    readiness = await service.readiness()
    response.status_code = 200 if readiness.ok else 503
    return readiness


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(service: MetricsServiceDep) -> Response:
    """Requests by route, and how the counting stands, in the text format of Prometheus."""
    return Response(await service.text(), media_type=CONTENT_TYPE_LATEST)
