"""PUT of a user: one's own name and e-mail address, and an administrator's right to all."""

import httpx
import pytest

from genonaut.config import Settings
from genonaut.config_people import HeaderSettings
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.people import PASSWORD, Browsers, add_account, add_token, bearer
from tests.support.rows import add_user, run, scalar


@pytest.fixture
def ada_id(database: Database) -> str:
    return add_account(database)


@pytest.fixture
def ada(browsers: Browsers, ada_id: str) -> httpx.Client:
    return browsers.sign_in()


def put(client: httpx.Client, user_id: str, **sent: object) -> httpx.Response:
    return client.put(f"/api/v1/users/{user_id}", json=sent)


def test_a_user_changes_the_own_name_and_address(
    ada: httpx.Client, ada_id: str, browsers: Browsers, database: Database
) -> None:
    answer = put(ada, ada_id, name=" Ada  Lovelace ", email="ada@example.org")
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert (changed["username"], changed["name"]) == ("Ada Lovelace", "Ada Lovelace")
    assert (changed["email"], changed["is_active"]) == ("ada@example.org", True)
    assert put(ada, ada_id, username="countess").json()["email"] == "ada@example.org"
    assert put(ada, ada_id, username="queen", name="king").json()["name"] == "queen"
    assert put(ada, ada_id, email=None).json()["email"] is None
    assert put(ada, ada_id).json()["name"] == "queen"
    assert ada.get(f"/api/v1/users/{ada_id}").json()["name"] == "queen"
    browsers.sign_in("queen", PASSWORD)
    renamed = "SELECT subject FROM audit_log WHERE action = 'user-renamed' ORDER BY id"
    assert run(database, renamed) == [
        ("ada → Ada Lovelace",),
        ("Ada Lovelace → countess",),
        ("countess → queen",),
    ]


def test_a_name_that_is_taken_or_not_to_be_had_is_a_conflict(
    ada: httpx.Client, ada_id: str, database: Database
) -> None:
    add_user(database, "grace")
    for name in ("grace", " grace ", "imported"):
        refused = put(ada, ada_id, name=name, email="lost@example.org")
        assert (refused.status_code, refused.json()["error"]) == (409, "conflict")
    assert run(database, "SELECT username, email FROM users ORDER BY 1") == [
        ("ada", None),
        ("grace", None),
    ]


@pytest.mark.parametrize(
    "sent",
    [
        {"name": ""},
        {"name": " "},
        {"name": "x" * 256},
        {"name": "a\x07"},
        {"email": "ada"},
        {"email": "a@b\nBcc: c@d"},
        {"role": "admin"},
        {"is_active": True},
        {"preferences": {}},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(ada: httpx.Client, ada_id: str, sent: dict[str, object]) -> None:
    assert put(ada, ada_id, **sent).status_code == 422


def test_others_are_for_administrators(
    ada: httpx.Client, ada_id: str, browsers: Browsers, database: Database
) -> None:
    root_id = add_account(database, "root", "admin")
    for target in (root_id, "00000000-0000-4000-8000-0000000000ff"):
        assert put(ada, target, email="eve@example.org").status_code == 403
    root = browsers.sign_in("root")
    assert put(root, ada_id, name="countess", email="c@example.org").status_code == 200
    assert put(root, ada_id, name="imported").status_code == 200
    assert put(root, "00000000-0000-4000-8000-0000000000ff", name="x").status_code == 404
    program = browsers.open()
    for token, status in (
        (add_token(database, root_id, "write"), 403),
        (add_token(database, root_id, "admin"), 200),
        (add_token(database, ada_id, "write"), 403),
    ):
        program.headers.update(bearer(token))
        assert put(program, ada_id, email="d@example.org").status_code == status
    assert browsers.open().put(f"/api/v1/users/{ada_id}", json={}).status_code == 401
    assert "d@example.org" not in browsers.open().get(f"/api/v1/users/{ada_id}").text


def test_a_proxy_that_signs_in_names_the_users(
    open_api: OpenApi, settings: Settings, database: Database
) -> None:
    described = {"user": "Remote-User", "groups": "Remote-Groups", "proxies": ["127.0.0.0/8"]}
    header = HeaderSettings.model_validate(described)
    auth = settings.auth.model_copy(update={"mode": "header", "header": header})
    client = open_api(settings.model_copy(update={"auth": auth}), database)
    said = {"Remote-User": "ada"}
    client.get("/api/v1/account/me", headers=said)
    ada = scalar(database, "SELECT id FROM users WHERE username = 'ada'")
    path = f"/api/v1/users/{ada}"
    refused = client.put(path, json={"name": "eve"}, headers=said)
    assert (refused.status_code, "proxy" in refused.json()["detail"]) == (409, True)
    assert client.put(path, json={"email": "a@b.example"}, headers=said).status_code == 200


def test_where_all_is_open_a_client_changes_any_user(
    open_api: OpenApi, settings: Settings, database: Database
) -> None:
    client, user = open_api(settings, database), add_user(database, "bo")
    assert put(client, user, name="bob").json()["name"] == "bob"
