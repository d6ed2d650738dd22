"""A private item is there for its creator; for others it is as if it did not exist."""

import re
from pathlib import Path

import httpx
import pytest

from tests.support.rows import add_tag, run, scalar
from tests.support.site import ITEMS, OURS, USERS, Site, view_as

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
BELOW = (
    "items/{}", "pictures/{}.svg", "pictures/{}.svg?v=000000000000", "files/{}/full",
    "files/{}/thumb", "files/{}/thumb?w=320", "files/{}/download", "items/{}/workflow.json",
)  # fmt: skip
MISSING = 987654321
KEPT_NOWHERE = "private, no-store"


@pytest.fixture
def hidden(client: httpx.Client, site: Site, item_id: int, images: Path) -> int:
    """An item of ada's with a file and a tag of its own, which she has made private."""
    (images / "hidden.png").write_bytes(PNG)
    run(
        site.database,
        "UPDATE content_items_all SET content_data = 'hidden.png', prompt = 'a zeppelin'"
        " WHERE id = %s",
        item_id,
    )
    add_tag(site.database, "zeppelins", [item_id])
    view_as(client, "ada")
    assert switch(client, item_id, "private").status_code == 303
    return item_id


def switch(client: httpx.Client, item_id: int, visibility: str) -> httpx.Response:
    form = {"visibility": visibility}
    return client.post(f"/gallery/items/{item_id}/visibility", data=form, headers=OURS)


def without_numbers(page: str, item_id: int) -> str:
    """An error as it would be of another item: without its number and the request's."""
    return re.sub(rf"Request \S+|\b{item_id}\b", "", page)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("viewer", ["bo", ""])
@pytest.mark.parametrize("address", BELOW)
def test_others_find_nothing_by_its_address(
    client: httpx.Client, hidden: int, viewer: str, address: str
) -> None:
    client.cookies.clear()
    if viewer:
        view_as(client, viewer)
    found = client.get(f"/gallery/{address.format(hidden)}")
    missing = client.get(f"/gallery/{address.format(MISSING)}")
    assert (found.status_code, missing.status_code) == (404, 404)
    assert without_numbers(found.text, hidden) == without_numbers(missing.text, MISSING)
    assert found.headers["cache-control"] == missing.headers["cache-control"] == KEPT_NOWHERE


@pytest.mark.parametrize("address", BELOW[:-1])
def test_its_creator_finds_it_and_no_cache_keeps_it(
    client: httpx.Client, hidden: int, address: str
) -> None:
    found = client.get(f"/gallery/{address.format(hidden)}")
    assert found.status_code == 200
    assert found.headers["cache-control"] == KEPT_NOWHERE
    assert "Cookie" in found.headers["vary"]


@pytest.mark.parametrize("viewer", ["bo", ""])
def test_it_is_in_nothing_that_others_are_shown(
    client: httpx.Client, site: Site, hidden: int, viewer: str
) -> None:
    ours = {path: client.get(path).text for path in everywhere(hidden)}
    client.cookies.clear()
    if viewer:
        view_as(client, viewer)
    theirs = {path: client.get(path).text for path in everywhere(hidden)}
    for path, page in theirs.items():
        assert "zeppelins" not in page or "tags=" in path, path
        assert f"/gallery/items/{hidden}?" not in page, path
        assert f"/{hidden}." not in page, path
    assert "1 result matching" in ours["/gallery?search=zeppelin"]
    assert "0 results matching" in theirs["/gallery?search=zeppelin"]
    assert "0 results matching" in theirs["/gallery?tags=zeppelins"]
    number = sum(map(sum, ITEMS.values()))
    if not viewer:
        assert f"{number - 1} results matching" in theirs["/gallery?size=96"]
    assert f"{number} results matching" in ours["/gallery?size=96"]
    regular = sum(ITEMS["ada"]) - 1
    page = theirs[f"/gallery/creators/{USERS['ada']}"]
    assert f'data-testid="creator-both">{regular}<' in page


def everywhere(item_id: int) -> list[str]:
    return [
        "/gallery?size=96",
        "/gallery?size=96&view=list",
        "/gallery?search=zeppelin",
        "/gallery?tags=zeppelins",
        f"/gallery/creators/{USERS['ada']}",
        "/gallery/stats",
        f"/gallery/items/{item_id - 1}",
        f"/gallery/items/{item_id + 1}",
    ]


def test_the_counts_of_a_page_and_of_its_script_are_the_same(
    client: httpx.Client, hidden: int
) -> None:
    for viewer, missing in (("ada", 0), ("bo", 1), ("", 1)):
        client.cookies.clear()
        if viewer:
            view_as(client, viewer)
        page = client.get("/gallery").text
        [address] = re.findall(r'data-counts="([^"]+)"', page)
        told = client.get(address).json()
        shown = re.search(r'"gallery-stats-community-regular">(\d+)<', page)
        assert shown
        assert int(shown[1]) == told["community_regular_count"]
        both = told["community_regular_count"] + told["community_auto_count"]
        assert both == sum(map(sum, ITEMS.values())) - missing


def test_cards_of_private_items_say_so(client: httpx.Client, hidden: int) -> None:
    lock = 'data-testid="gallery-private"'
    assert client.get("/gallery?size=96").text.count(lock) == 1
    page = client.get(f"/gallery/items/{hidden}").text
    assert page.count(lock) == 1
    assert "Private: only its creator and administrators see it" in page


def test_only_its_creator_shows_it_again(client: httpx.Client, site: Site, hidden: int) -> None:
    def visibility() -> str:
        found: str = scalar(
            site.database, "SELECT visibility FROM content_items_all WHERE id = %s", hidden
        )
        return found

    view_as(client, "bo")
    assert switch(client, hidden, "public").status_code == 404
    other = site.number(
        "SELECT min(id) FROM content_items_all WHERE creator_id = :id", id=USERS["cy"]
    )
    assert switch(client, other, "private").status_code == 403
    page = client.get(f"/gallery/items/{other}").text
    assert "gallery-item-visibility" not in page
    view_as(client, "ada")
    assert switch(client, hidden, "secret").status_code == 422
    assert visibility() == "private"
    assert client.post(
        f"/gallery/items/{hidden}/visibility", data={"visibility": "public"}
    ).status_code == 403  # fmt: skip
    assert "Make it public" in client.get(f"/gallery/items/{hidden}").text
    switch(client, hidden, "public")
    assert visibility() == "public"


def test_an_undone_deletion_keeps_it_private(client: httpx.Client, site: Site, hidden: int) -> None:
    for action in ("delete", "undo"):
        answer = client.post(f"/gallery/items/{hidden}/{action}", headers=OURS)
        assert answer.status_code == 303
    kept = """
        SELECT bool_and(item.visibility = 'private' AND tagged.visibility = 'private')
        FROM content_items_all AS item JOIN content_tags AS tagged ON item.id = content_id
        WHERE item.id = %s"""
    assert scalar(site.database, kept, hidden)
