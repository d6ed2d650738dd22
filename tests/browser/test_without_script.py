"""Everything works without JavaScript."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_sources import LABELS, summary
from tests.support.site import ITEMS


@pytest.fixture
def plain(open_page: OpenPage) -> Page:
    return open_page(java_script_enabled=False)


def test_the_switches_and_sorting_work_by_the_button(plain: Page) -> None:
    plain.get_by_test_id(LABELS["comm-g"]).click()
    plain.get_by_test_id("gallery-sort-select").select_option("title")
    plain.get_by_role("button", name="Show results").click()
    plain.wait_for_url("**/gallery?notGenSource=comm-g&sort=title")
    assert summary(plain) == sum(auto for _, auto in ITEMS.values())
    expect(plain.get_by_role("switch", name="Community gens", exact=True)).not_to_be_checked()


def test_paging_and_views_are_links(plain: Page) -> None:
    plain.goto("/gallery?size=12")
    plain.get_by_test_id("gallery-pagination-next").click()
    expect(plain.get_by_test_id("gallery-pagination-number")).to_have_value("2")
    plain.get_by_role("link", name="List").click()
    expect(plain.get_by_test_id("gallery-list-item")).to_have_count(12)
    plain.get_by_test_id("gallery-pagination-number").fill("4")
    plain.get_by_role("button", name="Go").click()
    expect(plain.get_by_test_id("gallery-list-item")).to_have_count(45 - 36)


def test_the_counts_open_by_a_click_and_are_there(plain: Page) -> None:
    popover = plain.get_by_test_id("gallery-stats-popover")
    expect(popover).to_be_hidden()
    plain.get_by_test_id("gallery-options-stats-info-button").click()
    expect(popover).to_be_visible()
    expect(plain.get_by_test_id("gallery-stats-community-regular")).to_have_text("21")
    expect(plain.get_by_test_id("gallery-stats-community-auto")).to_have_text("24")
    plain.keyboard.press("Escape")
    expect(popover).to_be_hidden()


def test_viewing_as_deleting_and_undoing(plain: Page) -> None:
    plain.get_by_test_id("gallery-viewer-select").select_option(label="ada")
    plain.get_by_role("button", name="Choose").click()
    expect(plain.locator("#viewer option[selected]")).to_have_text("ada")
    plain.goto("/gallery?notGenSource=comm-g,comm-ag")
    before = summary(plain)
    assert before == sum(ITEMS["ada"])
    plain.get_by_test_id("gallery-grid-item").first.locator("[data-card]").click()
    plain.get_by_text("Delete …").click()
    plain.get_by_test_id("gallery-item-delete-button").click()
    plain.wait_for_url("**deleted=*")
    assert summary(plain) == before - 1
    plain.get_by_test_id("gallery-undo-button").click()
    plain.wait_for_url("**restored=*")
    assert summary(plain) == before


def test_the_options_of_a_phone(open_page: OpenPage) -> None:
    plain = open_page(java_script_enabled=False, viewport={"width": 360, "height": 740})
    drawer = plain.get_by_test_id("gallery-options-drawer")
    expect(drawer).to_be_hidden()
    plain.get_by_test_id("gallery-options-toggle-button").click()
    expect(drawer).to_be_visible()
    plain.get_by_test_id(LABELS["comm-ag"]).click()
    plain.get_by_role("button", name="Show results").click()
    plain.wait_for_url("**/gallery?notGenSource=comm-ag")
    expect(drawer).to_be_hidden()


def test_choosing_a_viewer_does_not_lose_the_filters(plain: Page) -> None:
    plain.goto("/gallery?sort=title&size=12&p=2")
    plain.get_by_test_id("gallery-viewer-select").select_option(label="bo")
    plain.get_by_role("button", name="Choose").click()
    plain.wait_for_url("**/gallery?sort=title&size=12")
