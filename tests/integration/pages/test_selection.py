"""The selection's form, as a browser without script sends it."""

from typing import Any

import httpx
import pytest

from genonaut.db.session import Database
from tests.support.rows import run
from tests.support.site import ITEMS, OURS, USERS, Site, view_as

URL = "/gallery/selection"


def ids_of(site: Site, name: str) -> list[int]:
    with site.database.transaction() as session:
        statement = "SELECT id FROM content_items_all WHERE creator_id = %s ORDER BY id"
        return [one for (one,) in run(session, statement, USERS[name])]


def send(client: httpx.Client, **fields: Any) -> httpx.Response:
    return client.post(URL, data=fields, headers=OURS)


def tagged(site: Site, name: str) -> int:
    return site.number(
        "SELECT count(*) FROM content_tags JOIN tags ON tags.id = tag_id WHERE name = :name",
        name=name,
    )


def test_some_items_are_tagged_and_one_is_back_at_the_list(
    client: httpx.Client, site: Site
) -> None:
    view_as(client, "ada")
    ids = ids_of(site, "ada")[:3]
    answer = send(client, do="tag", id=ids, new_tags="Sea, New ,new", back="sort=best&p=2")
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/gallery?sort=best&p=2&did=tag&n=3"
    assert tagged(site, "new") == 3
    assert "3 items tagged." in client.get(answer.headers["location"]).text


def test_boxes_of_other_pages_come_as_one_field(client: httpx.Client, site: Site) -> None:
    view_as(client, "ada")
    ids = "-".join(map(str, ids_of(site, "ada")))
    answer = send(client, do="private", ids=ids)
    assert answer.headers["location"] == f"/gallery?did=private&n={sum(ITEMS['ada'])}"


def test_one_click_brings_all_back(client: httpx.Client, site: Site) -> None:
    view_as(client, "ada")
    ids, back = ids_of(site, "ada"), f"/gallery/creators/{USERS['ada']}?sort=title"
    fields = f"creator={USERS['ada']}&sort=title"
    answer = send(client, do="delete", id=ids, back=fields)
    page = client.get(answer.headers["location"]).text
    assert "22 items deleted." in page
    batch = answer.headers["location"].partition("batch=")[2]
    assert f'action="{URL}/{batch}/undo"' in page
    assert ids_of(site, "ada") == []
    undone = client.post(
        f"{URL}/{batch}/undo", data={"creator": USERS["ada"], "sort": "title"}, headers=OURS
    )
    assert undone.headers["location"] == f"{back}&did=undo&n=22"
    assert "22 items restored." in client.get(undone.headers["location"]).text
    assert ids_of(site, "ada") == ids
    assert client.post(f"{URL}/{batch}/undo", headers=OURS).status_code == 404


def test_what_was_not_done_is_listed(client: httpx.Client, site: Site) -> None:
    view_as(client, "ada")
    mine, theirs = ids_of(site, "ada")[:2], ids_of(site, "bo")[:1]
    answer = send(client, do="delete", id=[*mine, *theirs, 10**9])
    assert answer.status_code == 200
    assert "Done to 2 items, and not to 2." in answer.text
    assert f'<a href="/gallery/items/{theirs[0]}">Item {theirs[0]}</a>: Another user' in answer.text
    assert f"Item {10**9}: There is no such item." in answer.text
    assert "/undo" in answer.text


def test_all_of_a_list_asks_again_if_it_has_changed(client: httpx.Client, site: Site) -> None:
    view_as(client, "ada")
    back = "notGenSource=comm-g,comm-ag"
    fields = {"do": "delete", "all": "1", "expected": "21", "back": back}
    asked = send(client, **fields)
    assert asked.status_code == 409
    assert "The list has 22 results now, and had 21 when you selected them." in asked.text
    assert 'name="expected" value="22"' in asked.text
    assert "Delete all 22" in asked.text
    assert len(ids_of(site, "ada")) == 22
    done = send(client, **(fields | {"expected": "22"}))
    assert done.status_code == 303
    assert ids_of(site, "ada") == []


