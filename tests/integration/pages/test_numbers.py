"""The gallery in numbers: each number is that of the list that it leads to, for its viewer."""

import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from genonaut.config import Settings
from genonaut.db.counts import GEN_SOURCE, PRIVATE_SOURCE, refresh_count
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.people import Browsers, add_account, hashed, with_accounts
from tests.support.rows import run, scalar
from tests.support.site import USERS, fill

MARKED = re.compile(r'data-number-of="([^"]*)"[^>]*>([\d,]+)<')
RESULTS = re.compile(r"data-summary[^>]*>(?:[\d,]+ pages? showing )?([\d,]+) results? matching")
PRIVATE = """
    SELECT count(*) FROM content_items_all WHERE visibility = 'private' AND creator_id = %s"""
VIEWERS = ("visitor", "ada", "root")


@pytest.fixture
def viewers(
    open_api: OpenApi, settings: Settings, database: Database
) -> Iterator[dict[str, httpx.Client]]:
    """A visitor, a member and an administrator of a gallery in which a third is private."""
    fill(database)
    run(database, "UPDATE content_items_all SET visibility = 'private' WHERE id % 3 = 0")
    run(database, "UPDATE content_items_all SET created_at = created_at - id * interval '3 days'")
    run(database, "UPDATE users SET password_hash = %s WHERE id = %s", hashed(), USERS["ada"])
    add_account(database, "root", "admin")
    gallery = settings.gallery.model_copy(update={"viewing_as": False})
    accounts = with_accounts(settings.model_copy(update={"gallery": gallery}))
    client = open_api(accounts, database)
    browsers = Browsers(str(client.base_url))
    signed_in = {name: browsers.sign_in(name) for name in VIEWERS[1:]}
    yield {"visitor": browsers.open(), **signed_in}
    browsers.close()


def numbers(text: str) -> list[tuple[str, int]]:
    return [(unescape(url), int(number.replace(",", ""))) for url, number in MARKED.findall(text)]


@pytest.mark.long
def test_each_number_is_that_of_its_list(viewers: dict[str, httpx.Client]) -> None:
    found = {}
    for name, client in viewers.items():
        page = client.get("/gallery/stats").text
        found[name] = numbers(page)
        assert len(found[name]) == page.count("data-number-of="), "all are numbers"
        for url, number in set(found[name]):
            shown = RESULTS.search(client.get(url).text)
            assert shown, url
            assert int(shown[1].replace(",", "")) == number, f"{name} at {url}"
    every = {name: {url for url, _ in one} for name, one in found.items()}
    for part in ("month=", "tags=", "model=", "/creators/", "notGenSource=comm-g,comm-ag"):
        assert any(part in url for url in every["ada"]), part
    of_all = {name: dict(one)["/gallery"] for name, one in found.items()}
    assert of_all["visitor"] < of_all["ada"] < of_all["root"] == 45


def test_months_add_up_to_all(viewers: dict[str, httpx.Client], database: Database) -> None:
    for client in viewers.values():
        found = set(numbers(client.get("/gallery/stats").text))
        [whole] = [number for url, number in found if url == "/gallery"]
        months = [n for url, n in found if re.fullmatch(r"/gallery\?month=\d{4}-\d\d", url)]
        assert len(months) > 3
        assert sum(months) == whole


def test_the_curve_ends_now_with_what_the_viewer_may_see(
    viewers: dict[str, httpx.Client], database: Database
) -> None:
    for count in (GEN_SOURCE, PRIVATE_SOURCE):
        refresh_count(database, count, "test")
    run(database, "DELETE FROM content_items_auto WHERE creator_id = %s", USERS["bo"])
    for name, client in viewers.items():
        page = client.get("/gallery/stats").text
        told = client.get("/api/v1/content/stats/unified").json()
        table = page.partition('data-testid="gallery-stats-chart-table"')[2].partition("</table>")[
            0
        ]
        last = table.rpartition("<tr>")[2]
        assert "Now" in last
        counts = [told[f"community_{how}_count"] for how in ("regular", "auto")]
        assert [number for _, number in numbers(last)] == counts, name
        for how, number in zip(("regular", "auto"), counts, strict=True):
            assert f'data-count="community_{how}_count">{number}</text>' in page
            assert f"{number:,}" in page.partition('id="chart-desc">')[2].partition("</desc>")[0]
        private = scalar(database, PRIVATE, USERS["ada"])
        assert (f"your {private} private ones too" in page) == (name == "ada")


def test_a_wrong_clock_s_point_is_left_out(client: httpx.Client, database: Database) -> None:
    run(
        database,
        "INSERT INTO growth_points (at, regular, auto, private_regular, private_auto)"
        " VALUES (now() + interval '3 days', 7777, 0, 0, 0)",
    )
    assert "7,777" not in client.get("/gallery/stats").text
