"""A provider that is out of order: a page says so, and the gallery goes on."""

import json
import threading
from contextlib import ExitStack

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.people.oidc import fetching
from genonaut.people.oidc.fetching import AT_ONCE
from tests.support.api import running_api
from tests.support.browser_of_people import START, Browser, browser_at, is_refused, with_provider
from tests.support.tampering import Provider, serving_provider
from tests.support.waiting import wait_until


@pytest.mark.parametrize(
    "error", ["invalid_client", "<script>", "Bearer secret", ["x"], {"a": 1}, None]
)
def test_an_error_at_the_exchange_is_a_page(
    browser: Browser, provider: Provider, error: object
) -> None:
    provider.answers["/token"] = lambda: (400, json.dumps({"error": error}).encode())
    is_refused(browser.sign_in(), 502)


def unplugged() -> tuple[int, bytes]:
    """Its connection ends without a response."""
    raise OSError


def test_an_unplugged_provider_is_a_page(
    settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving_provider() as provider:
        described = with_provider(settings, provider.url)
    with running_api(described, database) as client, browser_at(client) as browser:
        is_refused(browser.get(START), 502, "cannot be reached")
        assert client.get("/gallery").status_code == 200


def test_a_provider_that_is_unplugged_halfway_is_a_page(
    settings: Settings, database: Database
) -> None:
    with (
        serving_provider() as provider,
        running_api(with_provider(settings, provider.url), database) as client,
        browser_at(client) as browser,
    ):
        callback = browser.callback()
        provider.answers["/token"] = unplugged
        is_refused(browser.get(callback), 502, "cannot be reached")


def test_a_provider_that_hangs_holds_nothing(
    gallery: httpx.Client, browser: Browser, provider: Provider
) -> None:
    with browser_at(gallery) as first:
        first.sign_in()  # the description and the keys are there
    let_go = threading.Event()
    statuses: list[int] = []

    def hang() -> tuple[int, bytes]:
        let_go.wait()
        return 500, b""

    def come_back(other: Browser, callback: str) -> None:
        statuses.append(other.get(callback).status_code)

    with ExitStack() as stack:
        others = [stack.enter_context(browser_at(gallery)) for _ in range(AT_ONCE)]
        threads = [
            threading.Thread(target=come_back, args=(other, other.callback())) for other in others
        ]
        provider.answers["/token"] = hang
        before = provider.asked.count("/token")
        try:
            for thread in threads:
                thread.start()
            wait_until(
                lambda: provider.asked.count("/token") - before == AT_ONCE,
                "all wait at the provider",
            )
            # More do not wait, and all else goes on: no connection of the database is held.
            is_refused(browser.sign_in(), 503)
            for _ in range(20):
                assert gallery.get("/api/v1/content/unified").status_code == 200
        finally:
            let_go.set()
            for thread in threads:
                thread.join()
    assert set(statuses) <= {502, 504}


def test_a_provider_that_answers_too_slowly_is_a_page(
    browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.5)
    let_go = threading.Event()

    def hang() -> tuple[int, bytes]:
        let_go.wait()
        return 500, b""

    provider.answers["/token"] = hang
    try:
        is_refused(browser.sign_in(), 504, "took longer")
        assert browser.me() is None
    finally:
        let_go.set()
