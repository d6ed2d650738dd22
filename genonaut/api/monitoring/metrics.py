"""Metrics: what this process has counted, and what the database says at this moment."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from genonaut import __version__
from genonaut.api.monitoring.probes import NoAnswerError, database_probe
from genonaut.counting.metrics import States, families
from genonaut.counting.rendering import statements
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database


class MetricsService:
    """The registry of one application, and the database behind it."""

    def __init__(self, database: Database) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._probes = {
            name: database_probe(database, statements(count, "metrics.sql")["state"])
            for name, count in COUNTS.items()
        }

    async def text(self) -> bytes:
        """All metrics; without those of the database if it does not answer."""
        return generate_latest(self.registry) + generate_latest(Scrape(await self._states()))

    async def _states(self) -> States | None:
        try:
            return {name: await probe.ask() for name, probe in self._probes.items()}
        except NoAnswerError:
            return None


class Scrape(Collector):
    """One scrape's view of the database; None if it did not answer."""

    def __init__(self, states: States | None) -> None:
        self._states = states

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("genonaut_build", "What runs here.", {"version": __version__})
        yield GaugeMetricFamily(
            "genonaut_database_up",
            "Whether the database answered this scrape in time.",
            value=float(self._states is not None),
        )
        if self._states is not None:
            yield from families(self._states)
