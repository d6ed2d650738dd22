"""The middleware alone: what is mounted, and what ends without an answer."""

import asyncio

import httpx
import pytest
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, Router

from genonaut.api.http.entrance import Entrance
from genonaut.api.http.hosts import AllowedHosts
from genonaut.api.http.ids import RequestLog
from genonaut.api.http.metrics import RequestMetrics
from genonaut.config import load_settings


async def answer(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("sea")


async def fail(_request: Request) -> PlainTextResponse:
    raise RuntimeError


def ask(path: str, registry: CollectorRegistry) -> None:
    """One request to something mounted at /static."""
    routes = [Route("/{a}/{b}", answer), Route("/fails", fail)]
    router = Router([Mount("/static", PlainTextResponse("sea")), Mount("/pages", routes=routes)])
    entrance = Entrance(
        router,
        allowed=AllowedHosts("sea", []),
        log=RequestLog(load_settings("test").log),
        metrics=RequestMetrics(registry),
    )
    transport = httpx.ASGITransport(entrance)

    async def get() -> None:
        async with httpx.AsyncClient(transport=transport, base_url="http://sea") as client:
            await client.get(path)

    asyncio.run(get())


def requests(registry: CollectorRegistry) -> list[dict[str, str]]:
    return [
        sample.labels
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "genonaut_http_requests_total"
    ]


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/static/css/site.css", "/static/{path}"),
        ("/pages/blue/sea", "/pages/{a}/{b}"),
        ("/elsewhere", "unmatched"),
    ],
)
def test_no_path_becomes_a_label(path: str, route: str) -> None:
    registry = CollectorRegistry()
    ask(path, registry)
    [labels] = requests(registry)
    assert (labels["method"], labels["route"]) == ("GET", route)


def test_a_request_that_ends_without_a_response_is_counted() -> None:
    registry = CollectorRegistry()
    with pytest.raises(RuntimeError):
        ask("/pages/fails", registry)
    assert requests(registry) == [{"method": "GET", "route": "/pages/fails", "status": "none"}]
