"""axe-core finds nothing serious on any page, in light and dark, wide and narrow."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Troubles
from tests.support.site import USERS

SERIOUS = {"serious", "critical"}
PAGES = {
    "gallery": "/gallery",
    "list": "/gallery?view=list&size=12&p=2",
    "empty": "/gallery?notGenSource=your-g,your-ag,comm-g,comm-ag",
    "creator": f"/gallery/creators/{USERS['bo']}?density=large",
    "stats": "/gallery/stats",
    "error": "/gallery/items/999999999",
    "nothing": "/gallery/nothing/here",
}


def violations(page: Page) -> list[str]:
    """What axe finds: which rule, how bad, and where."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {[node['target'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_serious(open_page: OpenPage, troubles: Troubles, name: str, scheme: str) -> None:
    troubles.expected = ("404",)
    page = open_page(PAGES[name], viewer="ada", color_scheme=scheme)
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_on_an_item_of_ones_own(open_page: OpenPage, scheme: str) -> None:
    page = open_page("/gallery?notGenSource=comm-g,comm-ag", viewer="ada", color_scheme=scheme)
    page.locator("[data-card]").first.click()
    page.get_by_text("Delete …").click()
    assert violations(page) == []
    page.get_by_test_id("gallery-item-delete-button").click()
    expect(page.get_by_test_id("gallery-undo-button")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_in_what_opens(open_page: OpenPage, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    page.keyboard.press("i")
    expect(page.get_by_test_id("gallery-stats-popover")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_on_a_phone(open_page: OpenPage, scheme: str) -> None:
    phone = {"width": 360, "height": 740}
    page = open_page(viewport=phone, has_touch=True, is_mobile=True, color_scheme=scheme)
    assert violations(page) == []
    page.get_by_test_id("gallery-options-toggle-button").tap()
    expect(page.get_by_test_id("gallery-options-drawer")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_in_the_viewer_of_a_phone(open_page: OpenPage, scheme: str) -> None:
    phone = {"width": 360, "height": 740}
    page = open_page(viewport=phone, has_touch=True, is_mobile=True, color_scheme=scheme)
    page.locator("[data-card]").nth(3).click()
    expect(page.get_by_test_id("gallery-item-picture")).to_be_visible()
    assert violations(page) == []


def test_axe_does_find_something(page: Page) -> None:
    page.evaluate("document.querySelector('#search').removeAttribute('id')")
    page.evaluate("document.querySelector('[name=search]').removeAttribute('placeholder')")
    assert any(one.startswith("label ") for one in violations(page))
