"""What the streams of live numbers add to the metrics."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from genonaut.api.http.request_series import Described
from genonaut.api.http.shared_metrics import SharedValues
from genonaut.api.monitoring.slots import Slot

OPEN: Final = Described("genonaut_live_streams", "Streams of live numbers that are open.", ())
EVENTS: Final = Described("genonaut_live_events", "Events that these were sent.", ())
READS: Final = Described("genonaut_live_reads", "Queries, each for all streams of a process.", ())
SECONDS: Final = Described("genonaut_live_read_seconds", "How long those queries took.", ())
_COUNTERS: Final = (EVENTS, READS, SECONDS)


class LiveFigures(Collector):
    """Figures that are changed on the event loop only, and so need no locks.

    Those of several processes on one socket are added up by the one that is scraped.
    """

    def __init__(self, registry: CollectorRegistry, slot: Slot | None = None) -> None:
        self._values = dict.fromkeys((OPEN, *_COUNTERS), 0.0)
        self._shared = SharedValues(slot, "live", _COUNTERS, [OPEN]) if slot else None
        if slot is None:
            registry.register(self)

    def add(self, figure: Described, amount: float = 1) -> None:
        """Add to one of them."""
        if self._shared:
            self._shared.add(figure, amount)
        else:
            self._values[figure] += amount

    def collect(self) -> Iterator[Metric]:
        """Those of a process that is alone."""
        yield GaugeMetricFamily(OPEN.name, OPEN.meaning, value=self._values[OPEN])
        for one in _COUNTERS:
            yield CounterMetricFamily(one.name, one.meaning, value=self._values[one])
