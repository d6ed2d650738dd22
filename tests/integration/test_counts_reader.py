"""The route of the counts under load, and when the database hangs or is gone."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import httpx
import pytest
from sqlalchemy import URL, create_engine

from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.schemas.content import StatsOut
from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import running_api
from tests.support.rows import add_items, add_user, run, scalar
from tests.support.waiting import wait_until

STATS = "/api/v1/content/stats/unified"
CLIENTS = 16
WRITES = 40
# The connections over which counts were read last; all others said COMMIT after it.
READERS = """
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%AS ledger_rows%'
"""


@pytest.fixture
def built(database: Database) -> Database:
    """Its counts are built, and the API that other tests share has no connection for them."""
    run(database, f"SELECT pg_terminate_backend(pid, 5000) {READERS}")
    with database.transaction() as session:
        ContentRepository(session).refresh_gen_source_stats()
    return database


def impatient(settings: Settings, seconds: float) -> Settings:
    limits = settings.api.model_copy(update={"statement_timeout_seconds": seconds})
    connecting = settings.db.model_copy(update={"connect_timeout_seconds": 5})
    return settings.model_copy(update={"api": limits, "db": connecting})


def own(client: httpx.Client, user: str) -> tuple[int, int]:
    answer = client.get(STATS, params={"user_id": user})
    assert answer.status_code == 200, answer.text
    return answer.json()["user_regular_count"], answer.json()["user_auto_count"]


def test_every_request_after_a_commit_sees_it_under_load(
    settings: Settings, built: Database
) -> None:
    with running_api(settings, built) as client:

        def write_and_ask(number: int) -> None:
            user = add_user(built, f"user {number}")
            with httpx.Client(base_url=client.base_url, timeout=client.timeout) as own_client:
                for done in range(1, WRITES + 1):
                    add_items(built, user, source="items" if done % 2 else "auto")
                    # Only this client writes for this user, so one number is right.
                    assert own(own_client, user) == ((done + 1) // 2, done // 2)

        with ThreadPoolExecutor(CLIENTS) as threads:
            list(threads.map(write_and_ask, range(CLIENTS)))
        community = client.get(STATS).json()
    expected = CLIENTS * WRITES // 2
    assert community["community_regular_count"] == expected
    assert community["community_auto_count"] == expected


def test_the_bytes_are_those_of_the_model(settings: Settings, built: Database) -> None:
    with running_api(settings, built) as client:
        body = client.get(STATS).content
    assert StatsOut.model_validate_json(body).model_dump_json().encode() == body


def test_a_long_ledger_is_noticed(settings: Settings, built: Database) -> None:
    few = settings.stats.model_copy(update={"fold_after_rows": 2})
    noticed = threading.Event()
    user = add_user(built)
    with running_api(settings.model_copy(update={"stats": few}), built, noticed.set) as client:
        for expected in (1, 2):
            add_items(built, user)
            assert own(client, user) == (expected, 0)
        assert not noticed.is_set()
        add_items(built, user)
        assert own(client, user) == (3, 0)
        assert noticed.is_set()


def test_a_lost_connection_is_reopened_without_an_error(
    settings: Settings, built: Database
) -> None:
    with running_api(settings, built) as client:
        assert client.get(STATS).status_code == 200
        assert scalar(built, f"SELECT count(pg_terminate_backend(pid, 5000)) {READERS}") == 1
        assert client.get(STATS).status_code == 200


def test_the_connection_ends_with_the_application(settings: Settings, built: Database) -> None:
    with running_api(settings, built) as client:
        assert client.get(STATS).status_code == 200
        assert scalar(built, f"SELECT count(*) {READERS}") == 1
    wait_until(lambda: not scalar(built, f"SELECT count(*) {READERS}"), "the connection has ended")


def test_a_query_that_takes_too_long_is_a_504_for_all_requests_that_share_it(
    settings: Settings, built: Database
) -> None:
    with running_api(impatient(settings, 5), built) as client:
        assert client.get(STATS).status_code == 200
        with built.transaction() as session, ThreadPoolExecutor(8) as threads:
            session.connection().exec_driver_sql("LOCK gen_source_stats IN ACCESS EXCLUSIVE MODE")
            answers = list(threads.map(client.get, [STATS] * 8))
        assert {(a.status_code, a.json()["error"]) for a in answers} == {(504, "database_timeout")}
        assert client.get(STATS).status_code == 200


@contextmanager
def stopped(process: int) -> Iterator[None]:
    """A process that does nothing, not even say so."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def test_the_connection_to_a_server_that_hangs_is_replaced(
    settings: Settings, built: Database
) -> None:
    with running_api(impatient(settings, 5), built) as client:
        assert client.get(STATS).status_code == 200
        with stopped(scalar(built, f"SELECT pid {READERS}")):
            answer = client.get(STATS)
            assert (answer.status_code, answer.json()["error"]) == (504, "database_timeout")
            assert client.get(STATS).status_code == 200, "over another connection"


@pytest.mark.parametrize("listening", [True, False], ids=["hangs", "is-gone"])
def test_a_database_that_never_answers(
    settings: Settings, server: tuple[Settings, Database], listening: bool
) -> None:
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        if listening:
            silent.listen()
        port = silent.getsockname()[1]
        url = URL.create("postgresql+psycopg", "genonaut", "hunter2", "127.0.0.1", port, "genonaut")
        nowhere = Database(url, create_engine(url), is_embedded=False)
        with running_api(impatient(settings, 5), nowhere) as client:
            answer = client.get(STATS)
    assert (answer.status_code, answer.json()["error"]) == (503, "database_unreachable")
    assert "hunter2" not in answer.text
