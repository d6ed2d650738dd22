"""Signing in at a provider: what it is asked, and which account it is."""

import threading
from urllib.parse import parse_qs, urlsplit

import httpx

from genonaut.api.http.cookies import SIGN_IN
from genonaut.db.session import Database
from tests.support.browser_of_people import CALLBACK, START, Browser, browser_at, numbers
from tests.support.rows import run
from tests.support.tampering import Provider


def test_a_person_signs_in_and_returns_to_the_page(browser: Browser, database: Database) -> None:
    answer = browser.sign_in(f"{START}?back=/gallery/stats")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/gallery/stats"
    me = browser.me()
    assert me is not None
    assert (me["username"], me["role"], me["via"]) == ("ada", "member", "session")
    assert numbers(database) == {"users": 1, "identities": 1, "sessions": 1, "sign_in_starts": 0}


def test_the_provider_is_asked_with_pkce_state_and_nonce(browser: Browser) -> None:
    asked = [parse_qs(urlsplit(browser.to_provider()).query) for _ in range(2)]
    for query in asked:
        assert query["response_type"] == ["code"]
        assert query["code_challenge_method"] == ["S256"]
        assert query["scope"] == ["openid profile"]
        assert query["redirect_uri"] == [str(browser.client.base_url.join(CALLBACK))]
    for name in ("state", "nonce", "code_challenge"):
        assert len({query[name][0] for query in asked}) == 2
        assert len(asked[0][name][0]) == 43


def test_the_cookie_of_a_sign_in_is_for_ten_minutes_and_no_script(browser: Browser) -> None:
    cookie = browser.get(START).headers["set-cookie"]
    assert cookie.startswith(f"{SIGN_IN['http']}=")
    assert {"HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))


def test_behind_https_the_cookie_is_locked_to_the_host(browser: Browser) -> None:
    answer = browser.client.get(START, headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["set-cookie"].startswith("__Host-genonaut-sign-in=")
    assert "Secure" in answer.headers["set-cookie"]
    redirect = parse_qs(urlsplit(answer.headers["location"]).query)["redirect_uri"][0]
    assert redirect.startswith("https://")


def test_the_second_time_it_is_the_same_account(
    gallery: httpx.Client, browser: Browser, provider: Provider, database: Database
) -> None:
    browser.sign_in()
    # Names and addresses may change there; the subject does not.
    provider.claims = {"preferred_username": "countess", "email": "other@example.org"}
    with browser_at(gallery) as second:
        second.sign_in()
        assert second.me() == browser.me()
    assert numbers(database) == {"users": 1, "identities": 1, "sessions": 2, "sign_in_starts": 0}


def test_another_subject_is_another_account_whatever_its_address(
    gallery: httpx.Client, browser: Browser, provider: Provider, database: Database
) -> None:
    provider.claims = {"email": "ada@example.org", "email_verified": True}
    browser.sign_in()
    provider.claims |= {"sub": "subject-2", "preferred_username": "grace"}
    with browser_at(gallery) as second:
        second.sign_in()
        me = second.me()
        assert me is not None
        assert me["username"] == "grace"
    assert numbers(database)["users"] == 2


def test_signing_in_again_ends_the_session_before(browser: Browser, database: Database) -> None:
    browser.sign_in()
    browser.sign_in()
    assert browser.me() is not None
    assert numbers(database)["sessions"] == 1


def test_two_browsers_register_one_account_at_once(
    gallery: httpx.Client, database: Database
) -> None:
    answers: list[int] = []
    with browser_at(gallery) as first, browser_at(gallery) as second:
        urls = [(browser, browser.callback()) for browser in (first, second)]
        threads = [
            threading.Thread(target=lambda b=b, u=u: answers.append(b.get(u).status_code))
            for b, u in urls
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [303, 303]
    assert numbers(database)["users"] == 1


def test_it_is_written_down_who_signed_in(browser: Browser, database: Database) -> None:
    browser.sign_in()
    assert run(database, "SELECT action, actor, via FROM audit_log ORDER BY id") == [
        ("user-added", None, "oidc"),
        ("sign-in", "ada", "oidc"),
    ]
