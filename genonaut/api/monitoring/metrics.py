"""Metrics: what the processes on this socket have counted, and what the database says now."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from genonaut import __version__
from genonaut.api.monitoring.probes import NoAnswerError, database_probe
from genonaut.api.monitoring.slots import Slot
from genonaut.counting.declaration import CachedCount
from genonaut.counting.metrics import States, families
from genonaut.counting.rendering import statements
from genonaut.db.counts import COUNTS
from genonaut.db.replicas import Replicas
from genonaut.db.session import Database


class MetricsService:
    """The registry of one application, and the database behind it.

    What the database says is asked once for each scrape, by the process that is scraped, so it is
    not added up.
    """

    def __init__(self, database: Database, slot: Slot | None = None) -> None:
        self._replicas = database.replicas
        self.registry = CollectorRegistry()
        if slot:
            self.registry.register(Processes(slot))
        else:
            ProcessCollector(registry=self.registry)
        self._probes = {
            name: database_probe(database, _state(database, count))
            for name, count in COUNTS.items()
        }

    async def text(self) -> bytes:
        """All metrics; without those of the database if it does not answer."""
        scrape = Scrape(await self._states(), self._replicas)
        return generate_latest(self.registry) + generate_latest(scrape)

    async def _states(self) -> States | None:
        try:
            return {name: await probe.ask() for name, probe in self._probes.items()}
        except NoAnswerError:
            return None


def _state(database: Database, count: CachedCount) -> str:
    layout = database.layout
    return layout.state(count) if layout else statements(count, "metrics.sql")["state"]


class Processes(Collector):
    """Memory, time and files of each process on the socket. The label `process` is its slot."""

    def __init__(self, slot: Slot) -> None:
        self._slot = slot

    def collect(self) -> Iterator[Metric]:
        running = self._slot.running()
        whole: dict[str, Metric] = {}
        for number, process in running.items():
            for metric in ProcessCollector(pid=lambda: process, registry=None).collect():  # noqa: B023 - called at once
                kept = Metric(metric.name, metric.documentation, metric.type)
                for sample in metric.samples:
                    labels = sample.labels | {"process": str(number)}
                    whole.setdefault(metric.name, kept).add_sample(
                        sample.name, labels, sample.value
                    )
        yield from whole.values()
        yield GaugeMetricFamily(
            "genonaut_api_processes", "API processes that run here.", value=len(running)
        )
        yield GaugeMetricFamily(
            "genonaut_api_processes_wanted", "How many there should be.", value=self._slot.wanted
        )


class Scrape(Collector):
    """One scrape's view of the database; None if it did not answer. And of its replicas."""

    def __init__(self, states: States | None, replicas: Replicas | None = None) -> None:
        self._states = states
        self._replicas = replicas

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("genonaut_build", "What runs here.", {"version": __version__})
        yield GaugeMetricFamily(
            "genonaut_database_up",
            "Whether the database answered this scrape in time.",
            value=float(self._states is not None),
        )
        if self._states is not None:
            yield from families(self._states)
        if self._replicas is not None:
            yield from _of_replicas(self._replicas)


def _of_replicas(replicas: Replicas) -> Iterator[Metric]:
    asked = GaugeMetricFamily(
        "genonaut_replica_in_use", "Whether a replica is read from.", labels=["replica"]
    )
    lag = GaugeMetricFamily(
        "genonaut_replica_lag_seconds",
        "How old what a replica has is; no sample if that is not known.",
        labels=["replica"],
    )
    for one in replicas.members:
        asked.add_metric([one.name], float(one.standing.complaint is None))
        if one.standing.lag_seconds is not None:
            lag.add_metric([one.name], one.standing.lag_seconds)
    yield asked
    yield lag
