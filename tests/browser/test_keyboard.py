"""The keyboard alone: to every place, and quicker by single keys."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage


def card(page: Page, number: int) -> Locator:
    return page.locator("[data-card]").nth(number)


def columns(page: Page) -> int:
    tops = [
        box["y"]
        for c in page.get_by_test_id("gallery-grid-item").all()
        if (box := c.bounding_box())
    ]
    return tops.count(tops[0])


def test_moving_among_the_items(page: Page) -> None:
    keyboard, across = page.keyboard, columns(page)
    assert across > 1
    keyboard.press("j")
    expect(card(page, 0)).to_be_focused()
    for key, number in (
        ("j", 1), ("ArrowRight", 2), ("k", 1), ("ArrowLeft", 0), ("k", 0), ("ArrowDown", across),
        ("ArrowRight", across + 1), ("ArrowUp", 1), ("ArrowUp", 1),
    ):  # fmt: skip
        keyboard.press(key)
        expect(card(page, number)).to_be_focused()


def test_enter_opens_an_item(page: Page) -> None:
    title = card(page, 1).inner_text()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/items/*")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_a_list_is_moved_through_too(open_page: OpenPage) -> None:
    page = open_page("/gallery?view=list")
    for key, number in (("j", 0), ("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1)):
        page.keyboard.press(key)
        expect(card(page, number)).to_be_focused()


def test_searching(page: Page) -> None:
    page.keyboard.press("/")
    box = page.get_by_test_id("gallery-search-input")
    expect(box).to_be_focused()
    page.keyboard.type("tea / jikjik?")
    expect(box).to_have_value("tea / jikjik?")
    expect(page.get_by_test_id("gallery-stats-popover")).to_be_hidden()
    expect(page.get_by_test_id("gallery-help")).to_be_hidden()


def test_searching_opens_the_drawer_of_a_phone(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    page.keyboard.press("/")
    expect(page.get_by_test_id("gallery-search-input")).to_be_focused()
    expect(page.get_by_test_id("gallery-options-drawer")).to_have_attribute("data-open", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("gallery-options-drawer")).to_have_attribute("data-open", "false")


def test_counts_open_the_column_that_was_closed(page: Page) -> None:
    page.get_by_test_id("gallery-options-toggle-button").click()
    expect(page.get_by_test_id("gallery-options-drawer")).to_be_hidden()
    page.keyboard.press("i")
    expect(page.get_by_test_id("gallery-stats-popover")).to_be_visible()


def test_counts_and_help_open_and_close(page: Page) -> None:
    for key, place in (("i", "gallery-stats-popover"), ("?", "gallery-help")):
        for close in (key, "Escape"):
            page.keyboard.press(key)
            expect(page.get_by_test_id(place)).to_be_visible()
            page.keyboard.press(close)
            expect(page.get_by_test_id(place)).to_be_hidden()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("key", ["Control+j", "Alt+j", "Meta+k", "Control+i", "Shift+ArrowRight"])
def test_with_a_modifier_a_key_is_not_ours(page: Page, key: str) -> None:
    page.keyboard.press(key)
    expect(page.locator("[data-card]:focus")).to_have_count(0)
    expect(page.get_by_test_id("gallery-stats-popover")).to_be_hidden()


def test_keys_do_what_they_always_did(page: Page) -> None:
    select = page.get_by_test_id("gallery-page-size-select")
    select.focus()
    page.keyboard.press("ArrowUp")  # another choice, and so another page
    page.wait_for_url("**/gallery?size=12")
    expect(select).to_be_focused()
    expect(select).to_have_value("12")
    page.goto("/gallery")
    page.locator("body").press("ArrowDown")  # nothing is chosen: it scrolls
    expect(page.locator("[data-card]:focus")).to_have_count(0)
    page.keyboard.press("End")
    expect(page.locator("footer")).to_be_in_viewport()


def test_single_keys_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    page.get_by_role("switch", name="Single keys").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    expect(page.locator("[data-card]:focus")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(card(page, 0)).to_be_focused()
    page.get_by_test_id("gallery-help-button").click()
    page.get_by_role("switch", name="Single keys").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(card(page, 0)).to_be_focused()


def test_every_control_is_reached_by_tab_and_shows_it(open_page: OpenPage) -> None:
    page = open_page("/gallery?size=12&search=tea", viewer="ada")
    visited = []
    for _ in range(60):
        page.keyboard.press("Tab")
        visited.append(page.evaluate("document.activeElement.outerHTML.slice(0, 400)"))
        if visited[-1].startswith("<body"):  # once around
            break
        outlined = page.evaluate(OUTLINED)
        assert outlined, visited[-1]
    every = " ".join(visited)
    parts = "Skip to,viewer,info-button,search,your-g,comm-ag,sort,size,data-card"
    for part in parts.split(","):
        assert part in every, part


# On the element itself, on what it lies over, or on its ::after.
OUTLINED = """() => {
  const element = document.activeElement;
  const shown = [element, element.closest("label") ?? element]
    .map((one) => getComputedStyle(one))
    .concat(getComputedStyle(element, "::after"));
  return shown.some((one) => one.outlineStyle !== "none" && parseFloat(one.outlineWidth) >= 2);
}"""


def test_skipping_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("gallery-options-toggle-button")).to_be_focused()
