"""What a provider publishes: fetched once, kept for a while, and refused if it is wrong."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.people.oidc import provider as provider_module
from genonaut.people.oidc.fetching import MOST_BYTES
from tests.support.api import running_api
from tests.support.browser_of_people import START, Browser, is_refused, with_provider
from tests.support.tampering import Provider, new_key


@pytest.fixture
def gallery(  # of each test's own, because it keeps what it has fetched
    settings: Settings, database: Database, provider: Provider, policy: dict[str, Any]
) -> Iterator[httpx.Client]:
    with running_api(with_provider(settings, provider.url, **policy), database) as client:
        yield client


def test_the_description_is_fetched_once(browser: Browser, provider: Provider) -> None:
    for _ in range(3):
        browser.sign_in()
    assert provider.asked.count("/.well-known/openid-configuration") == 1
    assert provider.asked.count("/keys") == 1


def test_new_keys_are_fetched_at_most_once_a_minute(
    browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in()
    provider.key = new_key("second")
    provider.published.append(provider.public(provider.key))
    for _ in range(3):  # the keys were fetched a moment ago
        is_refused(browser.sign_in(), 502)
    assert provider.asked.count("/keys") == 1
    monkeypatch.setattr(provider_module, "KEYS_SECONDS", 0.0)
    assert browser.sign_in().status_code == 303
    assert provider.asked.count("/keys") == 2


@pytest.mark.parametrize("extra", [{"iss": "https://evil.example"}, {}])
def test_an_answer_of_another_issuer_is_refused(
    browser: Browser, provider: Provider, extra: dict[str, str]
) -> None:
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    provider.extra = extra
    is_refused(browser.sign_in(), 502)
    provider.extra = {"iss": provider.url}
    assert browser.sign_in().status_code == 303


WRONG_METADATA: list[dict[str, Any]] = [
    {"issuer": "https://evil.example"},
    {"token_endpoint": "http://evil.example/token"},
    {"token_endpoint": "file:///etc/passwd"},
    {"jwks_uri": None},
    {"authorization_endpoint": "javascript:alert(1)"},
    {"id_token_signing_alg_values_supported": ["none", "HS256"]},
    {"userinfo_endpoint": "http://user:password@127.0.0.1/"},
]


@pytest.mark.parametrize("metadata", WRONG_METADATA, ids=lambda found: next(iter(found)))
def test_a_description_that_is_wrong_is_refused(
    browser: Browser, provider: Provider, metadata: dict[str, Any]
) -> None:
    provider.metadata = metadata
    is_refused(browser.get(START), 502)
    provider.metadata = {}
    assert browser.sign_in().status_code == 303  # it is not kept


HUGE = b'{"a": "' + b"x" * MOST_BYTES + b'"}'
ANSWERS: dict[str, tuple[int, bytes]] = {
    "huge": (200, HUGE),
    "garbage": (200, b"\xff\xfe<html>"),
    "nested": (200, b"[" * 100_000),
    "a list": (200, b"[]"),
    "empty": (200, b""),
    "error": (500, b"{}"),
    "redirect": (302, b""),
}
PATHS = ("/.well-known/openid-configuration", "/keys", "/token")


def same(answer: tuple[int, bytes]) -> tuple[int, bytes]:
    return answer


@pytest.mark.parametrize("path", PATHS)
def test_answers_that_make_no_sense_are_a_page(
    browser: Browser, provider: Provider, database: Database, path: str
) -> None:
    for answer in ANSWERS.values():
        provider.answers[path] = partial(same, answer)
        if path == PATHS[0]:
            is_refused(browser.get(START), 502)
        else:
            is_refused(browser.sign_in(), 502)
        assert browser.me() is None
    provider.answers.clear()
    assert browser.sign_in().status_code == 303
