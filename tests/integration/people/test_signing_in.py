"""Signing in: who gets in, who does not, and what neither learns nor leaves behind."""

from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher

from genonaut.db.session import Database
from genonaut.people import passwords
from tests.support.people import (
    ACCOUNT,
    PASSWORD,
    WRONG,
    Browsers,
    add_account,
    everything_stored,
)
from tests.support.rows import add_user, run, scalar

SIGN_IN = f"{ACCOUNT}/sign-in"


def attempt(client: httpx.Client, name: str, password: str, **more: Any) -> httpx.Response:
    return client.post(SIGN_IN, json={"username": name, "password": password}, **more)


def test_a_user_signs_in_and_out(browsers: Browsers, database: Database) -> None:
    user_id = add_account(database)
    client = browsers.open()
    assert client.get(f"{ACCOUNT}/me").status_code == 401
    answer = attempt(client, " ada ", PASSWORD)
    assert (answer.status_code, answer.content) == (204, b"")
    me = client.get(f"{ACCOUNT}/me").json()
    expected = {"username": "ada", "role": "member", "scope": "write", "via": "session"}
    assert me == expected | {"id": user_id}
    assert client.post(f"{ACCOUNT}/sign-out").status_code == 204
    assert not client.cookies
    assert client.get(f"{ACCOUNT}/me").status_code == 401
    assert scalar(database, "SELECT count(*) FROM sessions") == 0


def test_the_cookie_is_for_us_alone(browsers: Browsers, database: Database) -> None:
    add_account(database)
    answer = attempt(browsers.open(), "ada", PASSWORD)
    [(name, cookie)] = SimpleCookie(answer.headers["set-cookie"]).items()
    assert name == "genonaut"
    assert cookie["httponly"]
    assert (cookie["path"], cookie["samesite"].lower(), cookie["domain"]) == ("/", "lax", "")
    assert not cookie["secure"], "this is not https"


def test_behind_a_proxy_with_https_the_cookie_is_bound_to_this_host(
    browsers: Browsers, database: Database
) -> None:
    add_account(database)
    client = browsers.open(headers={"X-Forwarded-Proto": "https"})
    answer = attempt(client, "ada", PASSWORD)
    [(name, cookie)] = SimpleCookie(answer.headers["set-cookie"]).items()
    assert (name, cookie["secure"], cookie["path"]) == ("__Host-genonaut", True, "/")
    secret = {"Cookie": f"__Host-genonaut={cookie.value}"}
    assert client.get(f"{ACCOUNT}/me", headers=secret).status_code == 200
    other = {"Cookie": f"genonaut={cookie.value}"}
    assert client.get(f"{ACCOUNT}/me", headers=other).status_code == 401


def test_each_sign_in_has_a_secret_of_its_own_and_ends_the_one_before(
    browsers: Browsers, database: Database
) -> None:
    add_account(database)
    client = browsers.sign_in()
    before = client.cookies["genonaut"]
    assert attempt(client, "ada", PASSWORD).status_code == 204
    assert client.cookies["genonaut"] != before
    client.cookies.set("genonaut", before)
    assert scalar(database, "SELECT count(*) FROM sessions") == 1


