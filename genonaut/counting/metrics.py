"""The state of the cached counts, as metrics. Their label `count` is the count's name."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

OUTCOMES = ("built", "exact", "repaired", "failed")

States = Mapping[str, Any]  # a count's name -> the row of `state` in sql/metrics.sql

# Name, meaning, column.
GAUGES = [
    ("refresh_age_seconds", "Since the last good refresh; +Inf before the first.", "age"),
    ("refresh_duration_seconds", "How long the last good refresh took.", "duration"),
    ("refresh_rows_checked", "Counts that the last good refresh compared.", "rows_checked"),
    ("refresh_rows_wrong", "How many of them were wrong.", "rows_wrong"),
    ("refresh_largest_error", "By how much the worst of them was wrong.", "largest_error"),
    ("ledger_rows", "Rows of the ledger; counted up to a million.", "ledger_rows"),
    ("stored_rows", "Stored counts, about.", "stored_rows"),
]
COUNTERS = [
    ("ledger_rows_written", "Rows that writers appended to the ledger.", "rows_written"),
    ("ledger_rows_folded", "Rows that folds took from it.", "rows_folded"),
]


def families(states: States) -> Iterator[Metric]:
    """All metrics of all counts. An unknown value has no sample, but the age always has one."""
    for name, meaning, column in GAUGES:
        yield _filled(GaugeMetricFamily, name, meaning, column, states)
    for name, meaning, column in COUNTERS:
        yield _filled(CounterMetricFamily, name, meaning, column, states)
    yield _by_outcome(
        "refreshes_recorded",
        "Records of refreshes that are kept.",
        states,
        lambda state, outcome: float(state.outcomes.get(outcome, 0)),
    )
    yield _by_outcome(
        "refresh_last_outcome",
        "1 for how the last refresh ended.",
        states,
        lambda state, outcome: float(state.last_outcome == outcome),
    )


def _filled(
    family: type[GaugeMetricFamily | CounterMetricFamily],
    name: str,
    meaning: str,
    column: str,
    states: States,
) -> Metric:
    metric = family(f"genonaut_{name}", meaning, labels=["count"])
    for count, state in states.items():
        value = getattr(state, column)
        if column == "age" and value is None:
            value = math.inf
        if value is not None:
            metric.add_metric([count], float(value))
    return metric


def _by_outcome(
    name: str, meaning: str, states: States, value: Callable[[Any, str], float]
) -> Metric:
    metric = GaugeMetricFamily(f"genonaut_{name}", meaning, labels=["count", "outcome"])
    for count, state in states.items():
        for outcome in OUTCOMES:
            metric.add_metric([count, outcome], value(state, outcome))
    return metric
