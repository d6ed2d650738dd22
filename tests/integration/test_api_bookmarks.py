"""Favourites over HTTP, each route as an existing client calls it, with the user in `user_id`."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from genonaut.api.bookmarks.entities import MOST_CHECKED
from genonaut.db.session import Database
from tests.support.keeping import BOOKMARKS, Keeper
from tests.support.rows import add_items, add_tag, add_user, run

UNKNOWN = "00000000-0000-4000-8000-0000000000ff"
FIELDS = {
    *("id", "user_id", "content_id", "content_source_type", "note", "pinned", "is_public"),
    *("created_at", "updated_at", "content"),
}


@pytest.fixture
def ada(client: httpx.Client, database: Database) -> Keeper:
    return Keeper(client, add_user(database, "ada"))


@pytest.fixture
def items(database: Database) -> list[int]:
    """Five regular items of bo's."""
    return add_items(database, add_user(database, "bo"), 5)


def test_a_favourite_has_the_fields_that_the_client_reads(ada: Keeper, items: list[int]) -> None:
    made = ada.keep(items[0], note="the light!", pinned=True, is_public=False)
    assert set(made) == FIELDS
    assert made["user_id"] == ada.params["user_id"]
    assert (made["content_id"], made["content_source_type"]) == (items[0], "items")
    assert (made["note"], made["pinned"], made["is_public"]) == ("the light!", True, False)
    assert made["content"] is None
    read = ada.send("GET", f"{BOOKMARKS}/{made['id']}")
    assert read["content"]["id"] == items[0]
    assert read | {"content": None} == made


def test_a_second_one_of_the_same_item_is_the_first(ada: Keeper, items: list[int]) -> None:
    first = ada.keep(items[0], note="first")
    body = {"content_id": items[0], "content_source_type": "items", "note": "second"}
    assert ada.send("POST", BOOKMARKS, 200, json=body) == first
    assert ada.listed() == ([items[0]], 1)


@pytest.mark.parametrize(
    "body",
    [
        {"content_id": 10**12, "content_source_type": "items"},
        {"content_id": 1, "content_source_type": "auto"},
    ],
)
def test_of_no_item_there_is_none(ada: Keeper, items: list[int], body: dict[str, Any]) -> None:
    body = body if body["content_id"] > 1 else body | {"content_id": items[0]}
    ada.send("POST", BOOKMARKS, 404, json=body)


def test_of_no_user_there_is_none(client: httpx.Client, items: list[int]) -> None:
    unknown = Keeper(client, UNKNOWN)
    unknown.send("POST", BOOKMARKS, 404, json={"content_id": items[0]})
    assert unknown.listed() == ([], 0)
    answer = client.get(BOOKMARKS)
    assert answer.status_code == 422
    assert "user_id is missing" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content_id": 0},
        {"content_id": 2**63},
        {"content_id": "x"},
        {"content_id": 1, "content_source_type": "regular"},
        {"content_id": 1, "note": "x" * 2001},
        {"content_id": 1, "note": "\0"},
        {"content_id": 1, "note": "e" + "\u0301" * 65},
        {"content_id": 1, "pinned": None},
        {"content_id": 1, "colour": "red"},
    ],
)
def test_what_is_not_valid_is_refused(ada: Keeper, body: dict[str, Any]) -> None:
    ada.send("POST", BOOKMARKS, 422, json=body)


def test_lists_filter_and_count_exactly(ada: Keeper, items: list[int]) -> None:
    kept = [
        ada.keep(item, pinned=number < 2, is_public=number % 2 == 0)
        for number, item in enumerate(items)
    ]
    newest = items[::-1]
    assert ada.listed() == (newest, 5)
    assert ada.listed(pinned=True) == (newest[3:], 2)
    assert ada.listed(pinned=False) == (newest[:3], 3)
    assert ada.listed(is_public=True) == (newest[::2], 3)
    assert ada.listed(pinned=True, is_public=True) == ([items[0]], 1)
    assert ada.listed(skip=1, limit=2) == (newest[1:3], 5)
    assert ada.listed(skip=9) == ([], 5)
    page = ada.send("GET", BOOKMARKS, skip=1, limit=2)
    assert (page["skip"], page["limit"]) == (1, 2)
    album = ada.album()
    for one in kept[1:4]:
        ada.put(one, album)
    assert ada.listed(category_id=album["id"]) == (newest[1:4], 3)
    assert ada.listed(category_id=album["id"], pinned=True) == ([items[1]], 1)
    ada.send("GET", BOOKMARKS, 404, category_id=str(uuid4()))


SORTS = {
    "datetime_added": [2, 1, 0],
    "created_at": [2, 1, 0],
    "user_rating_then_created": [2, 1, 0],
    "user_rating": [2, 1, 0],
    "updated_at": [0, 2, 1],
    "datetime_created": [1, 2, 0],
    "quality_score": [0, 2, 1],
    "alphabetical": [2, 0, 1],
    "title": [2, 0, 1],
}


