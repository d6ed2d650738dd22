"""The route that Prometheus scrapes."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from genonaut.api.http.dependencies import MetricsServiceDep

router = APIRouter(prefix="/metrics", tags=["health"])


@router.get("", response_class=PlainTextResponse)
async def metrics(service: MetricsServiceDep) -> Response:
    """Requests by route, and how the counting stands, in the text format of Prometheus."""
    return Response(await service.text(), media_type=CONTENT_TYPE_LATEST)
