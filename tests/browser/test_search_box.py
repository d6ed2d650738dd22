"""The search box: suggestions by keyboard and pointer, help, mistakes; without script too."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, Troubles
from tests.browser.test_sources import summary
from tests.support.site import Site

TAGGED = (
    "SELECT count(*) FROM content_tags JOIN tags ON tags.id = tag_id WHERE name = 'oil painting'"
)
MISTAKE = "/gallery?search=fox+modle:sdxl+is:foo"


def box(page: Page) -> Locator:
    return page.get_by_test_id("gallery-search-input")


def options(page: Page) -> Locator:
    return page.get_by_test_id("search-suggestions").get_by_role("option")


def typed(page: Page, text: str) -> Locator:
    box(page).press_sequentially(text)
    return options(page)


def test_a_suggestion_is_taken_by_keyboard(page: Page, site: Site) -> None:
    expect(typed(page, "tag:oi")).to_have_count(1)
    expect(box(page)).to_have_attribute("role", "combobox")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    expect(options(page)).to_contain_text(f"oil painting tag {site.number(TAGGED)}")
    page.keyboard.press("ArrowDown")
    expect(options(page)).to_have_attribute("aria-selected", "true")
    active = box(page).get_attribute("aria-activedescendant")
    assert active == options(page).get_attribute("id")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value('tag:"oil painting" ')
    expect(page.get_by_test_id("search-suggestions")).to_be_hidden()
    assert page.url.endswith("/gallery"), "choosing does not search yet"
    page.keyboard.press("Enter")
    page.wait_for_url("**search=tag*")
    assert summary(page) == site.number(TAGGED)


def test_only_the_last_word_is_replaced_and_a_field_goes_on(page: Page) -> None:
    expect(typed(page, "fox -samp")).to_have_text(["sampler:"])
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    expect(box(page)).to_have_value("fox -sampler:")
    expect(box(page)).to_be_focused()
    box(page).fill("fox ")
    expect(typed(page, "by:")).to_have_count(3)
    options(page).filter(has_text="bo").click()
    expect(box(page)).to_have_value("fox by:bo ")
    expect(box(page)).to_be_focused()


def test_escape_and_leaving_close_the_list(page: Page) -> None:
    expect(typed(page, "tag:")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("search-suggestions")).to_be_hidden()
    expect(box(page)).to_have_value("tag:")
    page.keyboard.press("ArrowDown")
    expect(options(page)).to_have_count(3)
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("search-suggestions")).to_be_hidden()
    expect(box(page)).not_to_be_focused()


def test_suggestions_go_on_after_a_search(page: Page) -> None:
    """The page is made anew around the box, which keeps the focus."""
    box(page).fill("fox")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=fox")
    expect(typed(page, " tag:")).to_have_count(3)
    expect(box(page)).to_have_attribute("aria-expanded", "true")


def test_a_mistake_is_marked_and_nothing_is_listed(open_page: OpenPage, troubles: Troubles) -> None:
    troubles.expected = ("422",)
    page = open_page(MISTAKE)
    wrong = page.get_by_test_id("search-mistake")
    expect(wrong.locator("mark")).to_have_text(["modle:sdxl", "is:foo"])
    expect(wrong).to_contain_text("the nearest is “model:”")
    expect(box(page)).to_have_attribute("aria-invalid", "true")
    expect(box(page)).to_have_accessible_description(str(wrong.inner_text()).replace("\n", " "))
    expect(page.get_by_test_id("gallery-grid-item")).to_have_count(0)
    expect(page.get_by_test_id("gallery-results-empty")).to_contain_text("has a mistake")
    box(page).fill("fox model:sdxl-1.0")
    page.keyboard.press("Enter")
    page.wait_for_url("**model*sdxl-1.0")
    expect(page.get_by_test_id("search-mistake")).to_have_count(0)
    expect(box(page)).not_to_have_attribute("aria-invalid", "true")
    assert summary(page) > 0


def test_a_mistake_is_shown_on_a_phone(open_page: OpenPage, troubles: Troubles) -> None:
    troubles.expected = ("422",)
    page = open_page(MISTAKE, viewport={"width": 390, "height": 844}, has_touch=True)
    expect(page.get_by_test_id("quick-search-mistake")).to_be_visible()
    quick = page.get_by_test_id("gallery-quick-search").get_by_role("searchbox")
    expect(quick).to_have_attribute("aria-invalid", "true")


def test_the_help_is_opened_and_closed_by_keyboard(page: Page) -> None:
    button = page.locator("#gallery-options").get_by_test_id("search-help-button")
    button.focus()
    page.keyboard.press("Enter")
    help_ = page.get_by_test_id("search-help")
    expect(help_).to_be_visible()
    expect(help_).to_contain_text("is:private")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    expect(button).to_be_focused()


def test_without_script_it_is_a_plain_form(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    box(page).fill("fox -bo")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=fox*")
    assert summary(page) > 0
    expect(box(page)).not_to_have_attribute("role", "combobox")
    page.locator("#gallery-options").get_by_test_id("search-help-button").click()
    expect(page.get_by_test_id("search-help")).to_be_visible()


@pytest.mark.long
def test_other_eyes_ask_below_the_pages(open_page: OpenPage) -> None:
    """There they have their cookie."""
    page = open_page(viewer="ada")
    with page.expect_response("**/gallery/api/v1/search/suggestions?*") as asked:
        box(page).press_sequentially("by:ad")
    assert asked.value.status == 200
    expect(options(page)).to_contain_text("22")
