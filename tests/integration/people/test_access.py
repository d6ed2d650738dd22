"""Every route declares who may use it. (What then happens at each: test_matrix.py.)"""

import socket

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from genonaut.api.http.guarded_routes import GuardedRoute, require_access
from tests.support.matrix import Row, read_matrix
from tests.support.people import Browsers
from tests.support.waiting import PATIENCE_SECONDS


def test_an_application_with_an_open_route_does_not_start() -> None:
    app = FastAPI(openapi_url=None)
    app.get("/forgotten")(lambda: "x")
    with pytest.raises(TypeError, match="/forgotten declares no access"):
        require_access(app)
    with pytest.raises(TypeError, match="/forgotten declares 0 kinds of access"):
        APIRouter(route_class=GuardedRoute).get("/forgotten")(lambda: "x")


def test_an_application_with_files_that_declare_nothing_does_not_start() -> None:
    app = FastAPI(openapi_url=None)
    app.mount("/files", StaticFiles(directory="."))
    with pytest.raises(TypeError, match="/files declares no access"):
        require_access(app)


def test_programs_of_this_machine_may_watch(browsers: Browsers) -> None:
    client = browsers.open()
    for path in ("/metrics", "/docs", "/openapi.json"):
        assert client.get(path).status_code == 200
        for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
            assert client.get(path, headers={header: "127.0.0.1"}).status_code == 401, path


def test_a_body_of_a_refused_request_is_not_read(browsers: Browsers) -> None:
    url = browsers.open().base_url
    head = f"POST /api/v1/content HTTP/1.1\r\nHost: {url.host}\r\nContent-Length: 8000000\r\n\r\n"
    with socket.create_connection((url.host, url.port or 80), PATIENCE_SECONDS) as client:
        client.sendall(head.encode())  # and nothing of the body
        assert client.recv(100).startswith(b"HTTP/1.1 401 ")


def taken(row: Row) -> list[dict[str, list[str]]]:
    """What OpenAPI is to say of a route, by what its senders get: nothing, a token, a session."""
    if row.lets_in("visitor") and row.lets_in("closed"):
        return []
    is_open = row.lets_in("visitor") or row.access == "operator"
    with_token = [{"token": list[str]()}] * row.lets_in("a-admin")
    return [{}] * is_open + with_token + [{"session": []}] * row.lets_in("admin")


def test_openapi_says_what_each_operation_takes(browsers: Browsers) -> None:
    described = browsers.open().get("/openapi.json").json()
    assert set(described["components"]["securitySchemes"]) == {"token", "session"}
    said = {
        f"{method.upper()} {path}": way["security"]
        for path, ways in described["paths"].items()
        for method, way in ways.items()
    }
    rows = {row.name: row for row in read_matrix()}
    assert said == {name: taken(rows[name]) for name in said}
    assert {"GET /health", "POST /api/v1/content", "GET /metrics"} <= said.keys()
