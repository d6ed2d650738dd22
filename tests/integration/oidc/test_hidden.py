"""What is neither logged nor kept, and how many may begin."""

from urllib.parse import parse_qs, urlsplit

import pytest

from genonaut.api.http.cookies import SIGN_IN
from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import running_api, wait_until_logged
from tests.support.browser_of_people import CALLBACK, START, Browser, numbers, with_provider
from tests.support.rows import run
from tests.support.tampering import ACCESS_TOKEN, CLIENT_SECRET, Provider


def test_nothing_secret_is_logged_or_stored(
    browser: Browser,
    provider: Provider,
    database: Database,
    capfd: pytest.CaptureFixture[str],
) -> None:
    url = browser.to_provider()
    begun = str(browser.client.cookies.get(SIGN_IN["http"]))
    stored = str(run(database, "SELECT * FROM sign_in_starts"))
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    callback = browser.get(url).headers["location"]
    code = parse_qs(urlsplit(callback).query)["code"][0]
    browser.get(callback)
    provider.claims = {"nonce": "another", "preferred_username": "name-of-a-person"}
    browser.sign_in()
    provider.answers["/token"] = lambda: (400, b'{"error": "invalid_client"}')
    browser.sign_in()
    cookie = str(browser.client.cookies.get("genonaut"))
    wait_until_logged()
    written = "".join(capfd.readouterr())
    assert "gallery/sign-in/oidc" in written
    for secret in (
        *(CLIENT_SECRET, ACCESS_TOKEN, begun, cookie, code),
        *(query["state"], query["nonce"], "name-of-a-person"),
    ):
        assert len(secret) > 10
        assert secret not in written
        assert secret not in stored


def test_each_address_has_a_limited_number_of_beginnings(
    browser: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genonaut.people.oidc.begun.MOST_OF_ADDRESS", 3)
    for _ in range(6):
        browser.to_provider()
    assert numbers(database)["sign_in_starts"] == 3
    assert browser.sign_in().status_code == 303  # the newest is there


def test_where_there_are_no_accounts_there_are_no_providers(
    settings: Settings, database: Database, provider: Provider
) -> None:
    described = with_provider(settings, provider.url)
    is_open = described.auth.model_copy(update={"mode": "open"})
    with running_api(described.model_copy(update={"auth": is_open}), database) as client:
        assert client.get(START).status_code == 404
        assert client.get(CALLBACK).status_code == 404
    assert provider.asked == []
