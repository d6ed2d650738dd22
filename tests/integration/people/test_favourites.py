"""Whose favourites and albums are whose: what is private is in no list, number, cover or error."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from genonaut.db.session import Database
from tests.support.keeping import ALBUMS, BOOKMARKS, Keeper
from tests.support.people import Browsers, add_account
from tests.support.rows import add_items, run

SignIn = Callable[[str], Keeper]


@pytest.fixture
def ids(database: Database) -> dict[str, str]:
    found = {name: add_account(database, name) for name in ("ada", "bo")}
    return found | {"root": add_account(database, "root", "admin")}


@pytest.fixture
def of(browsers: Browsers, ids: dict[str, str]) -> SignIn:
    """A user's browser."""
    assert ids
    return lambda name: Keeper(browsers.sign_in(name))


def show(database: Database, item: int, visibility: str) -> None:
    run(database, "UPDATE content_items_all SET visibility = %s WHERE id = %s", visibility, item)


def everything(keeper: Keeper, album: dict[str, Any], item: int, kept: dict[str, Any]) -> Any:
    """All that a user is told by which an item could be known."""
    key: dict[str, Any] = {"content_id": item, "content_source_type": "items"}
    batch = keeper.send("POST", f"{BOOKMARKS}/check-batch", json={"content_items": [key]})
    listed = keeper.send("GET", ALBUMS)
    return (
        keeper.listed(),
        keeper.listed(include_content=False),
        keeper.listed(category_id=album["id"]),
        keeper.inside(album),
        keeper.inside(album, include_content=False),
        keeper.count(album),
        [(one["count"], one["cover_content_id"]) for one in listed["items"]],
        [one["count"] for one in keeper.send("GET", f"{ALBUMS}/tree")],
        keeper.send("GET", f"{BOOKMARKS}/check", **key)["bookmarked"],
        batch["bookmarks"][f"{item}-items"] is not None,
        keeper.client.get(f"{BOOKMARKS}/{kept['id']}").status_code,
        keeper.client.get(f"{BOOKMARKS}/{kept['id']}/categories").status_code,
        _gallery(keeper.client, favourites=True),
        _gallery(keeper.client, album=album["id"]),
    )


def _gallery(client: httpx.Client, **given: Any) -> tuple[list[int], int]:
    page = client.get("/api/v1/content/unified", params=given).json()
    return [item["id"] for item in page["items"]], page["pagination"]["total_count"]


NOTHING: Any = (
    *(([], 0),) * 5,
    *(0, [(0, None)], [0], False, False, 404, 404),
    *(([], 0),) * 2,
)


def test_what_another_user_hides_is_gone_at_that_commit_and_comes_back(
    of: SignIn, ids: dict[str, str], database: Database
) -> None:
    [item] = add_items(database, ids["bo"])
    ada, root = of("ada"), of("root")
    kept, album = ada.keep(item), ada.album()
    ada.put(kept, album)
    before = everything(ada, album, item, kept)
    one = ([item], 1)
    assert before == (
        *(one,) * 5,
        *(1, [(1, item)], [1], True, True, 200, 200),
        *(one,) * 2,
    )
    show(database, item, "private")
    assert everything(ada, album, item, kept) == NOTHING
    for method, path in (("PUT", ""), ("DELETE", ""), ("DELETE", f"/categories/{album['id']}")):
        body = {"pinned": True} if method == "PUT" else None
        ada.send(method, f"{BOOKMARKS}/{kept['id']}{path}", 404, json=body)
    ada.send("POST", BOOKMARKS, 404, json={"content_id": item})
    # Who sees all sees it there.
    assert root.listed(user_id=ids["ada"]) == one
    assert root.inside(album) == one
    show(database, item, "public")
    assert everything(ada, album, item, kept) == before


def test_a_private_item_of_another_user_cannot_be_kept_nor_be_a_cover(
    of: SignIn, ids: dict[str, str], database: Database
) -> None:
    [item] = add_items(database, ids["bo"], visibility="private")
    ada = of("ada")
    unknown = {"content_id": 10**12}
    told = {
        str(ada.send("POST", BOOKMARKS, 404, json=body)["detail"]).replace(str(number), "N")
        for body, number in (({"content_id": item}, item), (unknown, 10**12))
    }
    assert len(told) == 1
    ada.send("POST", ALBUMS, 404, json={"name": "a", "cover_content_id": item})
    assert ada.send("GET", ALBUMS)["total"] == 0


