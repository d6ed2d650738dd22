"""Alive, and ready: what a load balancer and a watchdog see."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from sqlalchemy import URL, create_engine

from genonaut import __version__
from genonaut.config import Settings
from genonaut.db.session import Database
from tests.integration.running_api import running_api


@pytest.fixture
def client(settings: Settings, database: Database) -> Iterator[httpx.Client]:
    with running_api(settings, database) as client:
        yield client


def record(database: Database, outcome: str, seconds_ago: float) -> None:
    with database.transaction() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO gen_source_refreshes"
            " (started_at, duration_seconds, requested_by, outcome)"
            " VALUES (now() - make_interval(secs => %s), 0, 'test', %s)",
            (seconds_ago, outcome),
        )


def readiness(client: httpx.Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/health/ready")
    body: dict[str, Any] = answer.json()
    assert body["ok"] == (answer.status_code == 200)
    return answer.status_code, body["checks"]


def test_ready_when_the_counts_were_verified_lately(
    client: httpx.Client, database: Database
) -> None:
    record(database, "exact", seconds_ago=60)
    record(database, "failed", seconds_ago=0)
    status, checks = readiness(client)
    assert status == 200
    assert checks["database"] == {"ok": True, "detail": "The database answers."}
    assert checks["refresh"]["ok"]
    assert 60 <= checks["refresh"]["age_seconds"] < 90


def test_not_ready_before_the_first_good_refresh(client: httpx.Client, database: Database) -> None:
    record(database, "failed", seconds_ago=0)
    status, checks = readiness(client)
    assert status == 503
    assert checks["database"]["ok"]
    assert (checks["refresh"]["ok"], checks["refresh"]["age_seconds"]) == (False, None)


def test_not_ready_when_the_last_good_refresh_is_too_old(
    client: httpx.Client, database: Database, settings: Settings
) -> None:
    record(database, "repaired", seconds_ago=settings.stats.stale_after_seconds + 1)
    status, checks = readiness(client)
    assert status == 503
    assert not checks["refresh"]["ok"]
    assert checks["refresh"]["age_seconds"] > settings.stats.stale_after_seconds


def nowhere(port: int) -> Database:
    url = URL.create("postgresql+psycopg", "genonaut", "hunter2", "127.0.0.1", port, "genonaut")
    return Database(url, create_engine(url), is_embedded=False)


@pytest.mark.parametrize("server", ["embedded"], indirect=True)
@pytest.mark.parametrize("listening", [True, False], ids=["hangs", "is-gone"])
def test_a_database_that_hangs_or_is_gone(settings: Settings, listening: bool) -> None:
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        if listening:
            silent.listen()
        with running_api(settings, nowhere(silent.getsockname()[1])) as client:
            assert client.get("/health").json() == {"ok": True, "version": __version__}
            started = time.monotonic()
            status, checks = readiness(client)
            assert time.monotonic() - started < 4
    assert status == 503
    assert not checks["database"]["ok"]
    assert not checks["refresh"]["ok"]
    assert "hunter2" not in str(checks)
    assert "127.0.0.1" not in str(checks)
