"""What Prometheus scrapes: requests by route, and the state of the counting."""

import math
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import URL, create_engine
from sqlalchemy.orm import Session

from genonaut.config import Settings
from genonaut.counting.engine import fold
from genonaut.counting.runs import refresh_now
from genonaut.db.counts import GEN_SOURCE
from genonaut.db.session import Database
from tests.support.api import running_api
from tests.support.rows import add_items, add_user
from tests.support.waiting import wait_until

COUNT = {"count": "gen_source"}


class Samples:
    """One scrape."""

    def __init__(self, client: httpx.Client) -> None:
        answer = client.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=")
        families = text_string_to_metric_families(answer.text)
        self.all = [sample for family in families for sample in family.samples]

    def value(self, name: str, **labels: str) -> float | None:
        found = [s.value for s in self.all if (s.name, s.labels) == (f"genonaut_{name}", labels)]
        assert len(found) <= 1
        return found[0] if found else None

    def labels(self, name: str) -> list[dict[str, str]]:
        return [sample.labels for sample in self.all if sample.name == f"genonaut_{name}"]


@contextmanager
def told_at_once(database: Database) -> Iterator[Session]:
    """A transaction whose statistics PostgreSQL has when it ends; else it may take ten seconds."""
    with database.transaction() as session:
        session.connection().exec_driver_sql("SELECT pg_stat_force_next_flush()")
        yield session


def add(database: Database, items: int) -> None:
    """One statement of one user, so one row of the ledger."""
    with told_at_once(database) as session:
        add_items(session, add_user(session, str(uuid4())), items)


def until(client: httpx.Client, name: str, at_least: float) -> float | None:
    """The statistics of PostgreSQL are some moments late."""

    def value() -> float:
        return Samples(client).value(name, **COUNT) or 0

    wait_until(lambda: value() >= at_least, f"{name} is {at_least}")
    return value()


def test_requests_are_counted_by_route_and_not_by_path(
    settings: Settings, database: Database
) -> None:
    with running_api(settings, database) as client:
        for user in (uuid4(), uuid4(), "me"):
            client.get(f"/api/v1/users/{user}")
        client.get("/no/such/thing")
        client.request("PROPFIND", "/no/such/thing")
        samples = Samples(client)

    def requests(**labels: str) -> float | None:
        return samples.value("http_requests_total", **labels)

    route = "/api/v1/users/{user_id}"
    assert requests(method="GET", route=route, status="404") == 2
    assert requests(method="GET", route=route, status="422") == 1
    assert requests(method="GET", route="unmatched", status="404") == 1
    assert requests(method="other", route="unmatched", status="404") == 1
    assert samples.value("http_request_duration_seconds_count", method="GET", route=route) == 3
    assert not [labels for labels in samples.labels("http_requests_total") if "no" in str(labels)]


def test_a_count_that_was_never_built(client: httpx.Client, database: Database) -> None:
    samples = Samples(client)
    assert samples.value("database_up") == 1
    assert samples.value("refresh_age_seconds", **COUNT) == math.inf
    assert samples.value("refresh_duration_seconds", **COUNT) is None
    assert samples.value("refresh_last_outcome", **COUNT, outcome="built") == 0


def test_refreshes_and_what_they_found(client: httpx.Client, database: Database) -> None:
    add(database, 3)
    refresh_now(database.transaction, GEN_SOURCE, "test")
    samples = Samples(client)
    assert samples.value("refresh_last_outcome", **COUNT, outcome="built") == 1
    with database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE gen_source_stats SET count = count + 7")
    refresh_now(database.transaction, GEN_SOURCE, "test")
    samples = Samples(client)
    age = samples.value("refresh_age_seconds", **COUNT)
    assert age is not None
    assert 0 <= age < 30
    assert samples.value("refresh_rows_wrong", **COUNT) == 2
    assert samples.value("refresh_largest_error", **COUNT) == 7
    assert samples.value("refresh_rows_checked", **COUNT) == 2
    assert samples.value("refresh_duration_seconds", **COUNT) is not None
    outcomes = {
        outcome: samples.value("refresh_last_outcome", **COUNT, outcome=outcome)
        for outcome in ("built", "exact", "repaired", "failed")
    }
    assert outcomes == {"built": 0, "exact": 0, "repaired": 1, "failed": 0}
    assert samples.value("refreshes_recorded", **COUNT, outcome="built") == 1
    assert samples.value("refreshes_recorded", **COUNT, outcome="failed") == 0


def test_a_refresh_that_failed_does_not_hide_the_last_good_one(
    client: httpx.Client, database: Database
) -> None:
    with database.transaction() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO gen_source_refreshes"
            " (started_at, duration_seconds, requested_by, outcome, rows_checked)"
            " VALUES (now() - interval '90 s', 2.5, 'test', 'exact', 11),"
            " (now(), 0, 'test', 'failed', 0)"
        )
    samples = Samples(client)
    age = samples.value("refresh_age_seconds", **COUNT)
    assert age is not None
    assert 90 <= age < 120
    assert samples.value("refresh_duration_seconds", **COUNT) == 2.5
    assert samples.value("refresh_rows_checked", **COUNT) == 11
    assert samples.value("refresh_last_outcome", **COUNT, outcome="failed") == 1


def test_the_ledger_is_written_and_folded(client: httpx.Client, database: Database) -> None:
    before = Samples(client)
    add(database, 5)
    add(database, 5)
    # Of each statement, two rows as they are and one for the others.
    assert Samples(client).value("ledger_rows", **COUNT) == 6
    written = (before.value("ledger_rows_written_total", **COUNT) or 0) + 6
    until(client, "ledger_rows_written_total", written)
    folded = before.value("ledger_rows_folded_total", **COUNT) or 0
    with told_at_once(database) as session:
        fold(session, GEN_SOURCE)
    assert Samples(client).value("ledger_rows", **COUNT) == 0
    until(client, "ledger_rows_folded_total", folded + 6)
    with told_at_once(database) as session:
        # An autovacuum that was at it may have reported what it saw before.
        session.connection().exec_driver_sql("ANALYZE gen_source_stats")
    until(client, "stored_rows", 3)


def nowhere(port: int) -> Database:
    url = URL.create("postgresql+psycopg", "genonaut", "hunter2", "127.0.0.1", port, "genonaut")
    return Database(url, create_engine(url), is_embedded=False)


@pytest.mark.usefixtures("hurried_probes")
@pytest.mark.parametrize("listening", [True, False], ids=["hangs", "is-gone"])
def test_a_scrape_works_without_the_database(settings: Settings, listening: bool) -> None:
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        if listening:
            silent.listen()
        with running_api(settings, nowhere(silent.getsockname()[1])) as client:
            client.get("/health")
            samples = Samples(client)
    assert samples.value("database_up") == 0
    assert samples.value("http_requests_total", method="GET", route="/health", status="200") == 1
    assert samples.labels("ledger_rows") == []


def test_two_applications_count_for_themselves(settings: Settings, database: Database) -> None:
    health: dict[str, Any] = {"method": "GET", "route": "/health", "status": "200"}
    with running_api(settings, database) as one, running_api(settings, database) as other:
        one.get("/health")
        assert Samples(one).value("http_requests_total", **health) == 1
        assert Samples(other).value("http_requests_total", **health) is None
