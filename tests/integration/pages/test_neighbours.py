"""From an item to those beside it: the whole list, both ways, also while others write."""

import re
from html import unescape
from itertools import count
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import text

from tests.support.site import USERS, Site, view_as

# Who looks at each list: a visitor and two users, where the switches make a difference all three.
LISTS: list[tuple[dict[str, str], tuple[str | None, ...]]] = [
    ({}, (None,)),
    ({"sort": "oldest"}, ("ada",)),
    ({"sort": "title", "notGenSource": "comm-ag"}, (None, "ada", "cy")),
    ({"sort": "best", "tags": "sea"}, ("cy",)),
    ({"sort": "updated", "search": "study fox"}, (None,)),
    ({"tags": "sea,night", "match": "any", "notGenSource": "your-g"}, (None, "ada", "cy")),
    ({"model": "sdxl-1.0", "sort": "title"}, ("ada",)),
    ({"creator": USERS["bo"], "sort": "best"}, ("cy",)),
]
SOMETHING_ELSE = """
INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id, item_metadata)
SELECT CASE WHEN :number % 2 = 0 THEN 'items' ELSE 'auto' END, 'fox study ' || :number, '',
       'a study of a fox', :creator, '{"model": "sdxl-1.0"}'"""


def ids(html: str) -> list[int]:
    return [int(one) for one in re.findall(r'data-id="(\d+)"', html)]


def way(html: str, rel: str) -> str | None:
    found = re.search(rf'href="([^"]+)" rel="{rel}"', html)
    return unescape(found[1]) if found else None


def whole_list(client: httpx.Client, given: dict[str, str]) -> tuple[list[int], str]:
    """The ids of the list, and the address of its first item."""
    html = client.get("/gallery", params=given | {"size": "96"}, follow_redirects=True).text
    first = re.search(r'href="(/gallery/items/[^"]+)" title', html)
    assert first
    return ids(html), unescape(first[1])


def item_of(address: str) -> int:
    return int(address.split("/")[3].split("?", maxsplit=1)[0])


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("given", "viewer"),
    [(given, viewer) for given, viewers in LISTS for viewer in viewers],
    ids=lambda one: urlencode(one) if isinstance(one, dict) else str(one),
)
def test_all_items_of_the_list_in_its_order(
    client: httpx.Client, site: Site, given: dict[str, str], viewer: str | None
) -> None:
    if viewer:
        view_as(client, viewer)
    expected, address = whole_list(client, given)
    assert len(expected) > 2
    numbers = count(1000)
    forward, html = [item_of(address)], client.get(address).text
    assert way(html, "prev") is None
    while address := way(html, "next") or "":
        add(site, next(numbers))
        forward.append(item_of(address))
        html = client.get(address).text
        assert len(forward) <= 200, "it does not end"
    assert [one for one in forward if one in expected] == expected
    assert len(set(forward)) == len(forward)
    now, _ = whole_list(client, given)
    backward = [forward[-1]]
    while address := way(html, "prev") or "":
        backward.append(item_of(address))
        html = client.get(address).text
    assert backward[::-1][-len(expected) :] == now[-len(expected) :]
    assert backward[::-1] == now


def add(site: Site, number: int) -> None:
    """Another item, at either end of the orders, at first a dozen of them."""
    if number < 1012:
        with site.database.transaction() as session:
            session.execute(text(SOMETHING_ELSE), {"number": number, "creator": USERS["bo"]})


def test_an_item_that_is_gone_still_has_its_place(client: httpx.Client, site: Site) -> None:
    expected, first = whole_list(client, {"sort": "title"})
    second = way(client.get(first).text, "next")
    assert second
    with site.database.transaction() as session:
        session.execute(text("DELETE FROM content_items_all WHERE id = :id"), {"id": expected[1]})
    gone = client.get(second)
    assert gone.status_code == 404
    assert "gallery-gone-page" in gone.text
    beside = [way(gone.text, rel) for rel in ("prev", "next")]
    assert [item_of(one) for one in beside if one] == [expected[0], expected[2]]
    for address in (f"/gallery/items/{expected[1]}", second.replace("at=", "at=x")):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "gallery-gone-page" not in answer.text


def test_an_item_that_no_longer_matches_still_has_neighbours(
    client: httpx.Client, site: Site
) -> None:
    expected, first = whole_list(client, {"search": "fox"})
    second = way(client.get(first).text, "next")
    assert second
    with site.database.transaction() as session:
        changed = "UPDATE content_items_all SET title = '-', prompt = '-' WHERE id = :id"
        session.execute(text(changed), {"id": expected[1]})
    html = client.get(second).text
    beside = [way(html, rel) for rel in ("prev", "next")]
    assert [item_of(one) for one in beside if one] == [expected[0], expected[2]]


def test_settings_lead_to_all_items_with_the_same(client: httpx.Client, site: Site) -> None:
    with site.database.transaction() as session:
        session.execute(
            text(
                "UPDATE content_items_all SET item_metadata = CAST(:made AS jsonb) WHERE id = ANY("
                "SELECT unnest(ARRAY[min(id), max(id)]) FROM content_items_all)"
            ),
            {
                "made": '{"model": "a <b>&\\" model", "seed": 41, "negative_prompt": "<i>fog</i>",'
                ' "loras": [{"name": "ink", "weight": 0.7}, "plain"], "steps": 28,'
                ' "tags": ["of the file", "sea"], "program": "ComfyUI"}'
            },
        )
    item = site.number("SELECT min(id) FROM content_items_all")
    html = client.get(f"/gallery/items/{item}").text
    for shown in ("ink : 0.7", ">plain<", ">28<", "&lt;i&gt;fog&lt;/i&gt;", "of the file"):
        assert shown in html, shown
    links = re.findall(r'href="([^"]+)">All with this (model|seed)', html)
    assert [name for _, name in links] == ["model", "seed"]
    for link, _ in links:
        assert len(ids(client.get(unescape(link)).text)) == 2
