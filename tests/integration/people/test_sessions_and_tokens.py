"""Sessions and tokens: listed, limited, and refused from the moment they are revoked."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.people.identity import SCOPES, Scope
from genonaut.people.secret_keys import new_token
from tests.support.api import running_api
from tests.support.people import (
    ACCOUNT,
    ADMIN,
    PASSWORD,
    Browsers,
    add_account,
    add_token,
    bearer,
    everything_stored,
)
from tests.support.rows import run, scalar

ME = f"{ACCOUNT}/me"


@pytest.fixture
def others(account_settings: Settings, database: Database) -> Iterator[Browsers]:
    """Another server of the same gallery: nothing is shared but the database."""
    with running_api(account_settings, database) as client:
        made = Browsers(str(client.base_url))
        yield made
        made.close()


def test_a_session_is_known_to_every_server_and_so_is_its_end(
    browsers: Browsers, others: Browsers, database: Database
) -> None:
    add_account(database)
    here, there = browsers.sign_in(), others.open()
    there.cookies.set("genonaut", here.cookies["genonaut"])
    for _ in range(3):
        assert there.get(ME).status_code == 200
    [session] = here.get(f"{ACCOUNT}/sessions").json()["sessions"]
    assert session["is_this"]
    other = browsers.sign_in()
    assert other.delete(f"{ACCOUNT}/sessions/{session['id']}").status_code == 204
    assert [client.get(ME).status_code for client in (there, here, other)] == [401, 401, 200]
    assert other.delete(f"{ACCOUNT}/sessions/{session['id']}").status_code == 404


def test_a_token_is_known_to_every_server_and_so_is_its_end(
    browsers: Browsers, others: Browsers, database: Database
) -> None:
    add_account(database)
    owner = browsers.sign_in()
    added = owner.post(f"{ACCOUNT}/tokens", json={"name": "backup", "days": 1}).json()
    headers = bearer(added["secret"])
    assert others.open().get(ME, headers=headers).json()["scope"] == "read"
    assert owner.delete(f"{ACCOUNT}/tokens/{added['token']['id']}").status_code == 204
    for client in (others.open(), browsers.open()):
        refused = client.get(ME, headers=headers)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")


def test_one_signs_out_everywhere(browsers: Browsers, database: Database) -> None:
    add_account(database)
    add_account(database, "grace")
    clients = [browsers.sign_in() for _ in range(3)]
    grace = browsers.sign_in("grace")
    assert clients[0].delete(f"{ACCOUNT}/sessions").status_code == 204
    assert [client.get(ME).status_code for client in (*clients, grace)] == [401, 401, 401, 200]


def test_sessions_of_others_are_not_ones_own(browsers: Browsers, database: Database) -> None:
    add_account(database)
    add_account(database, "grace")
    ada, grace = browsers.sign_in(), browsers.sign_in("grace")
    [session] = ada.get(f"{ACCOUNT}/sessions").json()["sessions"]
    token = ada.post(f"{ACCOUNT}/tokens", json={"name": "x"}).json()["token"]
    for path in (f"sessions/{session['id']}", f"tokens/{token['id']}"):
        assert grace.delete(f"{ACCOUNT}/{path}").status_code == 404
    assert ada.get(ME).status_code == 200


def test_a_session_slides_and_expires(browsers: Browsers, database: Database) -> None:
    add_account(database)
    client = browsers.sign_in()
    use = "UPDATE sessions SET last_seen_at = now() - %s::interval, expires_at = now() + '1 minute'"
    lasts = "SELECT expires_at > now() + interval '29 days' FROM sessions"
    run(database, use, "59 minutes")
    assert client.get(ME).status_code == 200
    assert not scalar(database, lasts), "it is written once an hour at most"
    run(database, use, "61 minutes")
    assert client.get(ME).status_code == 200
    assert scalar(database, lasts)
    run(database, "UPDATE sessions SET expires_at = now()")
    assert client.get(ME).status_code == 401


def test_when_a_token_was_used_is_known_to_the_minute(
    browsers: Browsers, database: Database
) -> None:
    headers = bearer(add_token(database, add_account(database)))
    client = browsers.open()
    used = "SELECT last_used_at FROM api_tokens"
    assert scalar(database, used) is None
    client.get(ME, headers=headers)
    first = scalar(database, used)
    client.get(ME, headers=headers)
    assert scalar(database, used) == first
    run(database, "UPDATE api_tokens SET last_used_at = now() - interval '61 seconds'")
    client.get(ME, headers=headers)
    assert scalar(database, used) > first


def test_a_user_has_a_hundred_sessions_at_most(browsers: Browsers, database: Database) -> None:
    user_id = add_account(database)
    insert = (
        "INSERT INTO sessions (token_hash, user_id, last_seen_at, expires_at, address, agent)"
        " SELECT sha256(n::text::bytea), %s, now() - n * interval '1 minute',"
        " now() + '1 day', 'x', 'x' FROM generate_series(1, 200) AS n"
    )
    run(database, insert, user_id)
    client = browsers.sign_in()
    sessions = client.get(f"{ACCOUNT}/sessions").json()["sessions"]
    assert len(sessions) == 100
    assert sessions[0]["is_this"]


def malformed() -> list[dict[str, str] | list[tuple[str, str]]]:
    token = new_token()
    return [
        {"Authorization": "Bearer"},
        {"Authorization": "BEARER x"},
        {"Authorization": "bearer gno_x"},
        {"Authorization": f"Bearer {token}"},
        {"Authorization": f"Bearer {token} {token}"},
        {"Authorization": f"Bearer {token[:-1]}"},
        {"Authorization": f"Bearer {'x' * 8000}"},
        [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")],
    ]


@pytest.mark.parametrize("headers", malformed(), ids=range(8))
def test_a_token_that_is_not_valid_is_refused_beside_a_good_cookie(
    browsers: Browsers, database: Database, headers: Any
) -> None:
    add_account(database)
    for path in (ME, "/api/v1/tags"):
        refused = browsers.sign_in().get(path, headers=headers)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")
        assert refused.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_a_password_for_a_proxy_is_no_token(browsers: Browsers) -> None:
    headers = {"Authorization": "Basic YWRhOnNlY3JldA=="}
    assert browsers.open().get("/api/v1/tags", headers=headers).status_code == 200


def test_an_expired_token_is_refused(browsers: Browsers, database: Database) -> None:
    headers = bearer(add_token(database, add_account(database), days=1))
    client = browsers.open()
    assert client.get(ME, headers=headers).status_code == 200
    run(database, "UPDATE api_tokens SET expires_at = now()")
    assert client.get(ME, headers=headers).json()["error"] == "invalid_token"


def test_one_kind_of_secret_is_not_the_other(browsers: Browsers, database: Database) -> None:
    user_id = add_account(database)
    session = browsers.sign_in().cookies["genonaut"]
    client = browsers.open()
    assert client.get(ME, headers=bearer(session)).status_code == 401
    client.cookies.set("genonaut", add_token(database, user_id))
    assert client.get(ME).status_code == 401


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_is_what_a_token_allows(
    browsers: Browsers, database: Database, scope: Scope
) -> None:
    headers = bearer(add_token(database, add_account(database, role="admin"), scope))
    client = browsers.open()
    item = {"prompt": "x"}
    statuses = [
        client.get("/api/v1/tags", headers=headers).status_code,
        client.post("/api/v1/content", headers=headers, json=item).status_code,
        client.get(f"{ADMIN}/users", headers=headers).status_code,
    ]
    expected = {"read": [200, 403, 403], "write": [200, 201, 403], "admin": [200, 201, 200]}
    assert statuses == expected[scope]
    refused = client.post("/api/v1/users", headers=headers, json={"username": "x"})
    if scope == "admin":
        assert refused.status_code == 201
    else:
        assert refused.json()["error"] == "insufficient_scope"
        assert refused.headers["www-authenticate"] == 'Bearer error="insufficient_scope"'


def test_a_token_cannot_change_its_owners_account(browsers: Browsers, database: Database) -> None:
    headers = bearer(add_token(database, add_account(database, role="admin"), "admin"))
    client = browsers.open()
    for method, path in (
        ("GET", "sessions"),
        ("DELETE", "sessions"),
        ("GET", "tokens"),
        ("POST", "tokens"),
        ("POST", "password"),
    ):
        refused = client.request(method, f"{ACCOUNT}/{path}", headers=headers, json={})
        assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")


def test_a_token_is_no_wider_than_its_owners_role(browsers: Browsers, database: Database) -> None:
    user_id = add_account(database, role="admin")
    add_account(database, "grace", role="admin")
    headers = bearer(add_token(database, user_id, "admin"))
    client = browsers.open()
    assert client.get(f"{ADMIN}/users", headers=headers).status_code == 200
    owner = browsers.sign_in()
    run(database, "UPDATE users SET role = 'member' WHERE username = 'ada'")
    assert client.get(f"{ADMIN}/users", headers=headers).status_code == 403
    refused = owner.post(f"{ACCOUNT}/tokens", json={"name": "x", "scope": "admin"})
    assert refused.status_code == 422


def test_a_disabled_user_loses_sessions_and_tokens_at_once(
    browsers: Browsers, others: Browsers, database: Database
) -> None:
    add_account(database, "root", role="admin")
    user_id = add_account(database)
    headers, ada, root = (
        bearer(add_token(database, user_id)),
        browsers.sign_in(),
        browsers.sign_in("root"),
    )
    elsewhere = others.open()
    assert elsewhere.get(ME, headers=headers).status_code == 200
    user = f"{ADMIN}/users/{user_id}"
    assert root.patch(user, json={"disabled": True}).json()["state"] == "disabled"
    assert ada.get(ME).status_code == 401
    assert elsewhere.get(ME, headers=headers).status_code == 401
    assert scalar(database, "SELECT count(*) FROM sessions") == 1
    assert root.patch(user, json={"disabled": False}).json()["state"] == "active"
    assert ada.get(ME).status_code == elsewhere.get(ME, headers=headers).status_code == 401
    assert browsers.sign_in().get(ME).status_code == 200


def test_no_secret_is_stored(browsers: Browsers, database: Database) -> None:
    add_account(database)
    client = browsers.sign_in()
    token = client.post(f"{ACCOUNT}/tokens", json={"name": "x"}).json()["secret"]
    stored = everything_stored(database)
    for secret in (PASSWORD, client.cookies["genonaut"], token, token[12:]):
        assert secret not in stored


def test_a_new_password_ends_the_other_sessions(browsers: Browsers, database: Database) -> None:
    add_account(database)
    other, client = browsers.sign_in(), browsers.sign_in()
    change = {"current_password": "wrong horse", "new_password": "battery staple"}
    path = f"{ACCOUNT}/password"
    assert client.post(path, json=change).json()["error"] == "sign_in_failed"
    assert other.get(ME).status_code == 200
    change["current_password"] = PASSWORD
    for short in ("seven..", "x" * 257, "with \0 NUL"):
        assert client.post(path, json=change | {"new_password": short}).status_code == 422
    assert client.post(path, json=change).status_code == 204
    assert (client.get(ME).status_code, other.get(ME).status_code) == (200, 401)
    browsers.sign_in(password=change["new_password"])
    stale = httpx.Client(base_url=client.base_url, timeout=client.timeout)
    with stale:
        sent = {"username": "ada", "password": PASSWORD}
        assert stale.post(f"{ACCOUNT}/sign-in", json=sent).status_code == 401
