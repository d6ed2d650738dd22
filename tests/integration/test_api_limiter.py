"""Many requests and few connections: no request waits long, and none forever."""

import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import create_engine

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import running_api


def few_connections(database: Database) -> Database:
    engine = create_engine(database.url, pool_size=2, max_overflow=0, pool_timeout=5)
    return Database(database.url, engine, is_embedded=True)


def of_size(settings: Settings, pool_size: int, patience: float = 10) -> Settings:
    update = {"pool_size": pool_size, "statement_timeout_seconds": patience}
    return settings.model_copy(update={"api": settings.api.model_copy(update=update)})


def test_a_hundred_requests_share_two_connections(settings: Settings, database: Database) -> None:
    few = few_connections(database)
    with running_api(of_size(settings, 2), few) as client, ThreadPoolExecutor(100) as threads:
        user = client.post("/api/v1/users", json={"username": "ada"}).json()
        started = time.monotonic()
        answers = list(threads.map(client.get, [f"/api/v1/users/{user['id']}"] * 300))
        seconds = time.monotonic() - started
    few.engine.dispose()
    assert {answer.status_code for answer in answers} == {200}
    assert seconds < 20


def test_a_request_that_waits_too_long_is_a_504(settings: Settings, database: Database) -> None:
    few = few_connections(database)
    with running_api(of_size(settings, 1, patience=0.3), few) as client:
        with database.transaction() as session:
            session.connection().exec_driver_sql("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
            with ThreadPoolExecutor(2) as threads:
                first = threads.submit(client.get, "/api/v1/users")
                time.sleep(0.2)
                second = client.get("/api/v1/users")
                session.rollback()
                assert first.result().status_code == 200
        assert client.get("/api/v1/users").status_code == 200
    few.engine.dispose()
    assert (second.status_code, second.json()["error"]) == (504, "database_timeout")
