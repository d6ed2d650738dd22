"""What a visitor or a member tries: to become another user, or to learn of private items."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.people.links import Links
from tests.integration.people.test_commands import Say, genonaut, say
from tests.support.api import OpenApi
from tests.support.people import (
    ACCOUNT,
    ADMIN,
    ANOTHER,
    PASSWORD,
    WRONG,
    Browsers,
    add_account,
    add_token,
    bearer,
)
from tests.support.rows import add_items, add_tag, add_user, run, scalar

__all__ = ["genonaut", "say"]

OURS = {"Sec-Fetch-Site": "same-origin"}
SIGN_IN = "/gallery/sign-in"
ELSEWHERE = (
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "/\n/evil.example", "https://evil.example/gallery", "javascript:alert(1)",
    "/gallery/../..//evil.example",
    "/gallery//evil.example", "/%2f/evil.example", "/gallery@evil.example",
    "//evil.example/gallery",
    "https:/gallery", "/gallery\r\nSet-Cookie: a=b", "/gallery/sign-out", " //evil.example",
    "\u2028//evil.example", "/gallery\\..\\evil.example", "data:text/html,x",
)  # fmt: skip


def by_password(client: httpx.Client, name: str, password: str) -> int:
    sent = {"username": name, "password": password}
    return client.post(f"{ACCOUNT}/sign-in", json=sent).status_code


def test_a_name_like_anothers_id_is_only_a_name(browsers: Browsers, database: Database) -> None:
    """Users choose names at a provider, and ids are no secret."""
    root = add_account(database, "root", "admin")
    add_account(database, root)
    client = browsers.sign_in(root)
    sent = {"current_password": PASSWORD, "new_password": ANOTHER}
    assert client.post(f"{ACCOUNT}/password", json=sent).status_code == 204
    assert by_password(browsers.open(), "root", ANOTHER) == 401
    assert by_password(browsers.open(), "root", PASSWORD) == 204
    assert by_password(browsers.open(), root, ANOTHER) == 204


def test_neither_is_the_name_of_the_first_administrator(
    browsers: Browsers, database: Database
) -> None:
    ada = add_user(database, "ada")
    with database.transaction() as session:
        secret = Links(session).make("setup").partition("=")[2]
    sent = {"token": secret, "username": ada, "password": PASSWORD}
    assert browsers.open().post(f"{ACCOUNT}/set-up", json=sent).status_code == 204
    assert run(database, "SELECT username, role FROM users ORDER BY role") == [
        (ada, "admin"), ("ada", "member"),
    ]  # fmt: skip


@pytest.mark.parametrize("back", ELSEWHERE)
def test_signing_in_leads_to_no_other_site(
    browsers: Browsers, database: Database, back: str
) -> None:
    add_account(database)
    client = browsers.open(headers=OURS)
    form = {"username": "ada", "password": PASSWORD, "back": back}
    answer = client.post(SIGN_IN, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/gallery")
    again = client.get(SIGN_IN, params={"back": back})
    assert (again.status_code, again.headers["location"]) == (303, "/gallery")


def test_a_session_that_was_planted_is_not_the_one_that_begins(
    browsers: Browsers, database: Database
) -> None:
    add_account(database)
    add_account(database, "mallory")
    planted = browsers.sign_in("mallory").cookies["genonaut"]
    for secret in (planted, "A" * 43):
        client = browsers.open(cookies={"genonaut": secret})
        assert by_password(client, "ada", PASSWORD) == 204
        begun = [one.value for one in client.cookies.jar if one.name == "genonaut"]
        assert begun[-1] != secret
        holder = browsers.open(cookies={"genonaut": secret})
        assert holder.get(f"{ACCOUNT}/me").status_code == 401


@pytest.mark.parametrize("path", ["sign-in", "sign-out", "set-up", "choose-password"])
@pytest.mark.parametrize(
    "sent",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
     {"Sec-Fetch-Site": "same-site"}],
    ids=str,
)  # fmt: skip
def test_another_site_signs_no_browser_in_or_out(
    browsers: Browsers, database: Database, path: str, sent: dict[str, str]
) -> None:
    add_account(database)
    client = browsers.sign_in()
    body = {"username": "ada", "password": PASSWORD, "token": "x" * 43}
    answer = client.post(f"{ACCOUNT}/{path}", json=body, headers=sent)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert client.get(f"{ACCOUNT}/me").status_code == 200


def test_who_exists_is_told_by_no_refusal(browsers: Browsers, database: Database) -> None:
    add_account(database, "member")
    add_user(database, "creator")
    gone = add_account(database, "gone")
    run(database, "UPDATE users SET disabled_at = now() WHERE id = %s", gone)

    def refusal(name: str) -> tuple[int, Any, list[str]]:
        sent = {"username": name, "password": WRONG}
        answer = browsers.open().post(f"{ACCOUNT}/sign-in", json=sent)
        said = answer.json()
        said.pop("request_id")
        return answer.status_code, said, sorted(answer.headers)

    found = [refusal(name) for name in ("member", "creator", "gone", "nobody", "x" * 255)]
    assert found == [found[0]] * len(found)
    assert found[0][0] == 401


def test_one_link_works_for_one_of_many_at_once(browsers: Browsers, database: Database) -> None:
    with database.transaction() as session:
        secret = Links(session).make("setup").partition("=")[2]

    def use(number: int) -> int:
        sent = {"token": secret, "username": f"user{number}", "password": PASSWORD}
        return browsers.open().post(f"{ACCOUNT}/set-up", json=sent).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(use, range(6))) == [204] + [404] * 5
    assert scalar(database, "SELECT count(*) FROM users") == 1


def test_two_administrators_cannot_both_leave_at_once(
    browsers: Browsers, database: Database
) -> None:
    names = [f"root{number}" for number in range(4)]
    ids = {name: add_account(database, name, "admin") for name in names}
    clients = {name: browsers.sign_in(name) for name in names}

    def leave(name: str) -> int:
        change = {"disabled": True} if name.endswith(("0", "2")) else {"role": "member"}
        return clients[name].patch(f"{ADMIN}/users/{ids[name]}", json=change).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(leave, names)) == [200, 200, 200, 409]
    left = "SELECT count(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL"
    assert scalar(database, left) == 1


LISTS = (
    "/api/v1/content/unified?tag={}", "/api/v1/content/unified?tag={}&tag_match=any",
    "/api/v1/content/unified?tag={}&tag=sea&tag_match=any",
    "/api/v1/content/unified?tag={}&tag=sea", "/api/v1/content/unified?search_term={}",
    "/api/v1/tags?search={}", "/gallery?tags={}", "/gallery?tags={},sea&match=any",
    "/gallery?search={}", "/gallery?model={}", "/gallery?seed={}", "/gallery/stats?{}",
)  # fmt: skip


@pytest.mark.parametrize("who", ["visitor", "mallory"])
def test_what_only_private_items_have_is_as_what_no_item_has(
    browsers: Browsers, database: Database, who: str
) -> None:
    ada, word, never = add_account(database), "zeppelin", "zucchini"
    add_account(database, "mallory")
    [hidden, *shown] = add_items(database, ada, 3)
    add_tag(database, "sea", shown)
    add_tag(database, word, [hidden])
    run(
        database,
        "UPDATE content_items_all SET visibility = 'private', prompt = %s, title = %s,"
        " item_metadata = jsonb_build_object('model', %s::text, 'seed', %s::text) WHERE id = %s",
        *([word] * 4),
        hidden,
    )
    client = browsers.open() if who == "visitor" else browsers.sign_in("mallory")

    def told(address: str, written: str) -> str:
        """The response, but for the word, times, and places in a list, which have a checksum."""
        answer = client.get(address.format(written))
        assert answer.status_code == 200, address
        return re.sub(r"\d\d:\d\d:\d\d(\.\d+)?|\bat=[\w-]+", "", answer.text.replace(written, "W"))

    for address in LISTS:
        assert told(address, word) == told(address, never)


@pytest.mark.parametrize(
    "written",
    [
        "a@b\r\nBcc: x@y",
        "a@b\n",
        "a b@c",
        "a@b@c",
        "@",
        "a@",
        "@b",
        "a@b\0",
        "a@b\u202e",
        "a@b" * 200,
    ],
)
def test_what_is_no_address_is_none(
    browsers: Browsers, database: Database, say: Say, written: str
) -> None:
    add_account(database)
    client = browsers.sign_in()
    answer = client.patch(f"{ACCOUNT}/details", json={"email": written})
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")
    code, printed = say("user", "add", "bo", "--email", written, "--link")
    assert code != 0
    assert "It is not an e-mail address" in printed
    assert client.patch(f"{ACCOUNT}/details", json={"email": "a+b@c.example"}).status_code == 200
    assert run(database, "SELECT username, email FROM users") == [("ada", "a+b@c.example")]


def test_a_page_of_an_allowed_origin_acts_for_itself(
    open_api: OpenApi, account_settings: Settings, database: Database
) -> None:
    """Of the same site, as at another port, its forms have the cookie, also if CORS lets it in."""
    api = account_settings.api.model_copy(update={"cors_origins": ["http://127.0.0.1:9"]})
    url = open_api(account_settings.model_copy(update={"api": api}), database).base_url
    browsers = Browsers(str(url))
    ada = add_account(database)
    theirs = {"Origin": "http://127.0.0.1:9", "Sec-Fetch-Site": "same-site"}
    client = browsers.sign_in()
    answers = [
        client.post("/api/v1/content", json={"prompt": "x"}, headers=theirs | more).status_code
        for more in (
            {},
            bearer(add_token(database, ada, "write")),
            {"Origin": "http://127.0.0.1:8"},
        )
    ]
    assert answers == [401, 201, 403]
    assert client.delete(f"{ACCOUNT}/sessions", headers=theirs).status_code == 401
    assert client.get(f"{ACCOUNT}/me", headers=theirs).status_code == 200
    browsers.close()
