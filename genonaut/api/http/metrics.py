"""Requests as Prometheus counts them: by the route's template, so that no caller can add series."""

from collections.abc import Iterator
from itertools import accumulate
from operator import add

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from starlette.types import Scope

from genonaut.api.http.request_series import BOUNDS, DURATIONS, REQUESTS, place
from genonaut.api.http.shared_metrics import SharedTally
from genonaut.api.monitoring.slots import Slot

# A client can send any method and any path; each would be a series forever.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
OTHER = "other"
UNMATCHED = "unmatched"
NO_RESPONSE = "none"


class RequestMetrics(Collector):
    """Counts requests, and measures them until the last byte of the response.

    Each is counted on the event loop, so without the locks of the library's own counters: those
    took longer than all else that is done to every request. What is scraped is the same.
    """

    def __init__(self, registry: CollectorRegistry, slot: Slot | None = None) -> None:
        self._tally = SharedTally(slot) if slot else Tally()
        registry.register(self)

    def record(self, scope: Scope, root: str, status: int | None, seconds: float) -> None:
        """Count a request that ended. `root` is the root path that it came with."""
        method = scope["method"] if scope["method"] in METHODS else OTHER
        self._tally.add(method, _route(scope, root), status or NO_RESPONSE, seconds)

    def collect(self) -> Iterator[Metric]:
        """What the requests add up to, for a scrape in another thread."""
        yield from self._tally.collect()


class _Series:
    """The requests of one method, route and status; how long they took, by bucket."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * len(BOUNDS)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        self.buckets[place(seconds)] += 1
        self.seconds += seconds


class Tally:
    """The requests of a process that is alone, in its memory."""

    def __init__(self) -> None:
        self._series: dict[tuple[str, str, int | str], _Series] = {}

    def add(self, method: str, route: str, status: int | str, seconds: float) -> None:
        """Count one."""
        key = method, route, status
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = _Series()
        series.add(seconds)

    def collect(self) -> Iterator[Metric]:
        """What they add up to."""
        requests = CounterMetricFamily(REQUESTS.name, REQUESTS.meaning, labels=REQUESTS.labels)
        durations = HistogramMetricFamily(
            DURATIONS.name, DURATIONS.meaning, labels=DURATIONS.labels
        )
        together: dict[tuple[str, str], _Series] = {}
        for (method, route, status), series in [*self._series.items()]:
            buckets, seconds = [*series.buckets], series.seconds
            requests.add_metric([method, route, str(status)], sum(buckets))
            whole = together.setdefault((method, route), _Series())
            whole.buckets = [*map(add, whole.buckets, buckets)]
            whole.seconds += seconds
        for labels, whole in together.items():
            counted = zip(BOUNDS, accumulate(whole.buckets), strict=True)
            durations.add_metric(labels, [*counted], whole.seconds)
        yield requests
        yield durations


def _route(scope: Scope, root: str) -> str:
    """The route's template; for a mounted application without routes, its mount path."""
    mounted: str = scope.get("root_path", "").removeprefix(root)
    path = getattr(scope.get("route"), "path", None)
    if path is not None and path != mounted:
        return f"{mounted}{path}"
    return f"{mounted}/{{path}}" if mounted else UNMATCHED
