"""Selecting: by click, with shift, by key and by a long press; kept from page to page; told."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Troubles
from tests.browser.test_accessibility import violations
from tests.browser.test_layout import too_wide
from tests.support.site import ITEMS, Site

OWN = "/gallery?notGenSource=comm-g,comm-ag&size=12"
COUNT = "gallery-selection-count"
# Of a browser that sees a long press before the page does: whether it shows its menu then, and how
# many items are selected.
BROWSERS_OWN_PRESS = """(card) => {
  card.dispatchEvent(new PointerEvent("pointerdown", {bubbles: true, pointerType: "touch"}));
  const menu = new MouseEvent("contextmenu", {bubbles: true, cancelable: true});
  return [card.dispatchEvent(menu), document.querySelector("[data-picked]").textContent];
}"""


def picks(page: Page) -> list[bool]:
    return [box.is_checked() for box in page.get_by_test_id("gallery-pick").all()]


def begin(page: Page) -> None:
    page.get_by_test_id("gallery-select-button").click()
    expect(page.get_by_test_id("gallery-selection-bar")).to_be_visible()


def selected(page: Page, words: str) -> None:
    expect(page.get_by_test_id(COUNT)).to_have_text(words)


def card(page: Page, number: int) -> Callable[..., None]:
    return page.get_by_test_id("gallery-grid-item").nth(number).locator(".frame").click


def test_by_click_and_with_shift(open_page: OpenPage) -> None:
    page = open_page(OWN, viewer="ada")
    expect(page.get_by_test_id("gallery-pick").first).to_be_hidden()
    begin(page)
    selected(page, "Nothing selected")
    expect(page.get_by_test_id("gallery-selection-tag")).to_be_disabled()
    card(page, 1)(force=True)
    selected(page, "1 selected")
    card(page, 4)(force=True, modifiers=["Shift"])
    selected(page, "4 selected")
    page.get_by_test_id("gallery-pick").nth(2).click()
    selected(page, "3 selected")
    assert picks(page)[:6] == [False, True, False, True, True, False]
    page.get_by_test_id("gallery-selection-page").click()
    selected(page, "12 selected")
    page.get_by_test_id("gallery-selection-none").click()
    selected(page, "Nothing selected")
    assert page.url.endswith(OWN), "no item was opened"


def test_by_key(open_page: OpenPage) -> None:
    page = open_page(OWN, viewer="ada")
    keyboard = page.keyboard
    keyboard.press("j")
    keyboard.press("x")
    selected(page, "1 selected")
    keyboard.press("ArrowRight")
    keyboard.press("Space")
    selected(page, "2 selected")
    keyboard.press("Space")
    selected(page, "1 selected")
    keyboard.press("Shift+ArrowRight")
    keyboard.press("Shift+ArrowRight")
    selected(page, "4 selected")
    assert picks(page)[:5] == [True, True, True, True, False]
    keyboard.press("ControlOrMeta+a")
    selected(page, "12 selected")
    keyboard.press("Escape")
    expect(page.get_by_test_id("gallery-selection-bar")).to_be_hidden()
    expect(page.get_by_test_id("gallery-pick").first).to_be_hidden()
    keyboard.press("Enter")
    page.wait_for_url("**/gallery/items/*")


@pytest.mark.long
def test_it_is_kept_on_other_pages_and_after_a_reload(open_page: OpenPage) -> None:
    page = open_page(OWN, viewer="ada")
    begin(page)
    card(page, 0)(force=True)
    page.get_by_test_id("gallery-pagination-next").click()
    page.wait_for_url("**cursor=**")
    selected(page, "1 selected")
    assert not any(picks(page))
    card(page, 1)(force=True)
    selected(page, "2 selected")
    page.get_by_role("link", name="List").click()
    page.wait_for_url("**view=list**")
    selected(page, "2 selected")
    page.reload()
    selected(page, "2 selected")
    expect(page.get_by_test_id("gallery-selection-bar")).to_be_visible()
    page.goto(OWN)
    selected(page, "2 selected")
    assert picks(page)[:2] == [True, False]
    page.goto("/gallery")
    expect(page.get_by_test_id("gallery-selection-bar")).to_be_hidden()


def test_all_results_are_as_many_as_the_page_says(open_page: OpenPage, site: Site) -> None:
    page = open_page(OWN, viewer="ada")
    begin(page)
    own = sum(ITEMS["ada"])
    expect(page.locator(".selection__all")).to_have_text(f"All {own} results")
    page.get_by_test_id("gallery-selection-all").check()
    selected(page, f"All {own} selected")
    assert all(picks(page))
    page.get_by_test_id("gallery-selection-tags").fill("Chosen")
    page.get_by_test_id("gallery-selection-tag").click()
    expect(page.get_by_test_id("gallery-notice")).to_contain_text(f"{own} items tagged.")
    tagged = "SELECT count(*) FROM content_tags JOIN tags ON tags.id = tag_id WHERE name = 'chosen'"
    assert site.number(tagged) == own


def test_one_of_all_is_left_out(open_page: OpenPage) -> None:
    page = open_page(OWN, viewer="ada")
    begin(page)
    page.get_by_test_id("gallery-selection-all").check()
    page.get_by_test_id("gallery-pick").first.click()
    selected(page, "11 selected")


def test_delete_from_two_pages_and_undo(open_page: OpenPage, site: Site) -> None:
    page = open_page(OWN, viewer="ada")
    begin(page)
    card(page, 0)(force=True)
    page.get_by_test_id("gallery-pagination-next").click()
    page.wait_for_url("**cursor=**")
    card(page, 0)(force=True)
    selected(page, "2 selected")
    expect(page.get_by_test_id("gallery-selection-delete-button")).to_be_hidden()
    page.get_by_test_id("gallery-selection-delete").click()
    page.get_by_test_id("gallery-selection-delete-button").click()
    expect(page.get_by_test_id("gallery-notice")).to_contain_text("2 items deleted.")
    there = "SELECT count(*) FROM content_items_all"
    assert site.number(there) == sum(map(sum, ITEMS.values())) - 2
    expect(page.get_by_test_id("gallery-selection-bar")).to_be_hidden()
    page.get_by_test_id("gallery-undo-button").click()
    expect(page.get_by_test_id("gallery-notice")).to_contain_text("2 items restored.")
    assert site.number(there) == sum(map(sum, ITEMS.values()))


def test_download(open_page: OpenPage) -> None:
    page = open_page(OWN)
    page.goto("/gallery")
    begin(page)
    expect(page.get_by_test_id("gallery-selection-delete")).to_have_count(0)
    card(page, 0)(force=True)
    with page.expect_download() as download:
        page.get_by_test_id("gallery-selection-download").click()
    assert download.value.suggested_filename.startswith("genonaut-")
    selected(page, "1 selected")


def test_a_long_press(open_page: OpenPage) -> None:
    page = open_page(
        OWN, viewer="ada", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    box = page.get_by_test_id("gallery-grid-item").first.locator(".frame").bounding_box()
    assert box
    session = page.context.new_cdp_session(page)
    point = {"x": box["x"] + 20, "y": box["y"] + 20}
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    selected(page, "1 selected")
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.get_by_test_id("gallery-selection-bar")).to_be_visible()
    # By mouse: on a busy machine a tap may take so long that the browser makes a press of it.
    page.mouse.click(point["x"], point["y"])
    selected(page, "Nothing selected")
    assert page.url.endswith(OWN)
    page.get_by_test_id("gallery-select-button").click()
    first = page.get_by_test_id("gallery-grid-item").first
    assert first.evaluate(BROWSERS_OWN_PRESS) == [False, "1 selected"]


def test_without_script(open_page: OpenPage, site: Site) -> None:
    page = open_page(OWN, viewer="ada", java_script_enabled=False)
    expect(page.get_by_test_id("gallery-pick").first).to_be_hidden()
    page.get_by_test_id("gallery-select-button").click()
    for number in range(3):
        page.get_by_test_id("gallery-pick").nth(number).check()
    page.get_by_test_id("gallery-selection-private").click()
    expect(page.get_by_test_id("gallery-notice")).to_contain_text("3 items made private.")
    hidden = "SELECT count(*) FROM content_items_all WHERE visibility = 'private'"
    assert site.number(hidden) == 3
    page.get_by_test_id("gallery-select-button").click()
    page.get_by_test_id("gallery-selection-all").check()
    page.get_by_test_id("gallery-selection-private").click()
    expect(page.get_by_test_id("gallery-notice")).to_contain_text("22 items made private.")


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_can_be_used_by_all(open_page: OpenPage, scheme: str, width: int) -> None:
    phone = width < 400
    options = {"has_touch": True, "is_mobile": True} if phone else {}
    page = open_page(
        OWN,
        viewer="ada",
        color_scheme=scheme,
        reduced_motion="reduce",
        viewport={"width": width, "height": 844},
        **options,
    )
    begin(page)
    page.get_by_test_id("gallery-pick").first.check()
    assert violations(page) == []
    assert too_wide(page) <= 0
    if phone:
        page.get_by_test_id("gallery-selection-more").click()
        expect(page.get_by_test_id("gallery-selection-tags")).to_be_visible()
    page.get_by_test_id("gallery-selection-delete").click()
    assert violations(page) == []
    assert too_wide(page) <= 0


def test_what_was_not_done_is_readable(open_page: OpenPage, troubles: Troubles) -> None:
    troubles.expected = ("409",)
    page = open_page("/gallery?size=12", viewer="ada")
    begin(page)
    page.get_by_test_id("gallery-selection-page").click()
    page.get_by_test_id("gallery-selection-public").click()
    expect(page.get_by_test_id("gallery-selection-left")).to_contain_text("Another user made it.")
    assert violations(page) == []
    page.get_by_test_id("gallery-selection-back").click()
    selected(page, "12 selected")
