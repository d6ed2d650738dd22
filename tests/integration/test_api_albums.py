"""Albums over HTTP, each route as an existing client calls it."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from genonaut.api.bookmarks.entities import DEEPEST
from genonaut.api.services import album_service
from genonaut.db.session import Database
from tests.support.keeping import ALBUMS, BOOKMARKS, Keeper
from tests.support.rows import add_items, add_user

FIELDS = {
    *("id", "user_id", "name", "description", "color", "icon", "cover_content_id"),
    *("cover_content_source_type", "parent_id", "sort_index", "is_public", "share_token"),
    *("share_prompts", "created_at", "updated_at", "count"),
}


@pytest.fixture
def ada(client: httpx.Client, database: Database) -> Keeper:
    return Keeper(client, add_user(database, "ada"))


@pytest.fixture
def kept(ada: Keeper, database: Database) -> list[dict[str, Any]]:
    """Three favourites."""
    return [ada.keep(item) for item in add_items(database, add_user(database, "bo"), 3)]


def names(page: dict[str, Any]) -> list[str]:
    return [album["name"] for album in page["items"]]


def test_an_album_has_the_fields_that_the_client_reads(ada: Keeper) -> None:
    given = {"name": " My\u00a0 Favorites ", "description": "All of it", "color": "#FF5733"}
    made = ada.album(**given, icon="star", is_public=False)
    assert set(made) == FIELDS
    assert (made["name"], made["description"]) == ("My Favorites", "All of it")
    assert (made["color"], made["icon"], made["sort_index"]) == ("#FF5733", "star", 0)
    assert (made["parent_id"], made["share_token"], made["count"]) == (None, None, 0)
    assert ada.send("GET", f"{ALBUMS}/{made['id']}") == made


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "  "},
        {"name": "a\u200bb"},
        {"name": "a\nb\u202e"},
        {"name": "x" * 256},
        {"name": "a", "color": "red"},
        {"name": "a", "color": "#12345"},
        {"name": "a", "color": "#123456\n"},
        {"name": "a", "icon": "<b>"},
        {"name": "a", "icon": "x" * 51},
        {"name": "a", "description": "x" * 2001},
        {"name": "a", "sort_index": -1},
        {"name": "a", "parent_id": "root"},
        {"name": "a", "user": "x"},
    ],
)
def test_what_is_not_valid_is_refused(ada: Keeper, body: dict[str, Any]) -> None:
    ada.send("POST", ALBUMS, 422, json=body)


def test_names_are_unique_beside_one_another_in_every_form(ada: Keeper) -> None:
    outer = ada.album("Caf\u00e9")
    ada.send("POST", ALBUMS, 409, json={"name": "Cafe\u0301 "})
    inner = ada.album("Caf\u00e9", parent_id=outer["id"])
    ada.send("POST", ALBUMS, 409, json={"name": "Caf\u00e9", "parent_id": outer["id"]})
    ada.send("PUT", f"{ALBUMS}/{inner['id']}", 409, json={"parent_id": "root"})
    ada.send("PUT", f"{ALBUMS}/{inner['id']}", json={"parent_id": "root", "name": "Bar"})
    ada.send("PUT", f"{ALBUMS}/{inner['id']}", 409, json={"name": "Caf\u00e9"})


def test_lists_go_by_the_order_that_the_user_gave(ada: Keeper) -> None:
    albums = [ada.album(name) for name in ("b", "c", "a")]
    inside = ada.album("d", parent_id=albums[0]["id"])
    assert names(ada.send("GET", ALBUMS)) == ["a", "b", "c", "d"]
    order = [albums[1]["id"], inside["id"], albums[0]["id"], albums[2]["id"]]
    ada.send("PUT", f"{ALBUMS}/order", json={"category_ids": order})
    page = ada.send("GET", ALBUMS)
    assert names(page) == ["c", "d", "b", "a"]
    assert (page["total"], page["skip"], page["limit"]) == (4, 0, 100)
    assert names(ada.send("GET", ALBUMS, sort_order="desc")) == ["a", "b", "d", "c"]
    assert names(ada.send("GET", ALBUMS, sort_field="name")) == ["a", "b", "c", "d"]
    assert names(ada.send("GET", ALBUMS, sort_field="created_at"))[0] == "d"
    page = ada.send("GET", ALBUMS, skip=1, limit=2)
    assert (names(page), page["total"]) == (["d", "b"], 4)
    page = ada.send("GET", ALBUMS, parent_id=albums[0]["id"])
    assert (names(page), page["total"]) == (["d"], 1)
    assert ada.send("GET", f"{ALBUMS}/{albums[0]['id']}/children")["items"] == page["items"]
    for top in ("null", "root"):
        assert names(ada.send("GET", ALBUMS, parent_id=top)) == ["c", "b", "a"]
    ada.send("PUT", f"{ALBUMS}/order", 404, json={"category_ids": [str(uuid4())]})


def test_the_tree_is_one_list_in_which_each_names_its_parent(ada: Keeper) -> None:
    outer = ada.album("outer")
    inner = ada.album("inner", parent_id=outer["id"])
    ada.album("innermost", parent_id=inner["id"])
    tree = {one["name"]: one["parent_id"] for one in ada.send("GET", f"{ALBUMS}/tree")}
    assert tree == {"outer": None, "inner": outer["id"], "innermost": inner["id"]}


def test_an_album_is_never_in_itself_and_not_too_deep(ada: Keeper) -> None:
    chain = [ada.album("0")]
    for level in range(1, DEEPEST):
        chain.append(ada.album(str(level), parent_id=chain[-1]["id"]))
    ada.send("POST", ALBUMS, 422, json={"name": "too deep", "parent_id": chain[-1]["id"]})
    for below in chain:
        path = f"{ALBUMS}/{chain[0]['id']}"
        refused = ada.send("PUT", path, 422, json={"parent_id": below["id"]})
        assert "in itself" in refused["detail"]
    two = ada.album("two")
    ada.album("three", parent_id=two["id"])
    under = {"parent_id": chain[-2]["id"]}
    ada.send("PUT", f"{ALBUMS}/{two['id']}", 422, json=under)
    ada.send("PUT", f"{ALBUMS}/{two['id']}", json={"parent_id": chain[-3]["id"]})


def test_there_are_so_many_and_no_more(ada: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(album_service, "MOST_ALBUMS", 2)
    ada.album("a")
    ada.album("b")
    refused = ada.send("POST", ALBUMS, 409, json={"name": "c"})
    assert "remove some first" in refused["detail"]


def test_a_change_leaves_what_is_not_sent_and_an_empty_text_goes(ada: Keeper) -> None:
    made = ada.album("a", description="d", color="#abc", icon="star")
    path = f"{ALBUMS}/{made['id']}"
    changed = ada.send("PUT", path, json={"name": "b", "color": None})
    assert changed | {"updated_at": made["updated_at"]} == made | {"name": "b"}
    emptied = ada.send("PUT", path, json={"description": "", "color": "", "icon": ""})
    assert (emptied["description"], emptied["color"], emptied["icon"]) == (None, None, None)
    assert ada.send("PUT", path, json={}) == emptied
    ada.send("PUT", path, 404, json={"parent_id": str(uuid4())})
    ada.send("PUT", f"{ALBUMS}/{uuid4()}", 404, json={"name": "c"})


def test_places_are_set_moved_and_left(ada: Keeper, kept: list[dict[str, Any]]) -> None:
    first, second = ada.album("first"), ada.album("second")
    items = [one["content_id"] for one in kept]
    for one in kept:
        ada.put(one, first)
    by_place = {"sort_field": "position"}
    assert ada.inside(first, **by_place) == (items[::-1], 3)
    placed = ada.put(kept[1], first, position=0)
    assert set(placed) == {"bookmark_id", "category_id", "user_id", "position", "added_at"}
    assert ada.inside(first, **by_place)[0] == [items[1], items[2], items[0]]
    path = f"{BOOKMARKS}/{kept[0]['id']}/categories"
    ada.send("PUT", f"{path}/{first['id']}/position", json={"position": 1})
    assert ada.inside(first, **by_place)[0] == [items[1], items[0], items[2]]
    assert ada.inside(first, **by_place, sort_order="desc")[0] == [items[2], items[0], items[1]]
    wanted = {"category_ids": [first["id"], second["id"]]}
    both = ada.send("PUT", f"{path}/sync", json=wanted)
    assert (both["total"], {one["category_id"] for one in both["items"]}) == (
        2,
        {first["id"], second["id"]},
    )
    assert ada.send("GET", path) == ada.send("PUT", path, json=wanted) == both
    assert [one["position"] for one in both["items"]] == [1, None]
    assert ada.send("PUT", path, json={"category_ids": [second["id"]]})["total"] == 1
    assert (ada.count(first), ada.count(second)) == (2, 1)
    ada.send("DELETE", f"{path}/{second['id']}")
    ada.send("DELETE", f"{path}/{second['id']}", 404)
    ada.send("PUT", f"{path}/{second['id']}/position", 404, json={"position": 1})
    assert ada.send("POST", f"{path}/{second['id']}", 201)["position"] is None
    ada.send("POST", f"{path}/{second['id']}", 201)
    assert ada.count(second) == 1


def test_an_album_is_arranged_by_one_request(ada: Keeper, kept: list[dict[str, Any]]) -> None:
    album = ada.album()
    for one in kept:
        ada.put(one, album)
    wanted = [kept[2], kept[0], kept[1]]
    order = {"bookmark_ids": [one["id"] for one in wanted] + [str(uuid4())]}
    done = ada.send("PUT", f"{ALBUMS}/{album['id']}/order", json=order)
    assert done["message"].startswith("3 pictures")
    found, _ = ada.inside(album, sort_field="position")
    assert found == [one["content_id"] for one in wanted]


def test_the_cover_is_the_chosen_one_or_the_first(
    ada: Keeper, kept: list[dict[str, Any]], database: Database
) -> None:
    album = ada.album()
    path = f"{ALBUMS}/{album['id']}"
    items = [one["content_id"] for one in kept]
    for one in kept[:2]:
        ada.put(one, album)
    assert ada.send("GET", path)["cover_content_id"] == items[1]
    chosen = ada.send("PUT", path, json={"cover_content_id": items[0]})
    assert (chosen["cover_content_id"], chosen["cover_content_source_type"]) == (items[0], "items")
    outside = ada.send("PUT", path, json={"cover_content_id": items[2]})
    assert outside["cover_content_id"] == items[2]
    wrong = {"cover_content_id": items[0], "cover_content_source_type": "auto"}
    ada.send("PUT", path, 404, json=wrong)
    ada.send("PUT", path, 404, json={"cover_content_id": 10**12})
    [private] = add_items(database, ada.params["user_id"], 1, visibility="private")
    refused = ada.send("PUT", path, 422, json={"cover_content_id": private})
    assert "put it in first" in refused["detail"]
    ada.put(ada.keep(private), album)
    assert ada.send("PUT", path, json={"cover_content_id": private})["cover_content_id"] == private


def test_a_deleted_album_leaves_its_favourites_and_the_albums_in_it(
    ada: Keeper, kept: list[dict[str, Any]]
) -> None:
    outer = ada.album("Sea")
    middle = ada.album("Sea", parent_id=outer["id"])
    inner = ada.album("Sea", parent_id=middle["id"])
    ada.put(kept[0], middle)
    ada.send("DELETE", f"{ALBUMS}/{middle['id']}")
    ada.send("GET", f"{ALBUMS}/{middle['id']}", 404)
    moved = ada.send("GET", f"{ALBUMS}/{inner['id']}")
    assert (moved["parent_id"], moved["name"]) == (outer["id"], "Sea")
    ada.album("Sky")
    ada.send("PUT", f"{ALBUMS}/{inner['id']}", json={"name": "Sky"})
    ada.send("DELETE", f"{ALBUMS}/{outer['id']}")
    moved = ada.send("GET", f"{ALBUMS}/{inner['id']}")
    assert moved["parent_id"] is None
    assert moved["name"].startswith("Sky (")
    assert ada.listed()[1] == 3


def test_what_is_in_a_deleted_album_can_go_along_or_elsewhere(
    ada: Keeper, kept: list[dict[str, Any]]
) -> None:
    first, second, third = (ada.album(name) for name in "abc")
    for one in kept[:2]:
        ada.put(one, first)
    ada.put(kept[0], second)
    path = f"{ALBUMS}/{first['id']}"
    ada.send("DELETE", path, 422, target_category_id=first["id"])
    ada.send("DELETE", path, 404, target_category_id=str(uuid4()))
    ada.send("DELETE", path, target_category_id=second["id"])
    assert (ada.count(second), ada.listed()[1]) == (2, 3)
    ada.put(kept[2], third)
    ada.send("DELETE", f"{ALBUMS}/{third['id']}", delete_all=True)
    assert ada.listed() == ([kept[1]["content_id"], kept[0]["content_id"]], 2)


def test_places_are_of_one_user(
    ada: Keeper, kept: list[dict[str, Any]], client: httpx.Client, database: Database
) -> None:
    cy = Keeper(client, add_user(database, "cy"))
    others = cy.album()
    path = f"{BOOKMARKS}/{kept[0]['id']}/categories"
    ada.send("POST", path, 422, json={"category_id": others["id"]})
    ada.send("PUT", path, 422, json={"category_ids": [others["id"]]})
    own = ada.album()
    ada.send("PUT", f"{ALBUMS}/{own['id']}", 404, json={"parent_id": others["id"]})
    ada.send("DELETE", f"{ALBUMS}/{own['id']}", 422, target_category_id=others["id"])
