"""The pages for administrators, without a script."""

import re

import httpx
import pytest

from genonaut.db.session import Database
from tests.integration.people.test_pages_signing_in import attempt, send, words
from tests.support.people import ANOTHER, PASSWORD, Browsers, add_account, token_in
from tests.support.rows import add_user, run, scalar
from tests.support.site import USERS, fill

ADMIN = "/gallery/admin"
PAGES = (f"{ADMIN}/users", f"{ADMIN}/audit", f"{ADMIN}/tags")


@pytest.fixture
def grace_id(database: Database) -> str:
    return add_account(database, "grace", "admin")


@pytest.fixture
def grace(browsers: Browsers, grace_id: str) -> httpx.Client:
    return browsers.sign_in("grace")


def test_they_are_for_administrators(browsers: Browsers, database: Database, grace_id: str) -> None:
    add_account(database)
    ada = browsers.sign_in()
    assert f"{ADMIN}/users" not in ada.get("/gallery/account").text
    for path in (*PAGES, f"{ADMIN}/users/{grace_id}"):
        answer = ada.get(path)
        assert (answer.status_code, "grace" in answer.text) == (403, False)
    for what in ("role", "disable", "enable", "link"):
        assert send(ada, f"{ADMIN}/users/{grace_id}/{what}", role="member").status_code == 403
    assert send(ada, f"{ADMIN}/users", username="eve").status_code == 403


def test_a_user_is_added_and_chooses_a_password_by_the_link(
    grace: httpx.Client, browsers: Browsers, database: Database
) -> None:
    answer = send(grace, f"{ADMIN}/users", username="Ada", email="ada@example.org", role="member")
    assert answer.status_code == 200
    assert str(grace.base_url).rstrip("/") in answer.text
    token = token_in(answer.text)
    client = browsers.open()
    send(client, "/gallery/password", token=token, password=ANOTHER)
    assert attempt(client, "Ada", ANOTHER).status_code == 303
    assert scalar(database, "SELECT email FROM users WHERE username = 'Ada'") == "ada@example.org"
    again = send(grace, f"{ADMIN}/users", username="Ada", email="b@example.org", role="admin")
    assert (again.status_code, "already" in words(again)) == (409, True)
    assert 'value="b@example.org"' in again.text
    assert '<option value="admin" selected>' in again.text
    assert send(grace, f"{ADMIN}/users", username="", email="x").status_code == 422


def test_users_are_found_by_name_page_by_page(grace: httpx.Client, database: Database) -> None:
    add_user(database, "only a creator")
    for number in range(60):
        run(database, "INSERT INTO users (username, role) VALUES (%s, 'admin')", f"u{number:02}")
    first = grace.get(f"{ADMIN}/users")
    assert "only a creator" not in first.text
    assert first.text.count('scope="row"') == 50
    [path] = re.findall(r'href="([^"]+)" rel="next"', first.text)
    second = grace.get(path.replace("&amp;", "&"))
    assert second.text.count('scope="row"') == 11
    assert 'rel="next"' not in second.text
    assert "only a creator" in grace.get(f"{ADMIN}/users?search=only&all=1").text
    assert "No users found" in words(grace.get(f"{ADMIN}/users?search=%00zz"))


def test_roles_disabling_and_enabling(
    grace: httpx.Client, browsers: Browsers, database: Database, grace_id: str
) -> None:
    page = f"{ADMIN}/users/{add_account(database)}"
    ada = browsers.sign_in()
    assert send(grace, f"{page}/role", role="admin").headers["location"] == f"{page}?done=role"
    assert ada.get(f"{ADMIN}/users").status_code == 200
    assert "ended" in words(grace.get(send(grace, f"{page}/disable").headers["location"]))
    assert ada.get("/gallery/account").is_redirect
    assert attempt(browsers.open(), "ada", PASSWORD).status_code == 401
    assert send(grace, f"{page}/link").status_code == 409
    assert send(grace, f"{page}/enable").is_redirect
    assert attempt(browsers.open(), "ada", PASSWORD).status_code == 303
    send(grace, f"{page}/role", role="member")
    mine = f"{ADMIN}/users/{grace_id}"
    for path, form in ((f"{mine}/disable", {}), (f"{mine}/role", {"role": "member"})):
        refused = send(grace, path, **form)
        assert (refused.status_code, "only administrator" in words(refused)) == (409, True)
    assert send(grace, f"{page}/role", role="king").status_code == 422
    assert grace.get(f"{ADMIN}/users/{USERS['bo']}").status_code == 404


def test_the_record_by_action_and_page_by_page(grace: httpx.Client, database: Database) -> None:
    run(
        database,
        "INSERT INTO audit_log (via, action, subject) "
        "SELECT 'session', 'item-deleted', 'item ' || n FROM generate_series(1, 60) AS n",
    )
    send(grace, f"{ADMIN}/users", username="<b>Eve</b>")
    everything = grace.get(f"{ADMIN}/audit")
    assert "&lt;b&gt;Eve&lt;/b&gt;" in everything.text
    assert "<b>Eve" not in everything.text
    first = grace.get(f"{ADMIN}/audit?action=item-deleted")
    assert first.text.count('scope="row"') == 50
    assert "User added" not in words(first).partition("When")[2]
    [path] = re.findall(r'href="([^"]+)" rel="next"', first.text)
    second = grace.get(path.replace("&amp;", "&"))
    assert second.text.count('scope="row"') == 10
    assert "item 60" in first.text
    assert "item 10 " in words(second)
    assert grace.get(f"{ADMIN}/audit?action=nonsense&before=x").status_code == 200
    assert "no entries of this kind" in words(grace.get(f"{ADMIN}/audit?action=tag-merged"))


