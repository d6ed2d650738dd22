"""The two metrics of requests: their names, labels and buckets."""

from bisect import bisect_left
from math import inf
from typing import Final, NamedTuple

from prometheus_client.utils import floatToGoString

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BOUNDS: Final[list[str]] = [*map(floatToGoString, (*BUCKETS, inf))]


class Described(NamedTuple):
    """A metric as it is scraped."""

    name: str
    meaning: str
    labels: tuple[str, ...]


REQUESTS: Final = Described(
    "genonaut_http_requests", "Requests that ended.", ("method", "route", "status")
)
DURATIONS: Final = Described(
    "genonaut_http_request_duration_seconds",
    "From a request to the end of its response.",
    ("method", "route"),
)


def place(seconds: float) -> int:
    """The number of the bucket in which a duration is counted."""
    return bisect_left(BUCKETS, seconds)
