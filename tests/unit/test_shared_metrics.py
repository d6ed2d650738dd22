"""Requests that several processes counted are scraped as if one had."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families as parsed

from genonaut.api.http.metrics import RequestMetrics
from genonaut.api.http.shared_metrics import SharedTally
from genonaut.api.live.figures import EVENTS, OPEN, SECONDS, LiveFigures
from genonaut.api.monitoring.slots import Slot, slots_folder, want

REQUESTS = [
    *[("GET", "/a", 200, 0.002)] * 3,
    *[("GET", "/a", 500, 20.0), ("POST", "/b", 201, 0.3), ("TRACE", "/b", None, 0.0005)],
]


def count(metrics: RequestMetrics, requests: list[tuple[str, str, int | None, float]]) -> None:
    for method, path, status, seconds in requests:
        route = type("Route", (), {"path": path})()
        metrics.record({"type": "http", "method": method, "route": route}, "", status, seconds)


def scraped(registry: CollectorRegistry) -> dict[tuple[str, Any], float]:
    families = parsed(generate_latest(registry).decode())
    samples = [sample for family in families for sample in family.samples]
    return {(one.name, frozenset(one.labels.items())): one.value for one in samples}


@contextmanager
def counting(slot: Slot | None) -> Iterator[tuple[RequestMetrics, CollectorRegistry]]:
    """A process as it counts; at its end the files are closed, and stay."""
    registry = CollectorRegistry()
    metrics = RequestMetrics(registry, slot)
    yield metrics, registry
    tally = metrics._tally
    if isinstance(tally, SharedTally):
        tally._requests.close()
        tally._durations.close()


def test_what_several_counted_is_what_one_would_have(tmp_path: Path) -> None:
    with counting(None) as (alone, registry):
        count(alone, REQUESTS)
        expected = scraped(registry)
    with ExitStack() as stack:
        both = [stack.enter_context(counting(Slot(tmp_path, number))) for number in (1, 2)]
        for number, (one, _) in enumerate(both):
            count(one, REQUESTS[number::2])
        found = [scraped(registry) for _, registry in both]
    assert found[0] == found[1], "each of them may be scraped"
    assert found[0].keys() == expected.keys()
    assert found[0] == pytest.approx(expected)
    assert {name for name, _ in expected} >= {
        "genonaut_http_requests_total",
        "genonaut_http_request_duration_seconds_bucket",
        "genonaut_http_request_duration_seconds_count",
    }


def test_who_takes_the_place_of_a_dead_one_goes_on_with_its_counts(tmp_path: Path) -> None:
    for times in (1, 2, 3):
        with counting(Slot(tmp_path, 1)) as (one, registry):
            count(one, REQUESTS[:1])
            [total] = [v for (name, _), v in scraped(registry).items() if name.endswith("_total")]
            assert total == times
    assert len(list(tmp_path.iterdir())) == 2, "and there are no more files"


def test_the_folder_of_a_killed_supervisor_is_removed(tmp_path: Path) -> None:
    (tmp_path / "api-processes-killed").mkdir()
    (tmp_path / "another").mkdir()
    with slots_folder(tmp_path) as first, slots_folder(tmp_path) as second:
        want(first, 3)
        assert Slot(first, 1).wanted == 3
        assert set(tmp_path.iterdir()) == {first, second, tmp_path / "another"}
    assert set(tmp_path.iterdir()) == {tmp_path / "another"}


@contextmanager
def streaming(slot: Slot) -> Iterator[LiveFigures]:
    """The figures of a process's streams; at its end the files are closed, and stay."""
    figures = LiveFigures(CollectorRegistry(), slot)
    yield figures
    assert figures._shared
    for file, _ in figures._shared._places.values():
        file.close()


def test_the_streams_of_all_processes_are_added_up(tmp_path: Path) -> None:
    metrics = RequestMetrics(registry := CollectorRegistry(), Slot(tmp_path, 3))
    with streaming(Slot(tmp_path, 1)) as one, streaming(Slot(tmp_path, 2)) as other:
        for figures, number in ((one, 2), (other, 3)):
            figures.add(OPEN, number)
            figures.add(EVENTS, 10 * number)
            figures.add(SECONDS, 0.5)
        other.add(OPEN, -1)
        assert live(registry) == {"streams": 4, "events_total": 50, "read_seconds_total": 1}
    with streaming(Slot(tmp_path, 2)):  # in the place of one that was killed
        assert live(registry) == {"streams": 2, "events_total": 50, "read_seconds_total": 1}
    assert isinstance(metrics._tally, SharedTally)
    metrics._tally._requests.close()
    metrics._tally._durations.close()


def live(registry: CollectorRegistry) -> dict[str, float]:
    begins = "genonaut_live_"
    found = {
        name.removeprefix(begins): value
        for (name, _), value in scraped(registry).items()
        if name.startswith(begins)
    }
    assert found.pop("reads_total") == 0, "it is there from the start"
    return found
