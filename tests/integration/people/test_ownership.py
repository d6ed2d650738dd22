"""Whose items a user may add, change and delete; and whose tags and users."""

from io import BytesIO
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image

from genonaut.counting.engine import refresh
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database
from tests.support.people import Browsers, add_account
from tests.support.recount import differences
from tests.support.rows import add_items, add_tag, add_user, run, scalar

CONTENT = "/api/v1/content"
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def ada(database: Database) -> str:
    return add_account(database)


@pytest.fixture
def grace(database: Database) -> str:
    return add_account(database, "grace")


@pytest.fixture
def root(database: Database) -> str:
    return add_account(database, "root", role="admin")


def picture(number: int) -> bytes:
    made = BytesIO()
    Image.new("RGB", (8 + number, 8)).save(made, "PNG")
    return made.getvalue()


def creators(database: Database) -> list[UUID]:
    return [row[0] for row in run(database, "SELECT creator_id FROM content_items_all")]


@pytest.mark.parametrize("route", ["content", "content-auto"])
def test_an_item_is_ones_own(
    browsers: Browsers, database: Database, ada: str, grace: str, route: str
) -> None:
    client = browsers.sign_in()
    for body in ({"prompt": "x"}, [{"prompt": "x"}, {"prompt": "y", "creator_id": ada}]):
        answer = client.post(f"/api/v1/{route}", json=body)
        assert answer.status_code == 201
        assert {item["creator_username"] for item in answer.json()["items"]} == {"ada"}
    theirs = [{"prompt": "x"}, {"prompt": "y", "creator_id": grace}]
    refused = client.post(f"/api/v1/{route}", json=theirs)
    assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")
    assert refused.json()["detail"] == "Only an administrator may add items for another user."
    assert set(map(str, creators(database))) == {ada}
    assert len(creators(database)) == 3


def test_an_administrator_adds_items_for_others(
    browsers: Browsers, database: Database, root: str, ada: str
) -> None:
    client = browsers.sign_in("root")
    for body, owner in (({"prompt": "x"}, root), ({"prompt": "x", "creator_id": ada}, ada)):
        added = client.post(CONTENT, json=body).json()["items"]
        assert [item["creator_id"] for item in added] == [owner]


def test_without_accounts_the_creator_is_named(client: httpx.Client, database: Database) -> None:
    refused = client.post(CONTENT, json={"prompt": "x"})
    assert (refused.status_code, refused.json()["error"]) == (422, "invalid_request")
    assert refused.json()["detail"].startswith("creator_id is missing")
    named = {"prompt": "x", "creator_id": add_user(database)}
    assert client.post(CONTENT, json=named).status_code == 201


@pytest.mark.parametrize(
    "change", [{"method": "PATCH", "json": {"title": "y"}}, {"method": "DELETE"}]
)
def test_an_item_is_changed_and_deleted_by_its_creator_and_administrators(
    browsers: Browsers, database: Database, ada: str, grace: str, root: str, change: dict[str, Any]
) -> None:
    first, second = (f"{CONTENT}/{item}" for item in add_items(database, ada, 2))
    before = run(database, "SELECT * FROM content_items_all ORDER BY id")
    refused = browsers.sign_in("grace").request(url=first, **change)
    assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")
    assert browsers.open().request(url=first, **change).status_code == 401
    assert run(database, "SELECT * FROM content_items_all ORDER BY id") == before
    assert browsers.sign_in("grace").request(url=f"{CONTENT}/999", **change).status_code == 404
    assert browsers.sign_in("ada").request(url=first, **change).status_code == 200
    assert browsers.sign_in("root").request(url=second, **change).status_code == 200


def test_a_page_deletes_and_restores_ones_own_items(
    browsers: Browsers, database: Database, ada: str, grace: str, root: str
) -> None:
    [item, other] = add_items(database, ada, 2)
    page = f"/gallery/items/{item}"
    for name, status in (("grace", 403), ("ada", 303)):
        client = browsers.sign_in(name)
        assert client.post(f"{page}/delete", headers=OURS).status_code == status
    assert browsers.sign_in("grace").post(f"{page}/undo", headers=OURS).status_code == 404
    assert client.post(f"{page}/undo", headers=OURS).status_code == 303
    assert browsers.open().post(f"{page}/delete", headers=OURS).status_code == 401
    admin = browsers.sign_in("root")
    for step in ("delete", "undo"):
        done = admin.post(f"/gallery/items/{other}/{step}", headers=OURS)
        assert done.status_code == 303
    assert scalar(database, "SELECT count(*) FROM content_items_all") == 2
    assert {str(owner) for owner in creators(database)} == {ada}


def test_the_cookie_of_viewing_as_names_no_one_where_there_are_accounts(
    browsers: Browsers, database: Database, ada: str
) -> None:
    [item] = add_items(database, ada)
    client = browsers.open()
    client.cookies.set("genonaut_viewer", ada, path="/gallery")
    assert client.post(f"/gallery/items/{item}/delete", headers=OURS).status_code == 401
    assert client.post("/gallery/viewer", headers=OURS, data={"user": ada}).status_code == 404


def test_an_upload_is_ones_own(
    browsers: Browsers, database: Database, ada: str, grace: str, root: str
) -> None:
    def send(client: httpx.Client, number: int, **fields: str) -> httpx.Response:
        file = {"files": (f"{number}.png", picture(number))}
        return client.post(f"{CONTENT}/upload", files=file, data=fields)

    client = browsers.sign_in()
    for number, fields in enumerate(({}, {"creator": "ada"}, {"creator": ada})):
        [sent] = send(client, number, **fields).json()["results"]
        assert sent["item"]["creator_username"] == "ada"
    for creator in ("grace", grace, "imported"):
        assert send(client, 9, creator=creator).status_code in {403, 404}
    assert {str(owner) for owner in creators(database)} == {ada}
    [sent] = send(browsers.sign_in("root"), 5, creator="grace").json()["results"]
    assert sent["item"]["creator_username"] == "grace"


def test_tags_and_users_are_for_administrators(
    browsers: Browsers, database: Database, ada: str, root: str
) -> None:
    tag = f"/api/v1/tags/{add_tag(database, 'sea')}"
    member, admin = browsers.sign_in(), browsers.sign_in("root")
    for client, status in ((member, 403), (admin, 200)):
        assert client.patch(tag, json={"name": "ocean"}).status_code == status
        assert client.delete(tag).status_code == status
    for client, status in ((member, 403), (admin, 201)):
        assert client.post("/api/v1/users", json={"username": "new"}).status_code == status


def test_a_tag_that_is_renamed_to_another_becomes_that_one(
    browsers: Browsers, database: Database, ada: str, root: str
) -> None:
    regular, auto = add_items(database, ada, 4), add_items(database, ada, 3, "auto")
    sea = add_tag(database, "sea", [*regular[:3], auto[0]])
    ocean = add_tag(database, "ocean", [*regular[2:], *auto])
    client = browsers.sign_in("root")
    merged = client.patch(f"/api/v1/tags/{sea}", json={"name": " Ocean "}).json()
    expected = {"name": "ocean", "regular_count": 4, "auto_count": 3, "count": 7}
    assert merged == expected | {"id": ocean}
    assert client.get("/api/v1/tags").json()["tags"] == [merged]
    with database.transaction() as session:
        assert differences(session) == []
        found = [refresh(session, count, "test").outcome for count in COUNTS.values()]
        assert set(found) <= {"built", "exact"}
    assert run(
        database, "SELECT action, subject FROM audit_log WHERE actor = 'root' AND via = 'session'"
    ) == [("tag-merged", "sea → ocean")]
