"""What a user has searched for: for that user alone, limited, and turned off by a switch."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.session import Database
from genonaut.errors import DatabaseBusyError
from genonaut.people.searches import MOST_SEARCHES, Searches
from tests.integration.people.test_pages_signing_in import send, words
from tests.support.api import OpenApi
from tests.support.people import ACCOUNT, Browsers, add_account, add_token, bearer
from tests.support.rows import add_user, run, scalar
from tests.support.site import OURS

PAGE = "/gallery/account/searches"
QUERIES = "SELECT search_query FROM search_history ORDER BY last_searched_at, id"


@pytest.fixture
def ada_id(database: Database) -> str:
    return add_account(database)


@pytest.fixture
def ada(browsers: Browsers, ada_id: str) -> httpx.Client:
    return browsers.sign_in()


def history(user_id: str) -> str:
    return f"/api/v1/users/{user_id}/search-history"


def add(client: httpx.Client, user_id: str, query: str) -> httpx.Response:
    return client.post(history(user_id), json={"search_query": query})


def kept(client: httpx.Client, user_id: str, **parameters: int) -> list[str]:
    answer = client.get(history(user_id), params=parameters)
    assert answer.status_code == 200, answer.text
    return [one["search_query"] for one in answer.json()["items"]]


def test_each_search_is_there_once_with_how_often_it_was_made(
    ada: httpx.Client, ada_id: str
) -> None:
    for query in ("fog", " calm sea ", "fog"):
        assert add(ada, ada_id, query).status_code == 201
    answer = ada.get(history(ada_id)).json()
    shown = [(one["search_query"], one["search_count"]) for one in answer["items"]]
    assert shown == [("fog", 2), ("calm sea", 1)]
    assert answer["pagination"]["total_count"] == 2
    assert kept(ada, ada_id, page=2, page_size=1) == ["calm sea"]
    recent = ada.get(f"{history(ada_id)}/recent?limit=1").json()["items"]
    assert [one["search_query"] for one in recent] == ["fog"]


@pytest.mark.parametrize("query", ["", " ", "x" * 501, "a\0b", None, 5])
def test_what_cannot_be_a_search_is_refused(ada: httpx.Client, ada_id: str, query: object) -> None:
    assert ada.post(history(ada_id), json={"search_query": query}).status_code == 422
    assert kept(ada, ada_id) == []


def test_no_other_user_reads_or_changes_them_and_no_administrator(
    ada: httpx.Client, ada_id: str, browsers: Browsers, database: Database
) -> None:
    add(ada, ada_id, "a secret wish")
    root = add_account(database, "root", "admin")
    add_account(database, "eve")
    others = [browsers.sign_in("root"), browsers.sign_in("eve")]
    tokens = [bearer(add_token(database, root, scope)) for scope in ("read", "write", "admin")]
    headers: list[dict[str, str]] = [{}, *tokens]
    for client in others:
        for header in headers:
            for path in ("", "/recent"):
                answer = client.get(f"{history(ada_id)}{path}", headers=header)
                assert (answer.status_code, "wish" in answer.text) == (404, False)
    for client in others:
        assert add(client, ada_id, "x").status_code == 404
        for path in ("", "/clear", "/1"):
            assert client.delete(f"{history(ada_id)}{path}").status_code == 404
        assert "wish" not in client.get(PAGE).text
        assert "wish" not in client.get("/gallery").text
    assert browsers.open().get(history(ada_id)).status_code == 401
    assert kept(ada, ada_id) == ["a secret wish"]
    assert "wish" not in str(run(database, "SELECT to_jsonb(audit_log) FROM audit_log"))


def test_a_token_of_the_user_reads_and_writes_them(
    ada: httpx.Client, ada_id: str, browsers: Browsers, database: Database
) -> None:
    program = browsers.open()
    program.headers.update(bearer(add_token(database, ada_id, "read")))
    assert kept(program, ada_id) == []
    assert add(program, ada_id, "fog").status_code == 403
    program.headers.update(bearer(add_token(database, ada_id, "write")))
    assert add(program, ada_id, "fog").status_code == 201


def test_one_or_all_are_deleted(ada: httpx.Client, ada_id: str) -> None:
    fog, sea, sun, moon = (add(ada, ada_id, query).json() for query in "abcd")
    path = history(ada_id)
    assert ada.delete(f"{path}/{fog['id']}").json()["deleted_count"] == 1
    by_query = {"search_query": sea["search_query"]}
    assert ada.request("DELETE", f"{path}/by-query", json=by_query).json()["success"] is True
    assert ada.request("DELETE", f"{path}/by-query", json=by_query).status_code == 404
    assert ada.delete(f"{path}/{fog['id']}").status_code == 404
    assert kept(ada, ada_id) == [moon["search_query"], sun["search_query"]]
    assert ada.delete(path).json() == {
        "success": True,
        "deleted_count": 2,
        "message": "Deleted 2 searches.",
    }
    assert ada.delete(f"{path}/clear").json()["deleted_count"] == 0


def test_there_are_never_more_than_a_number_and_none_is_older_than_a_limit(
    ada: httpx.Client, ada_id: str, database: Database
) -> None:
    run(
        database,
        "INSERT INTO search_history (user_id, search_query, last_searched_at) "
        "SELECT %s, n, now() - n * interval '1 minute' FROM generate_series(1, %s) AS n",
        ada_id,
        MOST_SEARCHES,
    )
    add(ada, ada_id, "one more")
    found = kept(ada, ada_id, page_size=200)
    assert (len(found), found[0], found[1], found[-1]) == (200, "one more", "1", "199")
    run(database, "UPDATE search_history SET last_searched_at = now() - interval '91 days'")
    assert kept(ada, ada_id) == []
    assert ada.get(history(ada_id)).json()["pagination"]["total_count"] == 0


def test_many_at_once_all_count_and_none_waits_for_another_in_a_circle(
    database: Database, ada_id: str
) -> None:
    def search(number: int) -> None:
        for step in range(20):
            with database.transaction() as session:
                Searches(session, UUID(ada_id)).add(str((number * 7 + step * 3) % 23))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(search, range(6)))
    assert scalar(database, "SELECT sum(search_count) FROM search_history") == 6 * 20


def test_they_go_with_the_user(ada: httpx.Client, ada_id: str, database: Database) -> None:
    add(ada, ada_id, "fog")
    run(database, "DELETE FROM users WHERE id = %s", ada_id)
    assert run(database, QUERIES) == []


def test_the_switch_turns_them_off_and_deletes_them(
    ada: httpx.Client, ada_id: str, database: Database
) -> None:
    add(ada, ada_id, "fog")
    assert "See or turn off" in ada.get("/gallery/account").text
    page = ada.get(PAGE)
    assert ("fog" in page.text, "no administrator" in words(page)) == (True, True)
    assert send(ada, PAGE).status_code == 422
    assert run(database, QUERIES) == [("fog",)]
    answer = send(ada, PAGE, keep="no")
    assert "deleted" in words(ada.get(answer.headers["location"]))
    assert run(database, QUERIES) == []
    refused = add(ada, ada_id, "fog")
    assert (refused.status_code, "turn that on" in refused.json()["detail"]) == (409, True)
    ada.get("/gallery/choose?search=fog", headers=OURS)
    assert run(database, QUERIES) == []
    assert "not kept" in words(ada.get("/gallery/account"))
    send(ada, PAGE, keep="yes")
    assert add(ada, ada_id, "fog").status_code == 201
    details = f"{ACCOUNT}/details"
    assert ada.get(details).json()["keeps_searches"] is True
    assert ada.patch(details, json={"keeps_searches": False}).json()["keeps_searches"] is False
    assert run(database, QUERIES) == []


def test_the_page_deletes_one_and_all(ada: httpx.Client, ada_id: str, database: Database) -> None:
    first = add(ada, ada_id, "<b>fog</b>").json()
    add(ada, ada_id, "sea")
    page = ada.get(PAGE)
    assert "<b>fog" not in page.text
    assert 'href="/gallery?search=sea"' in page.text
    assert send(ada, f"{PAGE}/{first['id']}/delete").is_redirect
    assert run(database, QUERIES) == [("sea",)]
    assert send(ada, f"{PAGE}/{first['id']}/delete").status_code == 404
    assert "All your searches" in words(ada.get(send(ada, f"{PAGE}/clear").headers["location"]))
    assert run(database, QUERIES) == []


def test_a_form_of_ours_is_kept_and_a_link_is_not(
    ada: httpx.Client, browsers: Browsers, database: Database
) -> None:
    for query, headers in (
        ("search=linked&chosen=", {"Sec-Fetch-Site": "cross-site"}),
        ("search=typed&chosen=", {"Sec-Fetch-Site": "none"}),
        ("search=neighbour&chosen=", {"Sec-Fetch-Site": "same-site"}),
        ("search=paged&p=2", OURS),
        (f"search={'x' * 501}&chosen=", OURS),
        ("search=+&chosen=", OURS),
    ):
        assert ada.get(f"/gallery?{query}", headers=headers).status_code == 200
    browsers.open().get("/gallery/choose?search=visitor", headers=OURS)
    assert run(database, QUERIES) == []
    ada.get("/gallery/choose?search=first", headers=OURS)
    ada.get("/gallery?search=second&chosen=", headers=OURS)
    page = str(ada.base_url).rstrip("/") + "/gallery"
    ada.get("/gallery/choose?search=plain", headers={"Referer": page})
    ada.get("/gallery/choose?search=strange", headers={"Referer": "http://evil.example/"})
    assert run(database, QUERIES) == [("first",), ("second",), ("plain",)]


def test_a_search_that_is_refined_is_one_search(ada: httpx.Client, database: Database) -> None:
    for more in ("", "&sort=title", "&tags=sea"):
        ada.get(f"/gallery/choose?search=fog{more}", headers=OURS)
    assert scalar(database, "SELECT search_count FROM search_history") == 1
    run(database, "UPDATE search_history SET last_searched_at = now() - interval '11 minutes'")
    ada.get("/gallery/choose?search=fog", headers=OURS)
    assert scalar(database, "SELECT search_count FROM search_history") == 2


def test_recent_ones_are_below_the_box_and_lead_to_the_same_search(
    ada: httpx.Client, ada_id: str, browsers: Browsers
) -> None:
    assert "Recent searches" not in ada.get("/gallery").text
    for query in ("one", "two", "three & four"):
        add(ada, ada_id, query)
    page = ada.get("/gallery?search=two&sort=title").text
    assert 'href="/gallery?search=three+%26+four&amp;sort=title"' in page
    assert 'href="/gallery?search=one&amp;sort=title"' in page
    assert 'href="/gallery?search=two&amp;sort=title">two' not in page
    assert "Recent searches" not in browsers.open().get("/gallery").text


def test_a_page_goes_on_when_its_search_cannot_be_kept(
    ada: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise DatabaseBusyError

    monkeypatch.setattr(Searches, "note", fail)
    assert ada.get("/gallery/choose?search=fog", headers=OURS).is_redirect
    assert ada.get("/gallery?search=fog&chosen=", headers=OURS).status_code == 200


def test_without_accounts_a_client_names_the_user(
    open_api: OpenApi, settings: Settings, database: Database
) -> None:
    client = open_api(settings, database)
    user = add_user(database, "bo")
    assert add(client, user, "fog").status_code == 201
    assert kept(client, user) == ["fog"]
    unknown = "00000000-0000-4000-8000-0000000000ff"
    assert add(client, unknown, "fog").status_code == 404
    assert client.get(history(unknown)).status_code == 404
