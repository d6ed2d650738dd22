"""Ratings through the API: who may, what is refused, and where the numbers are."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from genonaut.api.repositories.rating_repository import RatingRepository
from genonaut.config import Settings
from genonaut.content.viewer import Viewer
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.people import Browsers, add_account, with_accounts
from tests.support.rows import add_items, add_user, run

UNKNOWN = "00000000-0000-4000-8000-000000000000"


class World:
    """A gallery with accounts: ada has a public and a private item, bo none; root administers."""

    def __init__(self, database: Database, browsers: Browsers) -> None:
        self.ids = {name: add_account(database, name) for name in ("ada", "bo")}
        add_account(database, "root", "admin")
        build_counts(database, "test")
        [public] = add_items(database, self.ids["ada"])
        [private] = add_items(database, self.ids["ada"], visibility="private")
        self.public, self.private = (f"/api/v1/content/{one}" for one in (public, private))
        self.ada, self.bo, self.root = (browsers.sign_in(name) for name in ("ada", "bo", "root"))
        self.visitor = browsers.open()


@pytest.fixture
def browsers(open_api: OpenApi, settings: Settings, database: Database) -> Any:
    client = open_api(with_accounts(settings), database)
    found = Browsers(str(client.base_url))
    yield found
    found.close()


@pytest.fixture
def world(database: Database, browsers: Browsers) -> World:
    return World(database, browsers)


def rate(client: httpx.Client, item: str, value: object) -> httpx.Response:
    return client.put(f"{item}/rating", json={"value": value})


def rating_of(answer: httpx.Response) -> tuple[Any, ...]:
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return found["rating"], found["rating_mean"], found["rating_count"]


def test_it_is_rated_rated_anew_and_taken_away(world: World) -> None:
    item_id = int(world.public.rpartition("/")[2])
    answer = rate(world.bo, world.public, 4)
    assert answer.json() == {
        "item_id": item_id, "rating": 4, "rating_mean": 4.0, "rating_count": 1
    }  # fmt: skip
    assert rating_of(rate(world.ada, world.public, 3)) == (3, 3.5, 2), "one's own may be rated"
    assert rating_of(rate(world.bo, world.public, 5)) == (5, 4.0, 2)
    assert rating_of(world.visitor.get(f"{world.public}/rating")) == (None, 4.0, 2)
    assert rating_of(world.ada.delete(f"{world.public}/rating")) == (None, 5.0, 1)
    assert rating_of(world.ada.delete(f"{world.public}/rating")) == (None, 5.0, 1), "it was gone"
    assert rating_of(world.bo.delete(f"{world.public}/rating")) == (None, None, 0)


def test_lists_and_items_have_it(world: World) -> None:
    rate(world.bo, world.public, 2)
    rate(world.root, world.public, 3)
    for client, own in ((world.bo, 2), (world.ada, None), (world.visitor, None)):
        expected = (own, 2.5, 2)
        assert rating_of(client.get(world.public)) == expected
        [item] = [
            one
            for one in client.get("/api/v1/content/unified").json()["items"]
            if world.public.endswith(f"/{one['id']}")
        ]
        assert (item["rating"], item["rating_mean"], item["rating_count"]) == expected
    changed = world.ada.patch(world.public, json={"title": "Dusk"}).json()
    assert (changed["rating"], changed["rating_count"]) == (None, 2)
    deleted = world.ada.delete(world.public).json()["deleted"]
    assert deleted["rating_count"] == 2


def test_what_is_private_to_another_is_not_there(world: World) -> None:
    for answer in (
        rate(world.bo, world.private, 5),
        world.bo.get(f"{world.private}/rating"),
        world.bo.delete(f"{world.private}/rating"),
        world.visitor.get(f"{world.private}/rating"),
        rate(world.bo, "/api/v1/content/999999", 5),
    ):
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert rating_of(rate(world.ada, world.private, 5)) == (5, 5.0, 1)
    assert rating_of(world.root.get(f"{world.private}/rating")) == (None, 5.0, 1)


def test_the_statement_itself_rates_no_private_item_of_another(
    world: World, database: Database
) -> None:
    """It holds the item as it is at that moment, so nothing later needs to look."""
    item_id = int(world.private.rpartition("/")[2])
    with database.transaction() as session:
        ratings = RatingRepository(session)
        for name, may in (("bo", False), ("ada", True)):
            user = UUID(world.ids[name])
            assert ratings.rate(Viewer(user), item_id, user, 5) == may


def test_what_becomes_private_takes_its_ratings_with_it(world: World, database: Database) -> None:
    rate(world.bo, world.public, 1)
    world.ada.patch(world.public, json={"visibility": "private"})
    assert world.bo.get(f"{world.public}/rating").status_code == 404
    page = world.bo.get("/api/v1/content/unified", params={"sort_field": "rating"}).json()
    assert page["items"] == []
    assert rating_of(world.ada.get(world.public)) == (None, 1.0, 1), "its creator sees the mean"
    assert run(database, "SELECT DISTINCT visibility FROM ratings") == [("private",)]


def test_visitors_cannot_rate_and_no_user_rates_for_another(world: World) -> None:
    assert rate(world.visitor, world.public, 5).status_code == 401
    assert world.visitor.delete(f"{world.public}/rating").status_code == 401
    for client in (world.bo, world.root):
        ada = {"user_id": world.ids["ada"]}
        answer = client.put(f"{world.public}/rating", json={"value": 1}, params=ada)
        assert answer.status_code == 403
        assert client.delete(f"{world.public}/rating", params=ada).status_code == 403
    assert rating_of(world.visitor.get(world.public)) == (None, None, 0)


@pytest.mark.parametrize("value", [0, 6, -1, 3.5, "3", True, None, [3], 10**30])
def test_only_one_to_five_is_a_rating(world: World, value: object) -> None:
    answer = rate(world.bo, world.public, value)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")
    assert "value" in answer.json()["detail"]
    assert rating_of(world.visitor.get(world.public)) == (None, None, 0)


def test_an_etag_says_what_it_is_rated_and_lets_edits_through(world: World) -> None:
    """Another user's rating is nothing that an edit could undo."""
    tag = world.ada.get(world.public).headers["ETag"]
    known = {"If-None-Match": tag}
    assert world.ada.get(world.public, headers=known).status_code == 304
    rate(world.bo, world.public, 4)
    assert world.ada.get(world.public, headers=known).json()["rating_count"] == 1
    edit = world.ada.patch(world.public, json={"title": "A"}, headers={"If-Match": tag})
    assert edit.status_code == 200
    late = world.ada.patch(world.public, json={"title": "B"}, headers={"If-Match": tag})
    assert late.status_code == 412


def test_without_accounts_the_request_names_the_user(
    client: httpx.Client, database: Database
) -> None:
    ada = add_user(database)
    [item_id] = add_items(database, ada)
    build_counts(database, "test")
    path = f"/api/v1/content/{item_id}/rating"
    named = {"user_id": ada}
    assert client.put(path, json={"value": 4}).status_code == 422
    assert client.delete(path).status_code == 422
    assert rating_of(client.put(path, json={"value": 4}, params=named)) == (4, 4.0, 1)
    assert rating_of(client.get(path, params=named)) == (4, 4.0, 1)
    assert rating_of(client.get(path)) == (None, 4.0, 1)
    page = client.get("/api/v1/content/unified", params=named).json()
    assert [item["rating"] for item in page["items"]] == [4]
    unknown = client.put(path, json={"value": 4}, params={"user_id": UNKNOWN})
    assert unknown.status_code == 404
    assert unknown.json()["detail"] == f"There is no user {UNKNOWN}: nothing was rated."
    assert rating_of(client.delete(path, params=named)) == (None, None, 0)
