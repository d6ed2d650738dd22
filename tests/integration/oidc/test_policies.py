"""Roles, names and who may register: what the settings of a provider decide."""

import httpx
import pytest

from genonaut.db.session import Database
from tests.support.browser_of_people import Browser, browser_at, is_refused, numbers
from tests.support.rows import add_user, run
from tests.support.tampering import Provider


@pytest.mark.parametrize("policy", [{"admin-group": "admins"}])
def test_a_claim_gives_the_role_and_takes_it(browser: Browser, provider: Provider) -> None:
    for groups, role in (
        (["users", "admins"], "admin"),
        (["users"], "member"),
        ("admins", "admin"),
        (None, "member"),
        ([["admins"]], "member"),
        ({"admins": 1}, "member"),
    ):
        provider.claims = {"groups": groups}
        browser.sign_in()
        me = browser.me()
        assert me is not None
        assert me["role"] == role


@pytest.mark.parametrize("policy", [{"admin-group": "admins"}])
def test_a_lost_role_holds_in_every_session(
    gallery: httpx.Client, browser: Browser, provider: Provider
) -> None:
    provider.claims = {"groups": ["admins"]}
    browser.sign_in()
    assert browser.get("/api/v1/admin/users").status_code == 200
    provider.claims = {"groups": []}
    with browser_at(gallery) as second:
        second.sign_in()
    assert browser.get("/api/v1/admin/users").status_code == 403


def test_without_an_admin_group_the_gallery_decides_the_role(
    browser: Browser, provider: Provider, database: Database
) -> None:
    provider.claims = {"groups": ["admins", "admin"]}
    browser.sign_in()
    run(database, "UPDATE users SET role = 'admin'")
    browser.sign_in()
    me = browser.me()
    assert me is not None
    assert me["role"] == "admin"


@pytest.mark.parametrize("policy", [{"admin-group": "admins"}])
def test_claims_that_are_not_in_the_token_are_asked_for(
    browser: Browser, provider: Provider
) -> None:
    provider.claims = {"preferred_username": None}
    provider.userinfo = {"sub": "subject-1", "preferred_username": "ada", "groups": ["admins"]}
    browser.sign_in()
    me = browser.me()
    assert me is not None
    assert (me["username"], me["role"]) == ("ada", "admin")
    provider.userinfo |= {"sub": "subject-2"}
    is_refused(browser.sign_in(), 502)


@pytest.mark.parametrize("policy", [{"register": False}])
def test_without_registering_only_known_accounts_sign_in(
    browser: Browser, provider: Provider, database: Database
) -> None:
    is_refused(browser.sign_in(), 403, "You have no account in this gallery")
    assert numbers(database)["users"] == 0
    countess = add_user(database, "countess")
    known = "INSERT INTO identities (issuer, subject, user_id) VALUES (%s, 'subject-1', %s)"
    run(database, known, provider.url, countess)
    browser.sign_in()
    me = browser.me()
    assert me is not None
    assert me["username"] == "countess"


@pytest.mark.parametrize("hashed", [None, "of a password"])
def test_a_name_that_is_taken_is_not_taken_over(
    browser: Browser, database: Database, hashed: str | None
) -> None:
    taken = "INSERT INTO users (username, password_hash, role) VALUES ('ada', %s, 'admin')"
    run(database, taken, hashed)
    is_refused(browser.sign_in(), 409, "Another user of this gallery is named", "ada")
    assert browser.me() is None
    assert numbers(database) == {"users": 1, "identities": 0, "sessions": 0, "sign_in_starts": 0}


def test_a_disabled_user_is_refused(browser: Browser, database: Database) -> None:
    browser.sign_in()
    run(database, "UPDATE users SET disabled_at = now()")
    is_refused(browser.sign_in(), 403, "disabled")
    assert browser.me() is None


@pytest.mark.parametrize("name", [None, "", " ", "\0", "x" * 300, 7, ["ada"], {}])
def test_what_cannot_be_a_name_makes_no_account(
    browser: Browser, provider: Provider, database: Database, name: object
) -> None:
    provider.claims = {"preferred_username": name}
    is_refused(browser.sign_in(), 422, "a name that no user can have")
    assert numbers(database)["users"] == 0


@pytest.mark.parametrize("policy", [{"username-claim": "email"}])
def test_the_name_may_come_from_another_claim(browser: Browser, provider: Provider) -> None:
    provider.claims = {"email": "ada@example.org"}
    browser.sign_in()
    me = browser.me()
    assert me is not None
    assert me["username"] == "ada@example.org"