@pytest.mark.parametrize("name", ["ada", "unknown", "disabled", "creator", "", "a\0b", "x" * 255])
def test_a_refused_attempt_learns_nothing(
    browsers: Browsers, database: Database, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The same response and the same work: a hash is what takes time."""
    for account in ("ada", "disabled"):
        add_account(database, account)
    run(database, "UPDATE users SET disabled_at = now() WHERE username = 'disabled'")
    add_user(database, "creator")
    password = PASSWORD if name == "disabled" else WRONG
    hasher, hashes = passwords._HASHER, list[str]()

    class Counting:
        check_needs_rehash = hasher.check_needs_rehash

        def verify(self, stored: str, given: str) -> bool:
            hashes.append("verify")
            return hasher.verify(stored, given)

        def hash(self, given: str) -> str:
            hashes.append("hash")
            return hasher.hash(given)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    answer = attempt(browsers.open(), name, password)
    if "\0" in name:
        assert (answer.status_code, hashes) == (422, [])
        return
    assert (answer.status_code, answer.json()["error"]) == (401, "sign_in_failed")
    assert answer.json()["detail"] == "The name or the password is wrong."
    assert answer.headers["www-authenticate"] == "Bearer"
    assert hashes == ["verify"]
    assert "set-cookie" not in answer.headers
    for table in ("sign_in_failures", "audit_log WHERE action = 'sign-in-failed'"):
        assert scalar(database, f"SELECT count(*) FROM {table}") == 1


def test_a_password_in_the_wrong_field_is_not_kept(browsers: Browsers, database: Database) -> None:
    add_account(database)
    attempt(browsers.open(), PASSWORD, "ada-ada-ada")
    attempt(browsers.open(), "ada", PASSWORD)
    assert PASSWORD not in everything_stored(database)


@pytest.mark.parametrize(
    "body",
    [
        {"username": "ada", "password": f"{PASSWORD}{'x' * 256}"},
        {"username": "ada", "password": [PASSWORD]},
        {"username": PASSWORD * 20, "password": "x"},
        {"username": "ada", "pass word": PASSWORD},
        {"username": {"x": PASSWORD}, "password": "x"},
        [PASSWORD],
    ],
)
def test_no_value_comes_back_in_an_error(browsers: Browsers, body: object) -> None:
    answer = browsers.open().post(SIGN_IN, json=body)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text


def test_a_form_is_refused_without_its_values(browsers: Browsers) -> None:
    answer = browsers.open().post(SIGN_IN, data={"username": "ada", "password": PASSWORD})
    assert answer.status_code == 422
    assert "correct" not in answer.text


def test_a_body_that_is_too_large_is_not_read(browsers: Browsers) -> None:
    answer = browsers.open().post(SIGN_IN, content=b"x" * 20_000)
    assert answer.status_code == 413


def test_a_hash_of_old_parameters_is_renewed(browsers: Browsers, database: Database) -> None:
    user_id = add_account(database)
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    run(database, "UPDATE users SET password_hash = %s", old)
    assert attempt(browsers.open(), "ada", WRONG).status_code == 401
    assert scalar(database, "SELECT password_hash FROM users") == old
    browsers.sign_in()
    new = scalar(database, "SELECT password_hash FROM users WHERE id = %s", user_id)
    assert new.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    browsers.sign_in()
    assert scalar(database, "SELECT password_hash FROM users") == new


def test_a_user_who_is_disabled_meanwhile_gets_no_session(
    browsers: Browsers, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_account(database)
    hasher = passwords._HASHER

    class Slow:
        check_needs_rehash = hasher.check_needs_rehash

        def verify(self, stored: str, given: str) -> bool:
            run(database, "UPDATE users SET disabled_at = now()")
            return hasher.verify(stored, given)

    monkeypatch.setattr(passwords, "_HASHER", Slow())
    assert attempt(browsers.open(), "ada", PASSWORD).status_code == 401
    assert scalar(database, "SELECT count(*) FROM sessions") == 0


def test_five_failures_a_minute_and_not_one_more_however_many_come_at_once(
    browsers: Browsers, database: Database
) -> None:
    add_account(database)
    add_account(database, "grace")
    client = browsers.open()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: attempt(client, "ada", WRONG), range(16)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 11
    refused = attempt(client, "ada", PASSWORD)
    assert (refused.status_code, refused.json()["error"]) == (429, "too_many_attempts")
    assert refused.headers["retry-after"] == "60"
    assert scalar(database, "SELECT count(*) FROM sign_in_failures") == 5
    browsers.sign_in("grace")
    run(database, "UPDATE sign_in_failures SET at = at - interval '61 seconds'")
    browsers.sign_in()


def test_where_there_are_no_accounts_there_is_nothing_to_sign_in_to(
    client: httpx.Client, database: Database
) -> None:
    add_account(database)
    assert attempt(client, "ada", PASSWORD).status_code == 404
    assert client.get(f"{ACCOUNT}/me").json()["via"] == "open"
    for path in ("/sessions", "/tokens"):
        assert client.get(f"{ACCOUNT}{path}").status_code == 404
    assert client.get("/api/v1/admin/users").status_code == 404
