"""What comes back to the gallery: from the right browser, once, in time, and to its own pages."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from genonaut.api.http.cookies import SIGN_IN
from genonaut.db.session import Database
from tests.support.browser_of_people import START, Browser, browser_at, is_refused, numbers
from tests.support.rows import run
from tests.support.tampering import Provider


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example/gallery",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "/gallery/../../evil",
        "/gallery\r\nSet-Cookie: a=b",
        "/gallery/sign-in/oidc/home",
        f"/gallery?search={'x' * 9000}",
    ],
)
def test_it_returns_to_no_other_site(browser: Browser, back: str) -> None:
    start = str(httpx.URL(START, params={"back": back}))
    answer = browser.sign_in(start)
    assert answer.status_code == 303
    assert answer.headers["location"].partition("?")[0] == "/gallery"
    assert browser.me() is not None


@pytest.mark.parametrize("page", ["/gallery/account/tokens", "/gallery?search=sea&sort=best"])
def test_it_returns_to_the_page_that_led_to_signing_in(
    gallery: httpx.Client, browser: Browser, page: str
) -> None:
    form = gallery.get("/gallery/sign-in", params={"back": page}).text
    start = next(link for link in re.findall(r'href="([^"]+)"', form) if link.startswith(START))
    assert browser.sign_in(unescape(start)).headers["location"] == page


def test_a_wrong_state_signs_in_no_user(browser: Browser, database: Database) -> None:
    callback = browser.callback()
    for url in (
        str(httpx.URL(callback).copy_merge_params({"state": "x" * 43})),
        str(httpx.URL(callback).copy_remove_param("state")),
        str(httpx.URL(callback).copy_merge_params({"state": "ä" * 43})),
    ):
        is_refused(browser.get(url), 400, "begin it again")
    assert browser.me() is None
    assert numbers(database)["sessions"] == 0
    assert browser.get(callback).status_code == 303  # what a stranger sends, ends nothing


def test_another_browsers_answer_is_refused(
    gallery: httpx.Client, browser: Browser, database: Database
) -> None:
    with browser_at(gallery) as other:
        stolen = other.callback()
        is_refused(browser.get(stolen), 400)  # which has begun nothing
        browser.to_provider()
        is_refused(browser.get(stolen), 400)  # which has begun something else
    assert numbers(database)["sessions"] == 0


def test_an_answer_is_taken_once(browser: Browser, provider: Provider, database: Database) -> None:
    callback = browser.callback()
    codes = dict(provider.codes)  # which this provider would take again
    kept = browser.client.cookies.get(SIGN_IN["http"])
    assert browser.get(callback).status_code == 303
    is_refused(browser.get(callback), 400, "begin it again")  # the cookie is gone
    browser.client.cookies.set(SIGN_IN["http"], str(kept), domain="127.0.0.1", path="/")
    provider.codes |= codes
    is_refused(browser.get(callback), 400, "begin it again")  # and so is the row
    assert numbers(database)["sessions"] == 1


def test_an_answer_that_failed_is_not_taken_again(browser: Browser, provider: Provider) -> None:
    provider.claims = {"nonce": "another"}
    callback = browser.callback()
    codes = dict(provider.codes)
    is_refused(browser.get(callback), 502)
    provider.claims, provider.codes = {}, codes
    is_refused(browser.get(callback), 400)


def test_an_answer_comes_too_late(browser: Browser, database: Database) -> None:
    callback = browser.callback()
    run(database, "UPDATE sign_in_starts SET expires_at = now()")
    is_refused(browser.get(callback), 400, "older than ten minutes")


def test_a_code_is_exchanged_once(browser: Browser, provider: Provider) -> None:
    used = parse_qs(urlsplit(browser.callback()).query)["code"][0]
    provider.codes.clear()
    callback = httpx.URL(browser.callback()).copy_merge_params({"code": used})
    is_refused(browser.get(str(callback)), 400, "begin it again")


def test_a_code_of_another_sign_in_fails_by_pkce(
    gallery: httpx.Client, browser: Browser, provider: Provider
) -> None:
    with browser_at(gallery) as other:
        stolen = parse_qs(urlsplit(other.callback()).query)["code"][0]
        callback = httpx.URL(browser.callback()).copy_merge_params({"code": stolen})
        is_refused(browser.get(str(callback)), 400)
    assert browser.me() is None


@pytest.mark.parametrize(
    ("error", "shown"),
    [("access_denied", "(access_denied)"), ("<script>alert(1)</script>", "sign you in:")],
)
def test_a_refusal_of_the_provider_is_a_page(browser: Browser, error: str, shown: str) -> None:
    url = httpx.URL(browser.callback()).copy_remove_param("code")
    url = url.copy_merge_params({"error": error, "error_description": "<b>of a stranger</b>"})
    answer = browser.get(str(url))
    is_refused(answer, 403, shown)
    assert "stranger" not in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("name", ["unknown", "x" * 41, "home%2F..", "home/callback/x"])
def test_there_is_no_other_way_to_sign_in(browser: Browser, name: str) -> None:
    for url in (f"/gallery/sign-in/oidc/{name}", f"/gallery/sign-in/oidc/{name}/callback"):
        assert browser.get(url).status_code in {404, 422}
