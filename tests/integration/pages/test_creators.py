"""A creator's page: their exact counts, and their items in the same list as everywhere."""

import re
from html import unescape
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from tests.support.site import ITEMS, USERS, Site, view_as


def shown(html: str) -> dict[str, str]:
    return dict(re.findall(r'data-testid="creator-(regular|auto|both)">([^<]*)<', html))


@pytest.mark.parametrize("viewer", [None, "ada", "bo"])
@pytest.mark.parametrize("name", ITEMS)
def test_counts_and_items_are_those_of_sql(
    client: httpx.Client, site: Site, name: str, viewer: str | None
) -> None:
    if viewer:
        view_as(client, viewer)
    html = client.get(f"/gallery/creators/{USERS[name]}?size=96").text
    regular, auto = ITEMS[name]
    assert shown(html) == {"regular": f"{regular}", "auto": f"{auto}", "both": f"{regular + auto}"}
    with site.database.transaction() as session:
        sql = "SELECT id FROM content_items_all WHERE creator_id = :id"
        expected = set(session.execute(text(sql), {"id": USERS[name]}).scalars())
    assert {int(one) for one in re.findall(r'data-id="(\d+)"', html)} == expected
    assert f"{regular + auto} results matching filters." in html


def test_while_the_counts_were_never_built(client: httpx.Client, site: Site) -> None:
    with site.database.transaction() as session:
        for table in ("gen_source_stats", "gen_source_refreshes"):
            session.execute(text(f"DELETE FROM {table}"))
    html = client.get(f"/gallery/creators/{USERS['ada']}").text
    assert shown(html) == {"regular": "7", "auto": "15", "both": "22"}


@pytest.mark.parametrize(
    ("user", "status"), [(UUID(int=1), 404), ("ada", 422), ("00000000", 422)], ids=str
)
def test_of_no_creator(client: httpx.Client, user: object, status: int) -> None:
    assert client.get(f"/gallery/creators/{user}").status_code == status


def test_cards_and_items_lead_there_and_a_chip_leads_back(client: httpx.Client) -> None:
    html = client.get("/gallery").text
    page = re.search(r'href="(/gallery/creators/[^"]+)"', html)
    assert page
    there = client.get(page[1]).text
    item = re.search(r'href="(/gallery/items/[^"]+)" title', there)
    assert item
    assert page[1] in client.get(unescape(item[1])).text
    chip = re.search(
        r'<li><a href="([^"]*)"><span class="hidden">Remove the filter: </span>by ', there
    )
    assert chip
    assert chip[1] == "/gallery"


def test_options_stay_on_the_page(client: httpx.Client) -> None:
    page = f"/gallery/creators/{USERS['ada']}"
    chosen = {"creator": USERS["ada"], "sort": "title", "density": "large", "genSource": "comm-g"}
    answer = client.get("/gallery/choose", params=chosen)
    assert answer.headers["location"].startswith(f"{page}?notGenSource=your-g,your-ag,comm-ag&")
    assert answer.headers["location"].endswith("sort=title&density=large")
    assert client.get("/gallery", params=chosen).headers["location"].startswith(page)
    view_as(client, "ada")
    assert f'name="back" value="{page}"' in client.get(page).text
