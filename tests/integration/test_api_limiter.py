"""Many requests and few connections: no request waits long, and none forever."""

import asyncio
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import pytest
from sqlalchemy import create_engine

from genonaut.api.http.limiter import ConnectionLimiter
from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.errors import OverloadedError
from tests.support.api import running_api
from tests.support.waiting import wait_until_blocked


def few_connections(database: Database) -> Database:
    engine = create_engine(database.url, pool_size=2, max_overflow=0, pool_timeout=5)
    return Database(database.url, engine, is_embedded=True)


def of_size(settings: Settings, pool_size: int, patience: float = 60) -> Settings:
    update = {"pool_size": pool_size, "patience_seconds": patience}
    return settings.model_copy(update={"api": settings.api.model_copy(update=update)})


@pytest.mark.long
def test_a_hundred_requests_share_two_connections(settings: Settings, database: Database) -> None:
    few = few_connections(database)
    with running_api(of_size(settings, 2), few) as client, ThreadPoolExecutor(100) as threads:
        user = client.post("/api/v1/users", json={"username": "ada"}).json()
        answers = list(threads.map(client.get, [f"/api/v1/users/{user['id']}"] * 300))
    few.engine.dispose()
    assert {answer.status_code for answer in answers} == {200}


def test_a_request_that_waits_too_long_is_refused(settings: Settings, database: Database) -> None:
    few = few_connections(database)
    with running_api(of_size(settings, 1, patience=0.3), few) as client:
        with database.transaction() as session:
            session.connection().exec_driver_sql("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
            with ThreadPoolExecutor(1) as threads:
                first = threads.submit(client.get, "/api/v1/users")
                wait_until_blocked(session.connection())
                second = client.get("/api/v1/users")
                session.rollback()
                assert first.result().status_code == 200
        assert client.get("/api/v1/users").status_code == 200
    few.engine.dispose()
    assert (second.status_code, second.json()["error"]) == (503, "overloaded")
    assert second.headers["Retry-After"] == "1"


async def hold(limiter: ConnectionLimiter, seconds: float) -> str:
    try:
        async with limiter.slot():
            await asyncio.sleep(seconds)
    except OverloadedError as error:
        return str(error)
    return "served"


def test_who_would_wait_in_vain_is_refused_at_once() -> None:
    async def crowd() -> list[str]:
        limiter = ConnectionLimiter(2, patience=60)
        limiter._seconds = 10.0  # as if each had taken that long
        return await asyncio.gather(*(hold(limiter, 0) for _ in range(100)))

    ends = asyncio.run(crowd())
    # Two have a place; twelve wait, and one more would wait for longer than a minute.
    assert ends.count("served") == 14
    assert ends.count("More requests are waiting than can be answered in time.") == 86


WORDS = ("sea", "fox", "hill", "moon")


def test_searches_leave_places_for_others(settings: Settings, database: Database) -> None:
    few = few_connections(database)
    with (
        running_api(of_size(settings, 3, patience=0.3), few) as client,
        ThreadPoolExecutor(4) as threads,
        database.transaction() as session,
    ):
        lock = "LOCK TABLE content_items IN ACCESS EXCLUSIVE MODE"
        session.connection().exec_driver_sql(lock)
        search = "/api/v1/content/unified?search_term="  # different ones: equal ones share one
        searches = [threads.submit(client.get, f"{search}{word}") for word in WORDS]
        refused = [done.result() for done in islice(as_completed(searches), 3)]
        assert client.get("/api/v1/users").status_code == 200
        session.rollback()
        assert sorted(one.result().status_code for one in searches) == [200, 503, 503, 503]
    few.engine.dispose()
    assert {response.json()["error"] for response in refused} == {"overloaded"}
