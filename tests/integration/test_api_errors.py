"""Every error has the same shape, its own noun, and a request id that the log knows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import structlog
from sqlalchemy import URL, create_engine

from genonaut.api.http.bodies import ONE
from genonaut.api.repositories.user_repository import UserRepository
from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import running_api

JSON = {"Content-Type": "application/json"}


def error(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert body["detail"].endswith((".", ")"))
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert answer.headers["Content-Type"] == "application/json"
    return answer.status_code, body["error"]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/nowhere", (404, "not_found")),
        ("GET", "/api/v1/users//", (404, "not_found")),
        ("GET", "/a%00%0a%ff", (404, "not_found")),
        ("GET", "/api/v1/content/999", (404, "not_found")),
        ("PUT", "/api/v1/users", (405, "method_not_allowed")),
        ("GET", "/api/v1/users?limit=0", (422, "invalid_request")),
    ],
)
def test_errors_have_one_shape(
    client: httpx.Client, method: str, path: str, expected: tuple[int, str]
) -> None:
    assert error(client.request(method, path)) == expected


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/users", "GET, HEAD, POST"),
        ("/api/v1/content-auto", "GET, HEAD, POST"),
        ("/api/v1/content/unified", "GET, HEAD"),
        ("/health", "GET, HEAD"),
    ],
)
def test_a_wrong_method_gets_the_allowed_ones(
    client: httpx.Client, path: str, allowed: str
) -> None:
    assert client.patch(path).headers["Allow"] == allowed


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_large_is_refused(client: httpx.Client, announced: bool) -> None:
    chunk = b" " * 1024 * 1024
    chunks = [chunk] * (ONE.size // len(chunk) + 1)
    body = b"".join(chunks) if announced else iter(chunks)
    answer = client.post("/api/v1/users", content=body, headers=JSON)
    assert error(answer) == (413, "content_too_large")
    assert "1 MiB" in answer.json()["detail"]


def test_a_body_that_just_fits_is_read(client: httpx.Client) -> None:
    body = b'{"username": "ada"}'.ljust(ONE.size)
    assert client.post("/api/v1/users", content=body, headers=JSON).status_code == 201


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_called_json_is_refused(
    client: httpx.Client, content_type: str | None
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = client.post("/api/v1/users", content=b'{"username": "ada"}\xff', headers=headers)
    assert error(answer) == (422, "invalid_request")
    assert "Content-Type: application/json" in answer.json()["detail"]


def test_a_sane_request_id_is_kept_and_another_is_replaced(client: httpx.Client) -> None:
    def answered(given: str) -> str:
        answer = client.get("/nowhere", headers={"X-Request-ID": given})
        return str(answer.json()["request_id"])

    assert answered("job-17:a.b_c") == "job-17:a.b_c"
    for insane in ("", "two words", "x" * 101, '"', "{}"):
        assert re.fullmatch("[0-9a-f]{32}", answered(insane))


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/"])
def test_the_address_of_the_api_leads_to_its_documentation(client: httpx.Client, path: str) -> None:
    index = client.get(path).json()
    assert client.get(index["openapi"]).json()["info"]["version"] == index["version"]
    assert client.get(index["documentation"]).headers["Content-Type"].startswith("text/html")


def test_every_response_has_our_headers(client: httpx.Client) -> None:
    for path in ("/health", "/nowhere", "/docs", "/openapi.json"):
        answer = client.get(path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers.get_list("X-Request-ID") == [answer.headers["X-Request-ID"]]


def test_an_unforeseen_error_is_a_500_without_details(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("hunter2")

    monkeypatch.setattr(UserRepository, "get", broken)
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as logged:
        answer = client.get("/api/v1/users/0b5e0c3e-6a0f-4c55-9f3a-0f6e1f4f7a10")
    assert error(answer) == (500, "internal_server_error")
    assert "hunter2" not in answer.text
    (line,) = [entry for entry in logged if entry["event"] == "unexpected error"]
    assert line["request_id"] == answer.json()["request_id"]
    assert line["exc_info"]


@contextmanager
def refused_at_commit(database: Database) -> Iterator[None]:
    with database.transaction() as session:
        session.connection().exec_driver_sql("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'not today'; END $$;
            CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON users
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()
        """)
    yield
    with database.transaction() as session:
        session.connection().exec_driver_sql("DROP FUNCTION refuse CASCADE")


def test_a_commit_that_fails_is_an_error(client: httpx.Client, database: Database) -> None:
    with refused_at_commit(database):
        answer = client.post("/api/v1/users", json={"username": "ada"})
    assert error(answer) == (503, "database")
    assert client.post("/api/v1/users", json={"username": "ada"}).status_code == 201


def test_a_slow_statement_is_given_up_and_the_next_request_works(
    client: httpx.Client, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(repository: UserRepository, *_: Any) -> None:
        connection = repository._session.connection()
        connection.exec_driver_sql("SET LOCAL statement_timeout = 50")
        connection.exec_driver_sql("SELECT pg_sleep(10)")

    user = "/api/v1/users/0b5e0c3e-6a0f-4c55-9f3a-0f6e1f4f7a10"
    with monkeypatch.context() as patch:
        patch.setattr(UserRepository, "get", slow)
        assert error(client.get(user)) == (504, "database_timeout")
    assert error(client.get(user)) == (404, "not_found")


def test_a_database_that_is_gone_is_a_503_that_names_no_addresses(settings: Settings) -> None:
    url = URL.create("postgresql+psycopg", "genonaut", "hunter2", "127.0.0.1", 1, "genonaut")
    with running_api(settings, Database(url, create_engine(url), is_embedded=False)) as client:
        answer = client.get("/api/v1/users")
    assert error(answer) == (503, "database_unreachable")
    assert "127.0.0.1" not in answer.text


def test_a_page_from_elsewhere_may_read_errors_too(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = settings.api.model_copy(update={"cors_origins": ["http://localhost:5173"]})
    page = {"Origin": "http://localhost:5173"}
    monkeypatch.setattr(UserRepository, "get", lambda *_: 1 / 0)
    elsewhere = running_api(settings.model_copy(update={"api": api}), database)
    with elsewhere as client, structlog.testing.capture_logs():
        broken = client.get("/api/v1/users/0b5e0c3e-6a0f-4c55-9f3a-0f6e1f4f7a10", headers=page)
        preflights = [
            client.options(
                "/api/v1/content/1", headers=page | {"Access-Control-Request-Method": method}
            )
            for method in ("POST", "PATCH", "DELETE")
        ]
        stranger = client.get("/health", headers={"Origin": "http://elsewhere"})
    assert error(broken) == (500, "internal_server_error")
    for answer in (broken, *preflights):
        assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:5173"
    assert broken.headers["Access-Control-Expose-Headers"] == "X-Request-ID, ETag"
    assert {preflight.status_code for preflight in preflights} == {200}
    assert "Access-Control-Allow-Origin" not in stranger.headers


def test_without_origins_there_is_no_cors(client: httpx.Client) -> None:
    answer = client.get("/health", headers={"Origin": "http://localhost:5173"})
    assert "Access-Control-Allow-Origin" not in answer.headers
