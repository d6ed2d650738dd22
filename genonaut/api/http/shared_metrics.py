"""What several API processes on one socket count, added up by the one that is scraped.

Each has two files of the client library's format, one for each kind of metric, and writes through
to them: so a scrape has what another process counted a moment ago, and what a killed one counted.
The library's own counters would do the same, behind a lock that takes longer than all else.
"""

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from prometheus_client import Metric
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector

from genonaut.api.http.request_series import BOUNDS, DURATIONS, REQUESTS, Described, place
from genonaut.api.monitoring.slots import Slot

# The library has no types for these.
_File: Any = MmapedDict
_AllFiles: Any = MultiProcessCollector
_TOTAL: Final = "_total"
_BUCKET: Final = "_bucket"
_SUM: Final = "_sum"


class SharedValues:
    """Single figures of all processes: counters, and gauges of those that run."""

    def __init__(
        self,
        slot: Slot,
        name: str,
        counters: Collection[Described],
        gauges: Collection[Described],
    ) -> None:
        counted = _opened(slot.file(f"counter_{name}"))
        gauged = _opened(slot.file(f"gauge_livesum_{name}"))
        self._places = {one: (counted, _key(one, _TOTAL)) for one in counters}
        self._places |= {one: (gauged, _key(one, "")) for one in gauges}
        for kept, key in self._places.values():
            kept.read_value(key)  # so it is scraped from the start
        for one in gauges:
            gauged.write_value(_key(one, ""), 0.0, 0.0)  # of a process that is no more

    def add(self, figure: Described, amount: float) -> None:
        """Add to one of ours."""
        kept, key = self._places[figure]
        _add(kept, key, amount)


class SharedTally:
    """The requests of all processes, of which this one counts its own."""

    def __init__(self, slot: Slot) -> None:
        self._folder = str(slot.folder)
        self._requests = _opened(slot.file("counter"))
        self._durations = _opened(slot.file("histogram"))
        self._keys = cache(self._begin)

    def add(self, method: str, route: str, status: int | str, seconds: float) -> None:
        """Count one of ours."""
        ended, buckets, total = self._keys(method, route, str(status))
        _add(self._requests, ended, 1)
        _add(self._durations, buckets[place(seconds)], 1)
        _add(self._durations, total, seconds)

    def collect(self) -> Iterator[Metric]:
        """What all of them counted."""
        yield from _AllFiles(None, self._folder).collect()

    def _begin(self, method: str, route: str, status: str) -> tuple[str, list[str], str]:
        """The keys of a route's figures. A histogram has all of its buckets from the start."""
        buckets = [_key(DURATIONS, _BUCKET, method, route, bound) for bound in BOUNDS]
        for key in buckets:
            self._durations.read_value(key)
        ended = _key(REQUESTS, _TOTAL, method, route, status)
        return ended, buckets, _key(DURATIONS, _SUM, method, route)


def _opened(name: str) -> Any:  # noqa: ANN401 - as above
    """A file of ours. It gets its name with its first bytes, so no scrape finds it empty."""
    path = Path(name)
    if not path.exists():
        fresh = path.with_suffix(".new")
        _File(str(fresh)).close()
        fresh.rename(path)
    return _File(name)


def _key(metric: Described, suffix: str, *values: str) -> str:
    names = [*metric.labels, *(["le"] if suffix == _BUCKET else [])]
    return str(mmap_key(metric.name, metric.name + suffix, names, list(values), metric.meaning))


def _add(kept: Any, key: str, amount: float) -> None:  # noqa: ANN401 - as above
    value, _ = kept.read_value(key)
    kept.write_value(key, value + amount, 0.0)
