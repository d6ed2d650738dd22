"""Alive, and ready: what a load balancer and a watchdog see."""

import socket
import stat
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from pydantic import SecretStr
from redis import Redis
from sqlalchemy import URL, create_engine

from genonaut import __version__
from genonaut.broker import broker_url, running_broker
from genonaut.config import Settings
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database
from genonaut.embedded.valkey import socket_path
from tests.support.api import running_api
from tests.support.waiting import PATIENCE_SECONDS


def record(
    database: Database, outcome: str, seconds_ago: float, counts: Iterable[str] = COUNTS
) -> None:
    with database.transaction() as session:
        for count in counts:
            session.connection().exec_driver_sql(
                f"INSERT INTO {count}_refreshes"
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


def test_a_refresh_from_the_future_is_no_proof(client: httpx.Client, database: Database) -> None:
    record(database, "exact", seconds_ago=-259_200)
    status, checks = readiness(client)
    assert (status, checks["refresh"]["age_seconds"]) == (503, None)
    assert 'genonaut_refresh_age_seconds{count="gen_source"} +Inf' in client.get("/metrics").text
    record(database, "exact", seconds_ago=1)
    status, checks = readiness(client)
    assert status == 200
    assert 1 <= checks["refresh"]["age_seconds"] < 90


@pytest.mark.parametrize("old", COUNTS)
def test_each_count_has_a_limit_of_its_own(
    client: httpx.Client, database: Database, settings: Settings, old: str
) -> None:
    for count in COUNTS:
        age = settings.stats.stale_after(count) + (1 if count == old else -60)
        record(database, "exact", seconds_ago=age, counts=[count])
    status, checks = readiness(client)
    assert status == 503
    assert f"The counts of {old} were last verified" in checks["refresh"]["detail"]


def test_not_ready_when_the_last_good_refresh_is_too_old(
    client: httpx.Client, database: Database, settings: Settings
) -> None:
    limit = settings.stats.stale_after("gen_source")
    record(database, "repaired", seconds_ago=limit + 1)
    status, checks = readiness(client)
    assert status == 503
    assert not checks["refresh"]["ok"]
    assert checks["refresh"]["age_seconds"] > limit
    assert f"{limit:,.0f} is the limit" in checks["refresh"]["detail"]


class Broker:
    """A process that listens in place of a broker, and sends the same bytes to every client."""

    def __init__(self, says: bytes) -> None:
        self._says = says
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.port = self._socket.getsockname()[1]
        self.heard = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                while heard := connection.recv(4096):
                    self.heard += heard
                    # The client may send several commands at once.
                    connection.sendall(self._says * heard.count(b"*"))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(PATIENCE_SECONDS)


def with_broker(settings: Settings, url: str) -> Settings:
    celery = settings.celery.model_copy(update={"broker_url": SecretStr(url)})
    return settings.model_copy(update={"celery": celery})


@pytest.fixture
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    with closing(Broker(request.param)) as broker:
        yield broker


@pytest.mark.parametrize(
    ("broker", "url"),
    [
        (b"+OK\r\n", "redis://:hunter2@127.0.0.1:{}/0"),
        (b"+OK\r\n", "redis://:hunter2@127.0.0.1:1/0;redis://:hunter2@127.0.0.1:{}/0"),
        (b"", "amqp://genonaut:hunter2@127.0.0.1:{}//"),
    ],
    ids=["redis", "second-of-two", "amqp"],
    indirect=["broker"],
)
def test_a_broker_that_answers(
    settings: Settings, database: Database, broker: Broker, url: str
) -> None:
    record(database, "exact", seconds_ago=60)
    with running_api(with_broker(settings, url.format(broker.port)), database) as client:
        answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["degraded"] == []
    assert answer.json()["checks"]["broker"] == {"ok": True, "detail": "The broker answers."}
    assert (b"PING" in broker.heard) == url.startswith("redis")


@pytest.mark.usefixtures("hurried_probes")
@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("broker", "url"),
    [
        (b"", "redis://:hunter2@127.0.0.1:{}/0"),
        (b"-NOAUTH Authentication required.\r\n", "redis://127.0.0.1:{}/0"),
        (b"", "amqp://genonaut:hunter2@127.0.0.1:1//"),
        (b"", "redis://:hunter2@127.0.0.1:1/0"),
        (b"", "redis://:hunter2/@127.0.0.1:{}/0"),
    ],
    ids=["hangs", "refuses", "amqp-is-gone", "is-gone", "makes-no-sense"],
    indirect=["broker"],
)
def test_ready_but_degraded_without_a_broker(
    settings: Settings,
    database: Database,
    broker: Broker,
    url: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    record(database, "exact", seconds_ago=60)
    with running_api(with_broker(settings, url.format(broker.port)), database) as client:
        answer = client.get("/health/ready")  # one that waits for a broker for ever fails here
    body = answer.json()
    assert (answer.status_code, body["ok"], body["degraded"]) == (200, True, ["broker"])
    assert not body["checks"]["broker"]["ok"]
    assert "The broker does not answer" in body["checks"]["broker"]["detail"]
    told = answer.text + "".join(capfd.readouterr())
    assert "hunter2" not in told


def test_the_embedded_broker(settings: Settings, database: Database) -> None:
    record(database, "exact", seconds_ago=60)
    with running_api(settings, database) as client:
        gone = client.get("/health/ready").json()
        with running_broker(settings):
            there = client.get("/health/ready").json()
    assert (gone["ok"], gone["degraded"]) == (True, ["broker"])
    assert "embedded" in gone["checks"]["broker"]["detail"]
    assert (there["ok"], there["degraded"]) == (True, [])


def test_a_broker_that_became_a_replica_takes_no_tasks(
    settings: Settings, database: Database
) -> None:
    record(database, "exact", seconds_ago=60)
    with running_broker(settings), running_api(settings, database) as client:
        with Redis(unix_socket_path=str(socket_path(settings.home))) as broker:
            broker.replicaof("127.0.0.1", 1)
            replica = client.get("/health/ready").json()
            broker.replicaof("NO", "ONE")
        primary = client.get("/health/ready").json()
    assert (replica["ok"], replica["degraded"]) == (True, ["broker"])
    assert (primary["ok"], primary["degraded"]) == (True, [])


def test_the_socket_of_the_embedded_broker_is_for_its_account_alone(settings: Settings) -> None:
    with running_broker(settings):
        mode = Path(urlsplit(broker_url(settings)).path).stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert not mode & 0o077


def nowhere(port: int) -> Database:
    url = URL.create("postgresql+psycopg", "genonaut", "hunter2", "127.0.0.1", port, "genonaut")
    return Database(url, create_engine(url), is_embedded=False)


@pytest.mark.usefixtures("hurried_probes")
@pytest.mark.parametrize("listening", [True, False], ids=["hangs", "is-gone"])
def test_a_database_that_hangs_or_is_gone(settings: Settings, listening: bool) -> None:
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        if listening:
            silent.listen()
        with running_api(settings, nowhere(silent.getsockname()[1])) as client:
            assert client.get("/health").json() == {"ok": True, "version": __version__}
            status, checks = readiness(client)
    assert status == 503
    assert not checks["database"]["ok"]
    assert not checks["refresh"]["ok"]
    assert "hunter2" not in str(checks)
    assert "127.0.0.1" not in str(checks)
