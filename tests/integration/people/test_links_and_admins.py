"""Links that work once, and what administrators do with accounts."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from genonaut.cli.preparing import set_up_path
from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.people.links import Links
from tests.support.people import (
    ACCOUNT,
    ADMIN,
    PASSWORD,
    WRONG,
    Browsers,
    add_account,
    everything_stored,
    token_in,
)
from tests.support.rows import add_items, add_user, run, scalar

SET_UP = f"{ACCOUNT}/set-up"
NO_USER = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def link(database: Database) -> str:
    """The secret of a link for the first administrator."""
    with database.transaction() as session:
        return token_in(Links(session).make("setup"))


def set_up(client: httpx.Client, token: str, name: str = "ada") -> httpx.Response:
    return client.post(SET_UP, json={"token": token, "username": name, "password": PASSWORD})


def admins(database: Database) -> int:
    found: int = scalar(database, "SELECT count(*) FROM users WHERE role = 'admin'")
    return found


def test_a_link_is_made_where_there_are_accounts_and_no_administrator(
    settings: Settings, account_settings: Settings, database: Database
) -> None:
    assert set_up_path(settings, database) is None
    path = set_up_path(account_settings, database)
    assert path
    assert token_in(path)
    add_account(database, "root", role="admin")
    assert set_up_path(account_settings, database) is None


def test_the_first_administrator_is_made_once(
    browsers: Browsers, database: Database, link: str
) -> None:
    client = browsers.open()
    assert set_up(client, link).status_code == 204
    assert client.get(f"{ACCOUNT}/me").json()["role"] == "admin"
    refused = set_up(browsers.open(), link, "grace")
    assert (refused.status_code, refused.json()["error"]) == (404, "not_found")
    assert link not in refused.text + everything_stored(database)
    recorded = run(database, "SELECT actor, action FROM audit_log ORDER BY id")
    assert recorded == [(None, "user-added"), ("ada", "set-up")]
    browsers.sign_in()


def test_a_link_that_has_expired_makes_no_administrator(
    browsers: Browsers, database: Database, link: str
) -> None:
    run(database, "UPDATE one_time_links SET expires_at = now()")
    assert set_up(browsers.open(), link).status_code == 404
    assert admins(database) == 0


def test_a_link_is_void_as_soon_as_there_is_an_administrator(
    browsers: Browsers, database: Database, link: str
) -> None:
    add_account(database, "root", role="admin")
    assert set_up(browsers.open(), link).status_code == 404
    assert admins(database) == 1


def test_a_newer_link_replaces_the_one_before(
    browsers: Browsers, database: Database, link: str
) -> None:
    with database.transaction() as session:
        newer = token_in(Links(session).make("setup"))
    assert set_up(browsers.open(), link).status_code == 404
    assert set_up(browsers.open(), newer).status_code == 204


def test_of_many_who_open_it_at_once_one_becomes_administrator(
    browsers: Browsers, database: Database, link: str
) -> None:
    clients = [browsers.open() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        tried = pool.map(lambda n: set_up(clients[n], link, f"user {n}").status_code, range(8))
    assert sorted(tried) == [204] + [404] * 7
    assert (admins(database), scalar(database, "SELECT count(*) FROM users")) == (1, 1)


def test_a_creator_may_become_the_administrator_but_no_account_is_taken_over(
    browsers: Browsers, database: Database, link: str
) -> None:
    add_account(database, "grace")
    creator = add_user(database, "ada")
    add_items(database, creator)
    assert set_up(browsers.open(), link, "grace").status_code == 409
    client = browsers.open()
    assert set_up(client, link, "ada").status_code == 204, "a conflict does not use the link up"
    assert client.get(f"{ACCOUNT}/me").json()["id"] == creator


@pytest.mark.parametrize("more", [{"token": "x"}, {"password": "short"}, {"username": " "}])
def test_what_is_wrong_with_a_set_up_uses_nothing_up(
    browsers: Browsers, database: Database, link: str, more: dict[str, str]
) -> None:
    body = {"token": link, "username": "ada", "password": PASSWORD} | more
    answer = browsers.open().post(SET_UP, json=body)
    assert answer.status_code in {404, 422}
    assert link not in answer.text
    assert PASSWORD not in answer.text
    assert set_up(browsers.open(), link).status_code == 204


def test_a_new_user_chooses_a_password_by_a_link(browsers: Browsers, database: Database) -> None:
    add_account(database, "root", role="admin")
    root = browsers.sign_in("root")
    added = root.post(f"{ADMIN}/users", json={"username": "grace"}).json()
    assert (added["user"]["state"], added["link"]["hours"]) == ("creator", 24)
    body = {"token": token_in(added["link"]["path"]), "password": PASSWORD}
    path = f"{ACCOUNT}/choose-password"
    assert browsers.open().post(path, json=body | {"token": "x"}).status_code == 404
    assert browsers.open().post(path, json=body).status_code == 204
    assert browsers.open().post(path, json=body).status_code == 404
    browsers.sign_in("grace")


def test_a_link_ends_sessions_when_it_is_used_and_the_next_one_voids_it(
    browsers: Browsers, database: Database
) -> None:
    add_account(database, "root", role="admin")
    user_id = add_account(database)
    root, ada = browsers.sign_in("root"), browsers.sign_in()
    make = f"{ADMIN}/users/{user_id}/password-link"
    first, second = (token_in(root.post(make).json()["path"]) for _ in range(2))
    assert ada.get(f"{ACCOUNT}/me").status_code == 200
    for token, status in ((first, 404), (second, 204)):
        body = {"token": token, "password": WRONG}
        answer = browsers.open().post(f"{ACCOUNT}/choose-password", json=body)
        assert answer.status_code == status
    assert ada.get(f"{ACCOUNT}/me").status_code == 401
    browsers.sign_in(password=WRONG)


def test_users_are_listed_added_and_changed(browsers: Browsers, database: Database) -> None:
    add_account(database, "root", role="admin")
    add_user(database, "imported")
    root = browsers.sign_in("root")
    new = {"username": "Grace", "password": WRONG, "email": "grace@example.org", "role": "admin"}
    added = root.post(f"{ADMIN}/users", json=new).json()
    assert added["link"] is None
    assert root.post(f"{ADMIN}/users", json=new).status_code == 409
    for wrong in ({"role": "owner"}, {"email": "x"}, {"password": "short"}, {"more": 1}):
        assert root.post(f"{ADMIN}/users", json=new | wrong).status_code == 422
    page = root.get(f"{ADMIN}/users", params={"limit": 2}).json()
    names = [user["username"] for user in page["users"]]
    rest = root.get(f"{ADMIN}/users", params={"after": page["next_after"]}).json()
    names += [user["username"] for user in rest["users"]]
    assert (sorted(names), rest["next_after"]) == (["Grace", "imported", "root"], None)
    user = f"{ADMIN}/users/{added['user']['id']}"
    assert root.patch(user, json={"role": "member", "email": None}).json()["email"] is None
    assert root.patch(f"{ADMIN}/users/{NO_USER}", json={}).status_code == 404
    assert browsers.sign_in("Grace", WRONG).get(f"{ADMIN}/users").status_code == 403


@pytest.mark.parametrize("change", [{"role": "member"}, {"disabled": True}])
def test_there_is_always_an_administrator(
    browsers: Browsers, database: Database, change: dict[str, object]
) -> None:
    ids = [add_account(database, name, role="admin") for name in ("ada", "grace")]
    clients = [browsers.sign_in(name) for name in ("ada", "grace")]

    def try_it(number: int) -> int:
        return clients[number].patch(f"{ADMIN}/users/{ids[number]}", json=change).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(try_it, range(2))) == [200, 409]
    assert (
        scalar(database, "SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL")
        == 1
    )