def test_a_member_reads_of_others_what_they_show_and_changes_nothing(
    of: SignIn, ids: dict[str, str], database: Database
) -> None:
    shown, hidden, private = add_items(database, ids["ada"], 3)
    show(database, private, "private")
    ada, bo = of("ada"), of("bo")
    kept = {
        item: ada.keep(item, is_public=item != hidden, note="mine")
        for item in (shown, hidden, private)
    }
    whose = {"user_id": ids["ada"]}
    assert ada.listed()[1] == 3
    assert bo.listed(**whose) == bo.listed(**whose, is_public=True) == ([shown], 1)
    assert bo.listed(**whose, is_public=False) == ([], 0)
    key: Any = {"content_source_type": "items"} | whose
    checked = {
        item: bo.send("GET", f"{BOOKMARKS}/check", content_id=item, **key)["bookmarked"]
        for item in kept
    }
    assert checked == {shown: True, hidden: False, private: False}
    for item, status in ((shown, 403), (hidden, 404), (private, 404)):
        path = f"{BOOKMARKS}/{kept[item]['id']}"
        bo.send("GET", path, 200 if status == 403 else 404)
        bo.send("PUT", path, status, json={"pinned": True})
        bo.send("DELETE", path, status)
        bo.send("GET", f"{path}/categories", status)
    bo.send("POST", BOOKMARKS, 403, json={"content_id": shown}, **whose)
    bo.send("POST", ALBUMS, 403, json={"name": "a"}, **whose)
    assert ada.listed()[1] == 3


def test_of_a_public_album_others_see_what_is_public_and_no_note(
    of: SignIn, ids: dict[str, str], database: Database, browsers: Browsers
) -> None:
    public, private, shown = add_items(database, ids["ada"], 3)
    show(database, private, "private")
    ada, bo, visitor = of("ada"), of("bo"), Keeper(browsers.open())
    album, secret = ada.album("shown", is_public=True), ada.album("secret")
    for item in (public, private, shown):
        ada.put(ada.keep(item, note=f"note {item}", is_public=item == shown), album)
    ada.send("PUT", f"{ALBUMS}/{album['id']}", json={"cover_content_id": private})
    assert (ada.count(album), ada.inside(album)[1]) == (3, 3)
    for other in (bo, visitor):
        assert other.count(album) == 2
        assert other.inside(album) == ([shown, public], 2)
        page = other.send("GET", f"{ALBUMS}/{album['id']}/bookmarks")
        assert [one["note"] for one in page["items"]] == [f"note {shown}", None]
        assert page["category"]["cover_content_id"] == shown
        assert page["category"]["share_token"] is None
        assert _gallery(other.client, album=album["id"]) == ([shown, public], 2)
        for path in ("", "/bookmarks", "/children"):
            other.send("GET", f"{ALBUMS}/{secret['id']}{path}", 404)
        answer = other.client.get("/api/v1/content/unified", params={"album": secret["id"]})
        assert answer.status_code == 404
    assert [one["id"] for one in bo.send("GET", ALBUMS, user_id=ids["ada"])["items"]] == [
        album["id"]
    ]
    tree = bo.send("GET", f"{ALBUMS}/tree", user_id=ids["ada"])
    assert [one["id"] for one in tree] == [album["id"]]
    for method, path in (("PUT", ""), ("DELETE", ""), ("POST", "/share"), ("DELETE", "/share")):
        body: Any = {} if method in {"PUT", "POST"} else None
        bo.send(method, f"{ALBUMS}/{album['id']}{path}", 403, json=body)
        bo.send(method, f"{ALBUMS}/{secret['id']}{path}", 404, json=body)


def test_a_public_album_in_a_secret_one_does_not_name_it(of: SignIn, ids: dict[str, str]) -> None:
    ada, bo = of("ada"), of("bo")
    outer = ada.album("secret")
    inner = ada.album("shown", is_public=True, parent_id=outer["id"])
    read = [
        *bo.send("GET", f"{ALBUMS}/tree", user_id=ids["ada"]),
        *bo.send("GET", ALBUMS, user_id=ids["ada"])["items"],
        bo.send("GET", f"{ALBUMS}/{inner['id']}"),
    ]
    assert [one["parent_id"] for one in read] == [None] * 3
    assert ada.send("GET", f"{ALBUMS}/{inner['id']}")["parent_id"] == outer["id"]


def test_visitors_have_no_favourites(browsers: Browsers, ids: dict[str, str]) -> None:
    visitor = browsers.open()
    for path in (BOOKMARKS, ALBUMS, f"{BOOKMARKS}/check?content_id=1", f"{ALBUMS}/tree"):
        assert visitor.get(path, params={"user_id": ids["ada"]}).status_code == 401
    assert _gallery(visitor, favourites=True, user_id=ids["ada"]) == ([], 0)
