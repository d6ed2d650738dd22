"""Alerts, dashboard and docs/operations.md against the metrics that are really given."""

import json
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from genonaut.api.http.metrics import RequestMetrics
from genonaut.api.live.figures import LiveFigures
from genonaut.api.monitoring.metrics import Processes, Scrape
from genonaut.config import load_settings
from genonaut.db.replica import Standing
from genonaut.db.replicas import Replicas

ROOT = Path(__file__).parents[2]
ALERTS = (ROOT / "deploy/prometheus/alerts.yaml").read_text(encoding="utf-8")
DASHBOARD = (ROOT / "deploy/grafana/dashboard.json").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs/operations.md").read_text(encoding="utf-8")

STATE = SimpleNamespace(
    age=1.0, duration=1.0, rows_checked=1, rows_wrong=0, largest_error=0, last_outcome="exact",
    outcomes={"exact": 1}, ledger_rows=1, stored_rows=1, rows_written=1, rows_folded=1,
)  # fmt: skip
A_REPLICA: Any = SimpleNamespace(name="b:5432", standing=Standing(None, 1, 0.5))
REPLICAS = Replicas([A_REPLICA], 30)
OF_PROMETHEUS = {"job", "instance"}
A_SLOT: Any = SimpleNamespace(running=lambda: {1: os.getpid()}, wanted=2)
WORDS = {
    "max", "min", "sum", "by", "rate", "and", "or", "histogram_quantile", "max_over_time", "unless",
}  # fmt: skip


@cache
def exposed() -> dict[str, set[str]]:
    """Every sample's name, and its labels."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    a_request(registry)
    LiveFigures(registry)
    several = CollectorRegistry()
    several.register(Processes(A_SLOT))
    text = generate_latest(registry) + generate_latest(Scrape({"gen_source": STATE}, REPLICAS))
    text += generate_latest(several)
    found: dict[str, set[str]] = {"up": set()}  # Prometheus's own
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def a_request(registry: CollectorRegistry) -> None:
    RequestMetrics(registry).record({"type": "http", "method": "GET"}, "", 204, 0.001)


def problems(expression: str) -> Iterator[str]:
    """What is wrong with an expression: a small part of what Prometheus would say, and more."""
    text = re.sub(r"\[(\d+[smhd]|\$__rate_interval)\]", "", expression)
    if text.count("(") != text.count(")") or text.count("{") != text.count("}"):
        yield f"unbalanced: {expression}"
    for name, matchers in re.findall(r"(\w+)\{([^}]*)\}", text):
        given = exposed().get(name, set()) | OF_PROMETHEUS
        used = re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"[^"]*"', matchers)
        yield from (f"{name} has no label {label}" for label in used if label not in given)
        if not used:
            yield f"no matcher: {matchers}"
    text = re.sub(r"\{[^}]*\}", "", text)
    known_labels = set.union(*exposed().values()) | OF_PROMETHEUS
    for labels in re.findall(r"\bby \(([^)]*)\)", text):
        yield from (f"no label {one}" for one in labels.split(", ") if one not in known_labels)
    text = re.sub(r"\bby \([^)]*\)", "", text)
    for word in re.findall(r"[A-Za-z_]\w*", text):
        if word not in exposed() and word not in WORDS:
            yield f"nothing is named {word}"


def rules(text: str = ALERTS) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]


def panels(text: str = DASHBOARD) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["panels"]
    return found


def expressions() -> list[str]:
    return [rule["expr"] for rule in rules()] + [
        target["expr"] for panel in panels() for target in panel["targets"]
    ]


@pytest.mark.parametrize("expression", expressions())
def test_an_expression_uses_metrics_and_labels_that_are_given(expression: str) -> None:
    assert list(problems(expression)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "genonaut_ledger_row > 1",
        "rate(genonaut_ledger_rows_written[5m])",
        'genonaut_ledger_rows{source="auto"}',
        'rate(genonaut_http_requests_total{code="500"}[5m])',
        "max by (counts) (genonaut_ledger_rows)",
        "max by (count) (genonaut_ledger_rows",
    ],
)
def test_a_wrong_expression_is_found(wrong: str) -> None:
    assert list(problems(wrong)) != []


def test_every_alert_is_complete() -> None:
    for rule in rules():
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}, rule
        assert rule["labels"]["severity"] in {"critical", "warning"}, rule
        assert rule["annotations"]["summary"].endswith("."), rule
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in panels()}) == len(panels())


# --- The operator's page


def alerts_without_a_section(text: str) -> Iterator[str]:
    names = [rule["alert"] for rule in rules()]
    yield from (name for name in names if f"\n### {name}\n" not in text)
    yield from set(re.findall(r"^### (Genonaut\w+)$", text, re.MULTILINE)) - set(names)


def undocumented_metrics(text: str) -> Iterator[str]:
    ours = {name for name in exposed() if name.startswith("genonaut_")}
    ends = ("_bucket", "_count", "_sum", "_created")
    yield from (name for name in ours if not name.endswith(ends) and f"`{name}`" not in text)


def metrics_that_do_not_exist(text: str) -> Iterator[str]:
    histogram = {"genonaut_http_request_duration_seconds"}
    named = set(re.findall(r"`(genonaut_\w+)", text)) - histogram
    databases = {"genonaut_dev", "genonaut_demo", "genonaut_test"}
    roles = set(load_settings("test").db.roles.model_dump().values())
    yield from named - exposed().keys() - databases - roles


DOCUMENT_CHECKS: dict[Callable[[str], Iterator[str]], tuple[str, str]] = {
    alerts_without_a_section: ("### GenonautSlow", "### GenonautSluggish"),
    undocumented_metrics: ("`genonaut_stored_rows`", "`stored_rows`"),
    metrics_that_do_not_exist: ("`genonaut_stored_rows`", "`genonaut_stored_lines`"),
}


@pytest.mark.parametrize("check", DOCUMENT_CHECKS, ids=lambda check: check.__name__)
def test_the_operators_page_is_true(check: Callable[[str], Iterator[str]]) -> None:
    assert list(check(OPERATIONS)) == []


@pytest.mark.parametrize("check", DOCUMENT_CHECKS, ids=lambda check: check.__name__)
def test_an_error_in_it_is_found(check: Callable[[str], Iterator[str]]) -> None:
    right, wrong = DOCUMENT_CHECKS[check]
    assert right in OPERATIONS, "plant another error: this text is no longer there"
    assert list(check(OPERATIONS.replace(right, wrong))) != []