@pytest.mark.parametrize("field", SORTS)
def test_every_order_goes_both_ways(ada: Keeper, database: Database, field: str) -> None:
    bo = add_user(database, "bo")
    values = [("m", 0.9, "2026-01-01"), ("a", 0.1, "2026-01-03"), ("z", 0.5, "2026-01-02")]
    items = [
        add_items(database, bo, 1, title=title, quality_score=score, created_at=at)[0]
        for title, score, at in values
    ]
    kept = [ada.keep(item) for item in items]
    ada.send("PUT", f"{BOOKMARKS}/{kept[0]['id']}", json={"note": "later"})
    wanted = [items[place] for place in SORTS[field]]
    assert ada.listed(sort_field=field)[0] == wanted
    assert ada.listed(sort_field=field, sort_order="desc")[0] == wanted
    assert ada.listed(sort_field=field, sort_order="asc")[0] == wanted[::-1]


def test_a_list_comes_with_its_items_and_their_tags_if_asked_for(
    ada: Keeper, items: list[int], database: Database
) -> None:
    add_tag(database, "sea", items[:1])
    ada.keep(items[0])
    [with_item] = ada.send("GET", BOOKMARKS)["items"]
    assert with_item["content"]["id"] == items[0]
    assert with_item["content"]["tags"] == ["sea"]
    assert with_item["content"]["creator_username"] == "bo"
    [without] = ada.send("GET", BOOKMARKS, include_content=False)["items"]
    assert without["content"] is None


def test_check_says_whether_one_is_a_favourite(ada: Keeper, items: list[int]) -> None:
    made = ada.keep(items[0])
    path = f"{BOOKMARKS}/check"
    found = ada.send("GET", path, content_id=items[0], content_source_type="items")
    assert found == {"bookmarked": True, "bookmark": made}
    for other in (
        {"content_id": items[1]},
        {"content_id": items[0], "content_source_type": "auto"},
    ):
        assert ada.send("GET", path, **other) == {"bookmarked": False, "bookmark": None}
    ada.send("GET", path, 422)


def test_check_batch_says_it_of_many_at_once(ada: Keeper, items: list[int]) -> None:
    made = ada.keep(items[0])
    keys = [{"content_id": item, "content_source_type": "items"} for item in items[:2]]
    keys.append({"content_id": items[0], "content_source_type": "auto"})
    found = ada.send("POST", f"{BOOKMARKS}/check-batch", json={"content_items": keys})
    expected = {f"{items[0]}-items": made, f"{items[1]}-items": None, f"{items[0]}-auto": None}
    assert found == {"bookmarks": expected}
    nothing = ada.send("POST", f"{BOOKMARKS}/check-batch", json={"content_items": []})
    assert nothing == {"bookmarks": {}}
    most = [{"content_id": number} for number in range(1, MOST_CHECKED + 2)]
    ada.send("POST", f"{BOOKMARKS}/check-batch", json={"content_items": most[1:]})
    ada.send("POST", f"{BOOKMARKS}/check-batch", 422, json={"content_items": most})


def test_a_change_leaves_what_is_not_sent(ada: Keeper, items: list[int]) -> None:
    made = ada.keep(items[0], note="first")
    path = f"{BOOKMARKS}/{made['id']}"
    changed = ada.send("PUT", path, json={"pinned": True, "note": None})
    assert changed["updated_at"] > made["updated_at"]
    assert changed | {"updated_at": made["updated_at"]} == made | {"pinned": True}
    assert ada.send("PUT", path, json={"note": ""})["note"] is None
    before = ada.send("PUT", path, json={"is_public": True})
    assert ada.send("PUT", path, json={}) == before
    ada.send("PUT", f"{BOOKMARKS}/{uuid4()}", 404, json={"pinned": True})


def test_a_deletion_takes_it_out_of_the_albums_and_leaves_the_item(
    ada: Keeper, items: list[int], database: Database
) -> None:
    made, album = ada.keep(items[0]), ada.album()
    ada.put(made, album)
    done = ada.send("DELETE", f"{BOOKMARKS}/{made['id']}")
    assert done["success"] is True
    assert ada.listed() == ada.inside(album) == ([], 0)
    assert ada.count(album) == 0
    ada.send("GET", f"{BOOKMARKS}/{made['id']}", 404)
    ada.send("DELETE", f"{BOOKMARKS}/{made['id']}", 404)
    assert run(database, "SELECT FROM content_items WHERE id = %s", items[0])


def test_an_item_that_goes_takes_its_favourites_along(
    ada: Keeper, items: list[int], client: httpx.Client
) -> None:
    ada.keep(items[0])
    assert client.delete(f"/api/v1/content/{items[0]}").status_code == 200
    assert ada.listed() == ([], 0)


def test_large_items_are_refused_as_in_the_gallery(ada: Keeper, database: Database) -> None:
    large = add_items(database, add_user(database, "cy"), 120, prompt="🦊" * 20_000)
    statement = "INSERT INTO bookmarks (user_id, content_id, source_type) SELECT %s, id, 'items'"
    run(database, f"{statement} FROM content_items", ada.params["user_id"])
    refused = ada.send("GET", BOOKMARKS, 422, limit=200)
    assert "smaller limit" in refused["detail"]
    assert len(ada.send("GET", BOOKMARKS, limit=20)["items"]) == 20
    assert ada.listed(include_content=False, limit=200)[1] == len(large)
