"""Numbers as a browser shows them, once scripts have run, lead to lists of so many.

tests/integration/test_every_number.py compares all of them with SQL.
"""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage, settle
from tests.browser.test_albums import add_album, titles
from tests.browser.test_rows import PAINTED
from tests.browser.test_sources import summary
from tests.support.page_parser import OF
from tests.support.site import USERS, Site

NUMBERS = f"""() => [...document.querySelectorAll("[{OF}]")]
    .map((one) => [one.getAttribute("{OF}"), one.textContent.trim()])"""


def told(page: Page, path: str) -> dict[str, set[str]]:
    """What a page says of each list."""
    page.goto(path)
    settle(page)
    button = page.get_by_test_id("gallery-options-stats-info-button")
    if url := button.count() and button.get_attribute("data-counts"):
        with page.expect_response(lambda response: response.url.endswith(url)):
            page.keyboard.press("i")  # the counts are read again
        page.evaluate(PAINTED)
    found: dict[str, set[str]] = {}
    for of, text in page.evaluate(NUMBERS):
        found.setdefault(of, set()).add(text)
    return found


@pytest.mark.long
def test_numbers_lead_to_lists_of_so_many(open_page: OpenPage, site: Site) -> None:
    page = open_page(viewer="ada")
    album = add_album(site, "Sea", *titles(page)[:4])
    pages = ("/gallery", f"/gallery/creators/{USERS['bo']}", "/gallery/stats",
             "/gallery/favourites", "/gallery/albums", f"/gallery/albums/{album}")  # fmt: skip
    found: dict[str, set[str]] = {}
    for path in pages:
        for of, texts in told(page, path).items():
            found.setdefault(of, set()).update(texts)
    assert f"/gallery/albums/{album}" in found
    assert "/gallery/favourites" in found
    for of, texts in found.items():
        page.goto(of)
        assert texts == {f"{summary(page):,}"}, of
