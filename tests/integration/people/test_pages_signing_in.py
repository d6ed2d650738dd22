"""The pages that sign in and out, without a script: what they say, and where they lead."""

import html
import re

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.people.audit import COMMAND
from genonaut.people.by_link import LinkedAccounts
from genonaut.people.links import Links
from tests.support.api import OpenApi
from tests.support.people import (
    ACCOUNT,
    ANOTHER,
    PASSWORD,
    SHORT,
    WRONG,
    Browsers,
    add_account,
    with_accounts,
)
from tests.support.rows import run, scalar
from tests.support.site import ITEMS, OURS, USERS, fill

SIGN_IN = "/gallery/sign-in"


def send(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """A form from a page of ours."""
    return client.post(path, data=fields, headers=OURS)


def attempt(client: httpx.Client, name: str, password: str, **more: str) -> httpx.Response:
    return send(client, SIGN_IN, username=name, password=password, **more)


def words(answer: httpx.Response) -> str:
    """What a person reads on a page."""
    body = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_one_signs_in_and_returns_and_signs_out(browsers: Browsers, database: Database) -> None:
    add_account(database)
    client = browsers.open()
    form = client.get(SIGN_IN, params={"back": "/gallery/stats"})
    assert 'value="/gallery/stats"' in form.text
    answer = attempt(client, "ada", PASSWORD, back="/gallery/stats")
    assert (answer.status_code, answer.headers["location"]) == (303, "/gallery/stats")
    assert "Signed in as" in client.get("/gallery").text
    assert client.get(SIGN_IN).headers["location"] == "/gallery"
    answer = send(client, "/gallery/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/gallery")
    page = client.get("/gallery").text
    assert "Signed in as" not in page
    assert 'href="/gallery/sign-in"' in page
    assert "Sign in to add pictures" in page


@pytest.mark.parametrize(
    ("back", "where"),
    [
        ("/gallery?search=tea&sort=title", "/gallery?search=tea&sort=title"),
        ("/gallery/items/17?at=x%2Fy", "/gallery/items/17?at=x%2Fy"),
        ("/gallery/account/tokens", "/gallery/account/tokens"),
        ("https://evil.example/gallery", "/gallery"),
        ("//evil.example/gallery", "/gallery"),
        ("/\\evil.example", "/gallery"),
        ("\\\\evil.example/gallery", "/gallery"),
        ("/gallery/../api/v1/account/me", "/gallery"),
        ("/gallery//evil.example", "/gallery"),
        ("/gallery/%2e%2e/x", "/gallery"),
        ("/galleryx", "/gallery"),
        ("/api/v1/content/unified", "/gallery"),
        ("javascript:alert(1)", "/gallery"),
        ("/gallery/sign-in?back=/gallery/sign-in", "/gallery"),
        ("/gallery\r\nSet-Cookie: a=b", "/gallery"),
        ("http://[", "/gallery"),
        ("/gallery?" + "&".join(f"a{i}=1" for i in range(60)), "/gallery"),
        ("", "/gallery"),
    ],
)
def test_one_returns_to_pages_of_ours_only(
    browsers: Browsers, database: Database, back: str, where: str
) -> None:
    add_account(database)
    answer = attempt(browsers.open(), "ada", PASSWORD, back=back)
    assert (answer.status_code, answer.headers["location"]) == (303, where)


@pytest.mark.parametrize("name", ["ada", "unknown", "a\0b", "x" * 2000])
def test_a_refused_attempt_says_the_same_of_every_name(
    browsers: Browsers, database: Database, name: str
) -> None:
    add_account(database)
    answer = attempt(browsers.open(), name, WRONG)
    assert answer.status_code == 401
    assert "The name or the password is wrong." in words(answer)
    assert "<title>Error: Sign in" in answer.text
    assert WRONG not in answer.text
    assert "set-cookie" not in answer.headers
    alone = re.sub(r'(id="username"[^>]*?) value="[^"]*"', r"\1", answer.text)
    other = attempt(browsers.open(), "another", WRONG)
    assert alone == re.sub(r'(id="username"[^>]*?) value="[^"]*"', r"\1", other.text)


def test_too_many_attempts_are_a_page_that_says_how_long(
    browsers: Browsers, database: Database
) -> None:
    add_account(database)
    client = browsers.open()
    for _ in range(5):
        assert attempt(client, "ada", WRONG).status_code == 401
    refused = attempt(client, "ada", PASSWORD)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert "wait a minute" in words(refused)
    assert 'value="ada"' in refused.text
    run(database, "UPDATE sign_in_failures SET at = at - interval '61 seconds'")
    assert attempt(client, "ada", PASSWORD).status_code == 303


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
@pytest.mark.parametrize("path", [SIGN_IN, "/gallery/sign-out", "/gallery/account/sessions/end"])
def test_forms_of_strangers_sign_no_one_in_or_out(
    browsers: Browsers, database: Database, path: str, headers: dict[str, str]
) -> None:
    add_account(database)
    client = browsers.sign_in()
    form = {"username": "ada", "password": PASSWORD}
    answer = client.post(path, data=form, headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert scalar(database, "SELECT count(*) FROM sessions") == 1


def test_what_was_typed_survives_the_end_of_a_session(
    browsers: Browsers, database: Database
) -> None:
    add_account(database)
    client = browsers.sign_in()
    run(database, "DELETE FROM sessions")
    page = f"{str(client.base_url).rstrip('/')}/gallery/account/tokens?done=revoked"
    typed = {"name": "Nightly backup", "scope": "write", "days": "365", "password": WRONG}
    path = "/gallery/account/tokens"
    answer = client.post(path, data=typed, headers=OURS | {"Referer": page})
    assert answer.status_code == 401
    assert "nothing was changed" in words(answer)
    assert WRONG not in answer.text
    found = re.search(r'name="back" value="([^"]*)"', answer.text)
    assert found
    answer = attempt(client, "ada", PASSWORD, back=html.unescape(found[1]))
    form = client.get(answer.headers["location"])
    assert 'value="Nightly backup"' in form.text
    assert re.search(r'<option value="write" selected>', form.text)
    assert re.search(r'<option value="365" selected>', form.text)
    assert scalar(database, "SELECT count(*) FROM api_tokens") == 0


def test_pages_for_users_lead_a_visitor_to_sign_in(browsers: Browsers) -> None:
    client = browsers.open()
    for path in ("/gallery/upload", "/gallery/account", "/gallery/admin/users"):
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/gallery/sign-in?back={path}"
    assert "Sign in to add pictures" in words(client.get("/gallery/sign-in?back=/gallery/upload"))
    answer = send(client, "/gallery/items/1/delete")
    assert (answer.status_code, "Sign in" in words(answer)) == (401, True)


def test_a_token_that_is_not_valid_leads_nowhere(browsers: Browsers) -> None:
    answer = browsers.open().get("/gallery", headers={"Authorization": "Bearer gno_no"})
    assert (answer.status_code, "token" in words(answer)) == (401, True)


@pytest.fixture
def closed(open_api: OpenApi, settings: Settings, database: Database) -> httpx.Client:
    """A gallery that shows visitors nothing."""
    fill(database)
    return open_api(with_accounts(settings, anonymous="nothing"), database)


@pytest.mark.parametrize(
    "path",
    [
        "/gallery",
        "/gallery?search=tea",
        "/gallery/stats",
        "/gallery/items/1",
        "/gallery/items/999999",
        f"/gallery/creators/{USERS['ada']}",
        "/gallery/nothing/here",
    ],
)
def test_a_closed_gallery_leads_to_sign_in_and_tells_nothing(
    closed: httpx.Client, path: str
) -> None:
    answer = closed.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/gallery/sign-in")
    assert answer.content == b""
    page = closed.get(answer.headers["location"]).text
    for told in ("no. 1", "results", "ada", str(sum(map(sum, ITEMS.values())))):
        assert told not in page.partition("<main")[2]


@pytest.mark.parametrize("path", ["pictures/1.svg", "files/1/full", "files/1/download"])
def test_a_closed_gallery_shows_no_pictures(closed: httpx.Client, path: str) -> None:
    answer = closed.get(f"/gallery/{path}")
    assert (answer.status_code, "no-store" in answer.headers["cache-control"]) == (401, True)


def test_where_there_are_no_accounts_there_is_nothing_of_this(client: httpx.Client) -> None:
    page = client.get("/gallery").text
    assert "sign-in" not in page
    assert 'href="/gallery/upload"' in page
    for path in (SIGN_IN, "/gallery/setup?token=x", "/gallery/account", "/gallery/admin/audit"):
        assert client.get(path).status_code == 404
    assert attempt(client, "ada", PASSWORD).status_code == 404


def test_a_read_only_gallery_offers_to_sign_in_and_no_other_form(
    open_api: OpenApi, account_settings: Settings, database: Database
) -> None:
    api = account_settings.api.model_copy(update={"read_only": True})
    client = open_api(account_settings.model_copy(update={"api": api}), database)
    add_account(database, role="admin")
    assert "/gallery/sign-in" in client.get("/gallery").text
    assert client.get(SIGN_IN).text.count('method="post"') == 1
    assert (
        client.post(
            f"{ACCOUNT}/sign-in", json={"username": "ada", "password": PASSWORD}
        ).status_code
        == 204
    )
    for page in ("account", "account/password", "account/sessions", "account/tokens",
                 "admin/users", "admin/tags"):  # fmt: skip
        forms = client.get(f"/gallery/{page}").text
        assert forms.count('method="post"') == forms.count('action="/gallery/sign-out"') == 1


def make_link(database: Database, name: str | None = None) -> str:
    with database.transaction() as session:
        if name is None:
            return Links(session).make("setup")
        accounts = LinkedAccounts(session, COMMAND)
        return accounts.make_link(accounts.find(name))


def test_the_first_administrator_comes_by_the_link(browsers: Browsers, database: Database) -> None:
    path = make_link(database)
    client = browsers.open()
    form = client.get(path)
    assert 'autocomplete="new-password"' in form.text
    page, token = path.split("?token=")
    refused = send(client, page, token=token, username="Ada", password=SHORT)
    assert refused.status_code == 422
    assert "8 to 256 characters" in words(refused)
    assert 'aria-describedby="password-hint password-problem"' in refused.text
    assert 'value="Ada"' in refused.text
    answer = send(client, page, token=token, username="Ada", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/gallery")
    assert client.get("/gallery/admin/users").status_code == 200
    for again in (browsers.open().get(path), send(client, page, token=token, username="B",
                                                  password=PASSWORD)):  # fmt: skip
        assert (again.status_code, "not valid" in words(again)) == (404, True)


def test_a_name_that_an_account_has_cannot_be_taken(browsers: Browsers, database: Database) -> None:
    add_account(database)
    page, token = make_link(database).split("?token=")
    answer = send(browsers.open(), page, token=token, username="ada", password=PASSWORD)
    assert answer.status_code == 409
    assert 'id="username-problem"' in answer.text
    assert send(browsers.open(), page, token=token, username="eve", password=PASSWORD).is_redirect


def test_a_password_is_chosen_by_a_link(browsers: Browsers, database: Database) -> None:
    add_account(database)
    old, path = make_link(database, "ada"), make_link(database, "ada")
    client = browsers.open()
    assert client.get(old).status_code == 404
    assert client.get("/gallery/password").status_code == 404
    page, token = path.split("?token=")
    answer = send(client, page, token=token, password=ANOTHER)
    assert answer.headers["location"] == "/gallery/sign-in?done=chosen"
    assert "Your password has been set" in words(client.get(answer.headers["location"]))
    assert attempt(client, "ada", PASSWORD).status_code == 401
    assert attempt(client, "ada", ANOTHER).status_code == 303
    assert client.get(path).status_code == 404
