"""Requests as Prometheus counts them: by the route's template, so that no caller can add series."""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from starlette.types import ASGIApp, Receive, Scope, Send

from genonaut.api.http.middleware import HttpMiddleware, ObservedSend

# A client can send any method and any path; each would be a series forever.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
OTHER = "other"
UNMATCHED = "unmatched"
NO_RESPONSE = "none"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# When a series began: Prometheus does not need it, and it would nearly double the text.
disable_created_metrics()  # type: ignore[no-untyped-call]


class RequestMetrics(HttpMiddleware):
    """Counts requests, and measures them until the last byte of the response."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        super().__init__(app)
        self._requests = Counter(
            "genonaut_http_requests",
            "Requests that ended.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "genonaut_http_request_duration_seconds",
            "From a request to the end of its response.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=registry,
        )

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        observed = ObservedSend(send)
        root = scope.get("root_path", "")
        started = time.perf_counter()
        try:
            await self.app(scope, receive, observed)
        finally:
            method = scope["method"] if scope["method"] in METHODS else OTHER
            route = _route(scope, root)
            self._requests.labels(method, route, observed.status or NO_RESPONSE).inc()
            self._seconds.labels(method, route).observe(time.perf_counter() - started)


def _route(scope: Scope, root: str) -> str:
    """The route's template; for a mounted application without routes, its mount path."""
    mounted: str = scope.get("root_path", "").removeprefix(root)
    path = getattr(scope.get("route"), "path", None)
    if path is not None and path != mounted:
        return f"{mounted}{path}"
    return f"{mounted}/{{path}}" if mounted else UNMATCHED
