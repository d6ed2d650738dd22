"""The URL is the state: back and forward restore page, place and options."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, open_item
from tests.browser.test_sources import LABELS
from tests.support.waiting import wait_until


def first_title(page: Page) -> str:
    return page.get_by_test_id("gallery-grid-item").first.inner_text()


def expect_scrolled(page: Page, title: str, y: int) -> None:
    """That the page with this first item is shown, this far down.

    The pages' policy forbids evaluating text as code, so `wait_for_function` cannot be used.
    """
    expect(page.get_by_test_id("gallery-grid-item").first).to_have_text(title, use_inner_text=True)
    wait_until(lambda: page.evaluate("Math.round(scrollY)") == y, f"it is scrolled to {y}")


def scroll_to(page: Page, y: int) -> None:
    page.evaluate("y => scrollTo(0, y)", y)


def test_back_and_forward_restore_page_and_scroll(open_page: OpenPage) -> None:
    page = open_page("/gallery?size=12", viewport={"width": 1280, "height": 600})
    first = first_title(page)
    scroll_to(page, 400)
    page.get_by_test_id("gallery-pagination-next").dispatch_event("click")
    page.wait_for_url("**cursor=*")
    second = first_title(page)
    assert second != first
    scroll_to(page, 250)
    page.get_by_test_id("gallery-grid-item").nth(4).locator("[data-card]").dispatch_event("click")
    page.wait_for_url("**/gallery/items/*")

    page.go_back()
    expect_scrolled(page, second, 250)
    page.go_back()
    expect_scrolled(page, first, 400)
    page.go_forward()
    expect_scrolled(page, second, 250)


def test_back_restores_the_switches(open_page: OpenPage) -> None:
    page = open_page(viewer="ada")
    page.get_by_test_id(LABELS["comm-g"]).click()
    page.wait_for_url("**notGenSource=comm-g")
    page.get_by_test_id("gallery-sort-select").select_option("best")
    page.wait_for_url("**sort=best")
    page.go_back()
    page.wait_for_url("**/gallery?notGenSource=comm-g")
    expect(page.get_by_role("switch", name="Community gens", exact=True)).not_to_be_checked()
    expect(page.get_by_test_id("gallery-sort-select")).to_have_value("newest")
    page.go_back()
    page.wait_for_url("**/gallery")
    expect(page.get_by_role("switch", name="Community gens", exact=True)).to_be_checked()
    page.go_forward()
    page.go_forward()
    expect(page.get_by_test_id("gallery-sort-select")).to_have_value("best")


def test_the_item_page_knows_the_way_back(open_page: OpenPage) -> None:
    page = open_page("/gallery?size=12&sort=title&p=2")
    open_item(page)
    page.get_by_test_id("gallery-item-back").click()
    page.wait_for_url("**/gallery?sort=title&size=12&p=2")


def test_an_address_has_nothing_empty_in_it(page: Page) -> None:
    page.get_by_test_id("gallery-sort-select").select_option("oldest")
    page.wait_for_url("**/gallery?sort=oldest")
    page.get_by_test_id("gallery-sort-select").select_option("newest")
    page.wait_for_url("**/gallery")


@pytest.mark.long
def test_previous_first_and_last_page(open_page: OpenPage) -> None:
    page = open_page("/gallery?size=12")
    first = first_title(page)
    total = page.get_by_test_id("gallery-pagination-total")
    expect(total).to_have_text("of 4")
    page.get_by_test_id("gallery-pagination-last").click()
    expect(page.get_by_test_id("gallery-pagination-number")).to_have_value("4")
    expect(page.get_by_test_id("gallery-pagination-next")).to_be_disabled()
    for number in ("3", "2", "1"):
        page.get_by_test_id("gallery-pagination-previous").click()
        expect(page.get_by_test_id("gallery-pagination-number")).to_have_value(number)
    assert first_title(page) == first
    page.get_by_test_id("gallery-pagination-number").fill("3")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery?size=12&p=3")
    expect(page.get_by_test_id("gallery-pagination-number")).to_have_value("3")


def test_the_view_is_part_of_the_address(open_page: OpenPage) -> None:
    page = open_page("/gallery?size=12&p=2")
    page.get_by_test_id("gallery-view-links").get_by_role("link", name="List").click()
    page.wait_for_url("**/gallery?size=12&view=list&p=2")
    expect(page.get_by_test_id("gallery-list-item")).to_have_count(12)