def test_a_tag_is_renamed_and_merged_once_that_is_confirmed(
    grace: httpx.Client, database: Database
) -> None:
    fill(database)
    page = grace.get(f"{ADMIN}/tags?search=SEA")
    assert page.text.count('scope="row"') == 1
    [sea] = re.findall(rf'href="({ADMIN}/tags/[0-9a-f-]+)"', page.text)
    assert send(grace, sea, name="Ocean").headers["location"] == f"{ADMIN}/tags?done=renamed"
    blank = send(grace, sea, name=" ")
    assert (blank.status_code, 'id="name-problem"' in blank.text) == (422, True)
    asked = send(grace, sea, name="night")
    assert (asked.status_code, "cannot be undone" in words(asked)) == (409, True)
    assert scalar(database, "SELECT count(*) FROM tags") == 3
    for number, condition in (("both", "= 2"), ("each", ">= 1")):
        counted = (
            "SELECT count(*) FROM (SELECT FROM content_tags JOIN tags ON id = tag_id"
            f" WHERE name IN ('night', 'ocean') GROUP BY content_id HAVING count(*) {condition}) x"
        )
        sentence = {
            "both": f"and both are on {scalar(database, counted)} .",
            "each": f"“night” is on {scalar(database, counted)} pictures, and “ocean” is gone",
        }
        assert sentence[number] in words(asked)
    night = "SELECT count(*) FROM content_tags JOIN tags ON id = tag_id WHERE name = 'night'"
    both = scalar(
        database,
        "SELECT count(DISTINCT content_id) FROM content_tags JOIN tags ON id = tag_id "
        "WHERE name IN ('night', 'ocean')",
    )
    answer = send(grace, sea, name="night", merge="yes")
    assert answer.headers["location"] == f"{ADMIN}/tags?done=merged"
    assert scalar(database, night) == both
    assert grace.get(sea).status_code == 404
    actions = "SELECT string_agg(action, ' ' ORDER BY id) FROM audit_log WHERE action LIKE 'tag%'"
    assert scalar(database, actions) == "tag-renamed tag-merged"


def test_an_administrator_deletes_what_is_not_theirs_and_a_member_does_not_see_how(
    grace: httpx.Client, browsers: Browsers, database: Database
) -> None:
    fill(database)
    run(database, "DELETE FROM users WHERE username = 'eve'")
    add_account(database, "eve")
    item = scalar(database, "SELECT min(id) FROM content_items_all")
    path = f"/gallery/items/{item}"
    for client in (browsers.sign_in("eve"), browsers.open()):
        assert f'action="{path}/delete"' not in client.get(path).text
    assert f'action="{path}/delete"' in grace.get(path).text
    assert send(grace, f"{path}/delete").headers["location"].endswith(f"deleted={item}")
    assert "Upload" in grace.get("/gallery").text
    creator = re.compile(r'<input id="creator"')
    assert creator.search(grace.get("/gallery/upload").text)
    assert not creator.search(browsers.sign_in("eve").get("/gallery/upload").text)


def test_tags_are_sorted_counted_and_paged(grace: httpx.Client, database: Database) -> None:
    fill(database)
    run(database, "INSERT INTO tags (name) SELECT 'tag ' || n FROM generate_series(1, 220) AS n")
    first = grace.get(f"{ADMIN}/tags?search=TAG")
    assert "220 tags, page 1 of 3." in words(first)
    assert first.text.count('scope="row"') == 100
    [path] = re.findall(r'href="([^"]+)" rel="next"', first.text)
    second = grace.get(path.replace("&amp;", "&"))
    assert path == f"{ADMIN}/tags?search=TAG&amp;p=2"
    last = grace.get(f"{ADMIN}/tags?search=TAG&p=3")
    rows = [re.findall(r'scope="row">([^<]+)<', page.text) for page in (first, second, last)]
    assert len({name for row in rows for name in row}) == 220
    assert 'rel="next"' not in last.text
    by_count = grace.get(f"{ADMIN}/tags?sort=count")
    [(url, number), *_] = re.findall(r'<td><a href="([^"]+)"[^>]*>([\d,]+)</a>', by_count.text)
    assert f"{number} results" in words(grace.get(url.replace("&amp;", "&")))
    assert scalar(database, "SELECT max(cardinality) FROM tag_cardinality_stats") <= int(number)
    assert grace.get(f"{ADMIN}/tags?sort=nonsense&p=999999999999999999").status_code == 200


def test_a_tag_is_deleted_and_its_pictures_stay(grace: httpx.Client, database: Database) -> None:
    fill(database)
    items = scalar(database, "SELECT count(*) FROM content_items_all")
    [[sea]] = run(database, "SELECT id FROM tags WHERE name = 'sea'")
    page = grace.get(f"{ADMIN}/tags/{sea}")
    carried = scalar(database, "SELECT count(*) FROM content_tags WHERE tag_id = %s", sea)
    assert f"{carried} pictures carry it and stay" in words(page)
    answer = send(grace, f"{ADMIN}/tags/{sea}/delete")
    assert "The tag has been deleted." in words(grace.get(answer.headers["location"]))
    assert scalar(database, "SELECT count(*) FROM content_items_all") == items
    assert send(grace, f"{ADMIN}/tags/{sea}/delete").status_code == 404
    assert run(database, "SELECT action, subject FROM audit_log WHERE action LIKE 'tag%'") == [
        ("tag-deleted", "sea")
    ]
