"""Query parameters that are unknown: every route of the API refuses them, and no page does."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from genonaut.api.http.problems import MOST_PROBLEMS
from genonaut.app import create_app
from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.people.sessions import Sessions
from genonaut.web.page_route import PageRoute
from tests.integration.contract import openapi
from tests.support.api import OpenApi
from tests.support.people import add_account, with_accounts

ITEMS = "/api/v1/content/unified"
OPERATIONS = {
    (method.upper(), path): operation
    for path, methods in openapi()["paths"].items()
    for method, operation in methods.items()
}
OF_THE_API = [route for route in OPERATIONS if route[1].startswith("/api")]


def names_of(operation: dict[str, Any]) -> list[str]:
    given = operation.get("parameters", ())
    return sorted(one["name"] for one in given if one["in"] == "query")


def send(client: httpx.Client, method: str, path: str, query: Any) -> httpx.Response:
    for name in ("user_id", "tag_id", "session_id", "token_id"):
        path = path.replace(f"{{{name}}}", "00000000-0000-4000-8000-0000000000ff")
    return client.request(method, path.replace("{item_id}", "1"), params=query)


@pytest.fixture
def admin(open_api: OpenApi, settings: Settings, database: Database) -> Iterator[httpx.Client]:
    """The session of an administrator, whom every route lets in."""
    user = UUID(add_account(database, "root", "admin"))
    with database.transaction() as session:
        begun = Sessions(session).begin(user, 1, None, None)
    site = open_api(with_accounts(settings), database)
    session_of_it = {"genonaut": begun.secret}
    with httpx.Client(
        base_url=site.base_url, timeout=site.timeout, cookies=session_of_it
    ) as client:
        yield client


def test_every_route_of_the_api_refuses_it_by_name(admin: httpx.Client) -> None:
    assert len(OF_THE_API) > 30
    for method, path in OF_THE_API:
        answer = send(admin, method, path, {"zzzzzz": "1"})
        assert answer.status_code == 422, (method, path)
        known = ", ".join(names_of(OPERATIONS[method, path])) or "none"
        said = f"zzzzzz is not a parameter of this request, which takes {known}."
        assert answer.json()["detail"] == said, (method, path)
        assert [problem["field"] for problem in answer.json()["fields"]] == ["zzzzzz"]


def test_every_known_parameter_is_let_through_and_suggested(admin: httpx.Client) -> None:
    for method, path in OF_THE_API:
        for name in names_of(OPERATIONS[method, path]):
            let_through = send(admin, method, path, {name: "\0"})
            assert "is not a parameter" not in let_through.text, (path, name)
            for misspelt in (name.upper(), f"{name}[]", name[1:] if len(name) > 4 else f"{name}x"):
                refused = send(admin, method, path, {misspelt: "1"})
                assert refused.status_code == 422, (path, misspelt)
                assert f"the nearest is {name}." in refused.json()["detail"], (path, misspelt)


@pytest.mark.parametrize("misspelt", ["pagesize", "pageSize", "page-size", "PAGE_SIZE"])
def test_the_nearest_is_suggested(client: httpx.Client, misspelt: str) -> None:
    answer = client.get(ITEMS, params={misspelt: "1", "page": "1"})
    assert answer.status_code == 422
    detail = f"{misspelt} is not a parameter of this request; the nearest is page_size."
    assert answer.json()["detail"] == detail


def test_it_is_refused_before_anything_is_done(client: httpx.Client) -> None:
    refused = client.post("/api/v1/users?notify=true", json={"username": "ada"})
    assert refused.status_code == 422
    assert client.get("/api/v1/users").json()["users"] == []


def test_a_secret_in_the_address_is_not_repeated(client: httpx.Client) -> None:
    answer = client.post("/api/v1/account/me?password=hunter2")
    assert "hunter2" not in answer.text
    assert "hunter2" not in client.get(f"{ITEMS}?token=hunter2").text


def test_many_are_counted_and_the_first_are_shown(client: httpx.Client) -> None:
    query = "&".join(f"n{number}" for number in range(2_000))
    answer = client.get(f"{ITEMS}?{query}&{'x' * 5_000}=1")
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith("This is the first of 2001 faults.")
    assert len(answer.json()["fields"]) == MOST_PROBLEMS
    assert len(client.get(f"{ITEMS}?{'x' * 5_000}=1").text) < 1_000


def test_pages_and_probes_ignore_it(
    client: httpx.Client, settings: Settings, database: Database
) -> None:
    pages = [
        route.path
        for route in iter_route_contexts(create_app(settings, database).routes)
        if isinstance(route.original_route, PageRoute) and "GET" in (route.methods or ())
    ]
    pages = [path for path in pages if not str(path).endswith("/stream")]  # which has no end
    assert len(pages) > 15
    for path in (*pages, "/health", "/health/ready", "/metrics", "/docs", "/openapi.json"):
        assert path
        assert client.get(f"{path}?zzzzzz=1").status_code == client.get(path).status_code
