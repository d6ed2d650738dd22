"""What is only for those who run the service: metrics, the description, details of its health."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import pytest
from fastapi import Request

from genonaut.api.http.access import Access
from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.errors import NotSignedInError
from genonaut.people.accounts import Accounts
from genonaut.people.audit import COMMAND
from genonaut.people.identity import Scope
from tests.integration.test_proxied import with_header
from tests.support.api import running_api
from tests.support.people import (
    ACCOUNT,
    ADMIN,
    ANOTHER,
    PASSWORD,
    Browsers,
    add_account,
    add_token,
    bearer,
)
from tests.support.rows import add_items, run

OURS = {"Sec-Fetch-Site": "same-origin"}
OPERATORS = ("/metrics", "/docs", "/openapi.json", "/docs/swagger-ui.css")
READY = "/health/ready"
FAR = {"X-Forwarded-For": "203.0.113.9"}
HOW_PROXIES_SAY_IT = (
    FAR, {"Forwarded": "for=203.0.113.9"}, {"Via": "1.1 proxy"}, {"X-Real-IP": "203.0.113.9"},
    {"X-Forwarded-Host": "gallery.example"}, {"X-Forwarded-Proto": "https"},
    {"Remote-User": "root"}, {"x-forwarded-for": "127.0.0.1"},
)  # fmt: skip


@pytest.mark.parametrize("header", HOW_PROXIES_SAY_IT, ids=str)
def test_what_a_proxy_passes_on_is_not_from_this_machine(
    browsers: Browsers, header: dict[str, str]
) -> None:
    client = browsers.open()
    for path in OPERATORS:
        assert client.get(path).status_code == 200
        assert client.get(path, headers=header).status_code == 401
    assert client.get(READY).json()["checks"]["database"]["ok"]
    far = client.get(READY, headers=header)
    assert far.status_code in {200, 503}
    assert far.json() == {"ok": far.status_code == 200, "degraded": None, "checks": None}


@pytest.mark.parametrize(
    ("peer", "is_let_in"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("203.0.113.9", False),
     ("unix", False), (None, False)],
)  # fmt: skip
def test_the_sockets_own_peer_decides(
    settings: Settings, peer: str | None, is_let_in: bool
) -> None:
    """uvicorn has put another address in `client`, which a header said."""

    async def of(_request: Request) -> None:
        return None

    kept = SimpleNamespace(settings=settings, identities=SimpleNamespace(of=of))
    app = SimpleNamespace(state=kept)
    scope = {
        "type": "http", "method": "GET", "path": "/metrics", "headers": [], "app": app,
        "client": ("127.0.0.1", 1), "state": {"peer": peer},
    }  # fmt: skip
    if is_let_in:
        asyncio.run(Access("operator")(Request(scope)))
        return
    with pytest.raises(NotSignedInError):
        asyncio.run(Access("operator")(Request(scope)))


@pytest.mark.parametrize("scope", ["metrics", "read", "write", "admin"])
def test_an_administrators_token_of_any_scope_is_an_operators(
    browsers: Browsers, database: Database, scope: Scope
) -> None:
    sent = bearer(add_token(database, add_account(database, "root", "admin"), scope)) | FAR
    client = browsers.open(headers=sent)
    assert {client.get(path).status_code for path in OPERATORS} == {200}
    assert client.get(READY).json()["checks"] is not None


def test_a_members_token_is_none(browsers: Browsers, database: Database) -> None:
    sent = bearer(add_token(database, add_account(database), "write")) | FAR
    client = browsers.open(headers=sent)
    assert {client.get(path).status_code for path in OPERATORS} == {403}
    assert client.get(READY).json()["checks"] is None


def test_a_token_of_metrics_sees_no_item_and_changes_nothing(
    browsers: Browsers, database: Database
) -> None:
    root = add_account(database, "root", "admin")
    [item] = add_items(database, root)
    client = browsers.open(headers=bearer(add_token(database, root, "metrics")))
    for path in (
        "/api/v1/content/unified", f"/api/v1/content/{item}", "/api/v1/content/stats/unified",
        "/api/v1/tags", "/api/v1/users", f"{ACCOUNT}/me", f"{ADMIN}/users", "/gallery",
        f"/gallery/pictures/{item}.svg",
    ):  # fmt: skip
        assert client.get(path).status_code == 403, path
    assert client.post("/api/v1/content", json={"prompt": "x"}).status_code == 403
    assert client.delete(f"/api/v1/content/{item}").status_code == 403


def test_its_owner_has_to_be_an_administrator(browsers: Browsers, database: Database) -> None:
    root = add_account(database, "root", "admin")
    add_account(database, "other", "admin")
    client = browsers.open(headers=bearer(add_token(database, root, "metrics")) | FAR)
    assert client.get("/metrics").status_code == 200
    with database.transaction() as session:
        accounts = Accounts(session, COMMAND)
        accounts.set_role(accounts.find("root"), "member")
    assert client.get("/metrics").status_code == 403
    ada = add_account(database, "ada")
    refused = browsers.sign_in().post(f"{ACCOUNT}/tokens", json={"name": "x", "scope": "metrics"})
    assert (refused.status_code, refused.json()["error"]) == (422, "invalid_request"), ada


@pytest.fixture
def proxied(settings: Settings, database: Database) -> Iterator[httpx.Client]:
    with running_api(with_header(settings, ["127.0.0.0/8"]), database) as client:
        yield client


def test_passwords_are_refused_where_a_proxy_signs_in(
    proxied: httpx.Client, database: Database
) -> None:
    root = add_account(database, "root", "admin")
    sent = {"username": "root", "password": PASSWORD, "token": "x" * 43}
    own = {"current_password": PASSWORD, "new_password": ANOTHER}
    of_root = {"Remote-User": "root"}
    calls = [
        ("sign-in", {"username": "root", "password": PASSWORD}, {}),
        ("set-up", sent, {}),
        ("choose-password", {"token": "x" * 43, "password": PASSWORD}, {}),
        ("password", own, of_root),
    ]
    answers = [proxied.post(f"{ACCOUNT}/{path}", json=body, headers=by) for path, body, by in calls]
    answers.append(proxied.post(f"{ADMIN}/users/{root}/password-link", headers=of_root))
    for answer in answers:
        assert answer.status_code == 404, answer.url
        assert "`auth.mode` is header" in answer.json()["detail"]
        assert "set-cookie" not in answer.headers
    for path in ("sign-in", "setup", "password", "account/password"):
        page = proxied.get(f"/gallery/{path}", headers=of_root)
        assert page.status_code == 404, path
        assert "the proxy signs users in" in page.text
        answer = proxied.post(f"/gallery/{path}", data=sent, headers=OURS | of_root)
        assert (answer.status_code, "set-cookie" in answer.headers) == (404, False)
    assert run(database, "SELECT 1 FROM sessions") == []
    # What does not depend on passwords is there.
    assert proxied.get(f"{ACCOUNT}/tokens", headers=of_root).status_code == 200
    # A user who is added gets no link to a password.
    added = proxied.post(f"{ADMIN}/users", json={"username": "ada"}, headers=of_root)
    assert (added.status_code, added.json()["link"]) == (201, None)
    page = proxied.post("/gallery/admin/users", data={"username": "grace"}, headers=OURS | of_root)
    assert page.status_code == 200
    assert "grace" in page.text
    assert run(database, "SELECT 1 FROM one_time_links") == []
    for shown in (page, proxied.get(f"/gallery/admin/users/{root}", headers=of_root)):
        assert "/link" not in shown.text
