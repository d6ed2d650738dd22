"""One's own account, without a script."""

import re

import httpx
import pytest

from genonaut.db.session import Database
from genonaut.web.people.devices import device
from tests.integration.people.test_pages_signing_in import attempt, send, words
from tests.support.people import (
    ANOTHER,
    PASSWORD,
    SHORT,
    WRONG,
    Browsers,
    add_account,
    add_token,
    bearer,
)
from tests.support.rows import run, scalar

ACCOUNT = "/gallery/account"


@pytest.fixture
def ada(browsers: Browsers, database: Database) -> httpx.Client:
    add_account(database)
    return browsers.sign_in()


def test_the_email_address_is_changed_and_removed(ada: httpx.Client, database: Database) -> None:
    refused = send(ada, ACCOUNT, email="nothing")
    assert (refused.status_code, 'value="nothing"' in refused.text) == (422, True)
    assert 'aria-invalid="true"' in refused.text
    for email in ("ada@example.org", None):
        answer = send(ada, ACCOUNT, email=email or " ")
        assert "Saved." in words(ada.get(answer.headers["location"]))
        assert scalar(database, "SELECT email FROM users") == email


def test_a_password_is_changed_with_the_one_before(ada: httpx.Client, browsers: Browsers) -> None:
    other, path = browsers.sign_in(), f"{ACCOUNT}/password"
    form = ada.get(path).text
    for kind in ("username", "current-password", "new-password"):
        assert f'autocomplete="{kind}"' in form
    wrong = send(ada, path, current_password=WRONG, new_password=ANOTHER)
    assert wrong.status_code == 401
    assert 'id="current_password-problem"' in wrong.text
    short = send(ada, path, current_password=PASSWORD, new_password=SHORT)
    assert (short.status_code, 'id="new_password-problem"' in short.text) == (422, True)
    for secret in (WRONG, PASSWORD, ANOTHER, f'"{SHORT}"'):
        assert secret not in wrong.text + short.text
    answer = send(ada, path, current_password=PASSWORD, new_password=ANOTHER)
    assert "has been changed" in words(ada.get(answer.headers["location"]))
    assert other.get(ACCOUNT).is_redirect
    assert attempt(browsers.open(), "ada", PASSWORD).status_code == 401


def test_who_signs_in_elsewhere_has_no_password_to_change(
    ada: httpx.Client, database: Database
) -> None:
    run(database, "UPDATE users SET password_hash = NULL")
    page = ada.get(f"{ACCOUNT}/password")
    assert "with another service" in words(page)
    assert "current_password" not in page.text


def test_sessions_are_listed_and_ended(
    ada: httpx.Client, browsers: Browsers, database: Database
) -> None:
    other = browsers.open(headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    attempt(other, "ada", PASSWORD)
    page = ada.get(f"{ACCOUNT}/sessions")
    said = words(page)
    assert "Firefox on Linux" in said
    assert "127.0.0.1" in said
    assert said.count("this browser") == 1
    [path] = re.findall(r'action="([^"]+/end)"', page.text.replace(f"{ACCOUNT}/sessions/end", ""))
    add_account(database, "eve")
    assert send(browsers.sign_in("eve"), path).status_code == 404
    assert send(ada, path).headers["location"] == f"{ACCOUNT}/sessions?done=ended"
    assert other.get(ACCOUNT).is_redirect
    assert send(ada, path).status_code == 404


def test_signing_out_everywhere_is_here_too(ada: httpx.Client, browsers: Browsers) -> None:
    other = browsers.sign_in()
    assert send(ada, f"{ACCOUNT}/sessions/end").headers["location"] == "/gallery/sign-in"
    for client in (ada, other):
        assert client.get(ACCOUNT).is_redirect


def test_no_page_of_a_user_is_kept(ada: httpx.Client, browsers: Browsers) -> None:
    for path, kept in (("/gallery", "no-cache"), ("/gallery/sign-in", "no-store")):
        assert browsers.open().get(path).headers["cache-control"] == f"private, {kept}"
    for path in ("/gallery", "/gallery/stats", "/gallery/upload", "/gallery/nothing", ACCOUNT):
        assert ada.get(path).headers["cache-control"] == "private, no-store"


def test_a_token_is_shown_once_and_revoked(
    ada: httpx.Client, browsers: Browsers, database: Database
) -> None:
    path = f"{ACCOUNT}/tokens"
    answer = send(ada, path, name="Backup", scope="read", days="30")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    found = re.search(r"gno_[0-9A-Za-z]{49}", answer.text)
    assert found
    me = "/api/v1/account/me"
    assert browsers.open().get(me, headers=bearer(found[0])).json()["scope"] == "read"
    page = ada.get(path)
    assert found[0] not in page.text
    assert found[0][:12] in page.text
    [revoke] = re.findall(r'action="([^"]+/revoke)"', page.text)
    assert "has been revoked" in words(ada.get(send(ada, revoke).headers["location"]))
    assert browsers.open().get(me, headers=bearer(found[0])).status_code == 401
    assert send(ada, path, name="For ever", scope="write", days="").status_code == 200
    assert "never expires" in words(ada.get(path))
    assert scalar(database, "SELECT expires_at FROM api_tokens") is None


def test_a_member_gives_no_token_an_administrators_scope(ada: httpx.Client) -> None:
    path = f"{ACCOUNT}/tokens"
    assert '<option value="admin"' not in ada.get(path).text
    refused = send(ada, path, name="Mine", scope="admin", days="30")
    assert (refused.status_code, "wider than the role" in words(refused)) == (422, True)
    assert 'value="Mine"' in refused.text
    blank = send(ada, path, name=" ", scope="read", days="x")
    assert (blank.status_code, blank.text.count('-problem" class')) == (422, 2)


def test_no_token_opens_these_pages(browsers: Browsers, database: Database) -> None:
    token = add_token(database, add_account(database, role="admin"), "admin")
    for path in ("", "/password", "/sessions", "/tokens"):
        answer = browsers.open().get(f"{ACCOUNT}{path}", headers=bearer(token))
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140",
         "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) CriOS/140 Safari/604",
         "Chrome on iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/140 Mobile Safari/537", "Chrome on Android"),
        ("python-httpx/0.28", "python-httpx"),
        ("", "Unknown program"),
    ],
)  # fmt: skip
def test_browsers_in_words(agent: str, told: str) -> None:
    assert device(agent) == told


def test_who_sees_what_one_adds_is_chosen_for_what_comes_later(
    ada: httpx.Client, database: Database
) -> None:
    assert '<option value="public" selected>' in ada.get(ACCOUNT).text
    refused = send(ada, ACCOUNT, default_visibility="hidden")
    assert (refused.status_code, "default_visibility-problem" in refused.text) == (422, True)
    send(ada, ACCOUNT, default_visibility="private")
    assert '<option value="private" selected>' in ada.get(ACCOUNT).text
    assert ada.get("/api/v1/account/details").json()["default_visibility"] == "private"
    assert scalar(database, "SELECT default_visibility FROM users") == "private"