def test_a_list_whose_number_is_not_known_is_counted_first(
    client: httpx.Client, site: Site
) -> None:
    view_as(client, "ada")
    asked = send(client, do="public", all="1", expected="", back="search=fox")
    assert asked.status_code == 409
    assert " now. Nothing was done yet." in asked.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do": "tag", "new_tags": "x"}, "Nothing is selected"),
        ({"do": "tag", "id": "1", "new_tags": " , "}, "No tag is named"),
        ({"do": "tag", "id": "1", "new_tags": "a\x01"}, "invisible character"),
        ({"do": "tag", "id": "1", "new_tags": ",".join(map(str, range(51)))}, "more than 50"),
        ({"do": "burn", "id": "1"}, "`do` is missing"),
        ({"id": "1"}, "`do` is missing"),
        ({"do": "public", "ids": "-".join(map(str, range(1, 10_002)))}, "More than 10,000"),
    ],
)
def test_what_makes_no_sense_is_said(
    client: httpx.Client, site: Site, fields: dict[str, str], said: str
) -> None:
    view_as(client, "ada")
    answer = send(client, **fields)
    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize("back", ["https://evil.example/gallery", "//evil.example", "/x", "", "\\"])
def test_it_leads_to_no_other_site(client: httpx.Client, site: Site, back: str) -> None:
    view_as(client, "ada")
    answer = send(client, do="public", id=ids_of(site, "ada")[0], back=back)
    assert answer.headers["location"] == "/gallery?did=public&n=1"


def test_a_visitor_selects_to_download(client: httpx.Client, site: Site) -> None:
    page = client.get("/gallery").text
    assert 'formaction="/gallery/selection/download"' in page
    assert 'value="delete"' not in page
    [first] = ids_of(site, "ada")[:1]
    refused = send(client, do="delete", id=first)
    assert "Another user made it." in refused.text
    answer = client.post(f"{URL}/download", data={"id": first}, headers=OURS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert client.post(f"{URL}/download", data={"id": first}).status_code == 403, "not our page"
    assert client.get(f"{URL}/download", params={"ids": f"{first}"}).status_code == 200


def test_nothing_is_selected_where_there_is_nothing(client: httpx.Client) -> None:
    empty = client.get("/gallery?notGenSource=your-g,your-ag,comm-g,comm-ag").text
    assert "gallery-selection" not in empty


def test_a_notice_is_gone_when_it_is_true_no_more(
    client: httpx.Client, database: Database, site: Site
) -> None:
    view_as(client, "ada")
    where = send(client, do="delete", id=ids_of(site, "ada")).headers["location"]
    run(database, "UPDATE deleted_items SET deleted_at = now() - interval '11 minutes'")
    assert "gallery-notice" not in client.get(where).text
    assert "gallery-notice" not in client.get("/gallery?did=delete&n=7&batch=x").text
    assert "gallery-notice" not in client.get("/gallery?did=%3Cb%3E&n=7").text


def test_favourites_and_albums(client: httpx.Client, database: Database, site: Site) -> None:
    view_as(client, "ada")
    theirs = ids_of(site, "bo")[:3]
    kept = send(client, do="favourite", id=theirs).headers["location"]
    assert "3 items added to your favourites." in client.get(kept).text
    asked = send(client, do="album", id=theirs[:2])
    assert "You have no album yet" in asked.text
    [[album]] = run(
        database,
        "INSERT INTO bookmark_categories (user_id, name) VALUES (%s, 'Best') RETURNING id",
        USERS["ada"],
    )
    asked = send(client, do="album", id=theirs[:2])
    assert f'<option value="{album}">Best</option>' in asked.text
    ids = "-".join(map(str, theirs[:2]))
    assert f'name="ids" value="{ids}"' in asked.text
    send(client, do="add_to_album", ids=ids, in_album=str(album))
    places = "SELECT count(*) FROM bookmark_category_members"
    assert site.number(places) == 2
    send(client, do="remove_from_album", id=theirs[0], in_album=str(album))
    assert site.number(places) == 1
    send(client, do="unfavourite", id=theirs)
    assert site.number("SELECT count(*) FROM bookmarks") == 0
    assert "No album is chosen" in send(client, do="add_to_album", ids=ids).text
