"""Looking at pictures: to the next and back, closer, on the full screen, one after the other."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Troubles, open_item
from tests.support.site import Site

LIST = "/gallery?sort=title&size=96"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SCALE = "new DOMMatrix(getComputedStyle(document.querySelector('[data-picture]')).transform).a"
# A finger across the picture, as the browser tells of it.
SWIPE = """(across) => {
  const stage = document.querySelector("[data-stage]");
  const at = (type, x) => stage.dispatchEvent(new PointerEvent(type, {
    pointerId: 7, pointerType: "touch", clientX: x, clientY: 300, bubbles: true }));
  at("pointerdown", 180); at("pointermove", 180 + across / 2); at("pointerup", 180 + across);
}"""
PINCH = """() => {
  const stage = document.querySelector("[data-stage]");
  const at = (type, id, x) => stage.dispatchEvent(new PointerEvent(type, {
    pointerId: id, pointerType: "touch", clientX: x, clientY: 300, bubbles: true }));
  at("pointerdown", 1, 150); at("pointerdown", 2, 200);
  at("pointermove", 1, 100); at("pointermove", 2, 250); at("pointerup", 1, 100);
  at("pointerup", 2, 250);
}"""


def titles(page: Page) -> list[str]:
    return page.locator("[data-card]").all_inner_texts()


def heading(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page).to_have_title(f"{title} · Genonaut")


def look(page: Page, number: int) -> list[str]:
    """Open an item of the list; the titles of all."""
    found = titles(page)
    open_item(page, number)
    heading(page, found[number])
    return found


def test_keys_lead_through_the_list_and_the_history_back(open_page: OpenPage) -> None:
    page = open_page(LIST, viewer="ada")
    found = look(page, 0)
    page.evaluate("window.same = true")
    for key, number in (("ArrowLeft", 0), ("ArrowRight", 1), ("j", 2), ("k", 1), ("j", 2)):
        page.keyboard.press(key)
        heading(page, found[number])
    assert page.evaluate("window.same"), "it is still the same page"
    page.go_back()
    heading(page, found[1])
    page.reload()
    heading(page, found[1])
    page.get_by_test_id("gallery-item-back").click()
    expect(page.locator("[data-card]")).to_have_text(found)


def test_the_focus_stays_on_the_way(open_page: OpenPage) -> None:
    page = open_page(LIST)
    found = look(page, 1)
    previous, following = (page.get_by_test_id(f"gallery-item-{rel}") for rel in ("prev", "next"))
    following.focus()
    page.keyboard.press("Enter")
    heading(page, found[2])
    expect(following).to_be_focused()
    expect(page.get_by_test_id("gallery-item-status")).to_have_text(found[2])
    for number in (1, 0):
        previous.focus()
        page.keyboard.press("Enter")
        heading(page, found[number])
    expect(previous).to_have_count(0)
    expect(following).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_test_id("gallery-item-status")).to_have_text("This is the first item.")


def test_neighbours_are_there_before_they_are_asked_for(
    open_page: OpenPage, troubles: Troubles
) -> None:
    page = open_page(LIST)
    look(page, 1)
    neighbours = page.locator("[data-full]")
    expect(neighbours).to_have_count(2)
    for way in neighbours.all():
        url = way.get_attribute("data-full")
        assert url
        troubles.wait_for(page, lambda one, url=url: one.url.endswith(url), f"{url} is fetched")  # type: ignore[misc]


def test_zooming(open_page: OpenPage) -> None:
    page = open_page(LIST)
    found = look(page, 1)
    stage = page.get_by_test_id("gallery-item-stage")

    def scale() -> float:
        return float(page.evaluate(SCALE))

    for key, larger in (("+", 1.5), ("+", 2.25), ("-", 1.5), ("0", 1.0), ("-", 1.0)):
        page.keyboard.press(key)
        assert scale() == pytest.approx(larger)
    stage.dblclick(position={"x": 200, "y": 300})
    assert scale() == pytest.approx(2.5)
    before = page.evaluate("document.querySelector('[data-picture]').style.transform")
    page.keyboard.press("ArrowRight")  # moves what is larger than its place
    heading(page, found[1])
    assert page.evaluate("document.querySelector('[data-picture]').style.transform") != before
    stage.dblclick(position={"x": 200, "y": 300})
    assert scale() == 1
    page.mouse.wheel(0, -300)
    page.wait_for_function(f"{SCALE} > 2")
    page.get_by_test_id("gallery-item-fit").click()
    assert scale() == 1
    page.evaluate(PINCH)
    assert scale() == pytest.approx(3, abs=0.01)
    heading(page, found[1])
    page.keyboard.press("j")
    heading(page, found[2])
    assert scale() == 1


@pytest.mark.long
def test_swiping_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(LIST, **PHONE)
    found = look(page, 0)
    for across, number in ((-120, 1), (-120, 2), (120, 1), (-20, 1)):
        page.evaluate(SWIPE, across)
        heading(page, found[number])


@pytest.mark.long
def test_the_full_screen_goes_on_to_the_next(open_page: OpenPage) -> None:
    page = open_page(LIST)
    found = look(page, 0)
    page.keyboard.press("F")
    full = page.get_by_test_id("gallery-item-full")
    expect(full).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("j")
    heading(page, found[1])
    assert page.evaluate("document.fullscreenElement?.matches('[data-stage]')")
    full.click()
    expect(full).to_have_attribute("aria-pressed", "false")


@pytest.mark.long
def test_a_slideshow_goes_to_the_end_and_can_be_paused(open_page: OpenPage) -> None:
    page = open_page(LIST)
    found = look(page, len(titles(page)) - 3)
    page.evaluate("document.querySelector('[data-look]').dataset.seconds = 0.2")
    button = page.get_by_test_id("gallery-item-slideshow")
    page.keyboard.press("s")
    heading(page, found[-1])
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_test_id("gallery-item-status")).to_contain_text("end of the list")
    page.evaluate("document.querySelector('[data-look]').dataset.seconds = 600")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("k")
    heading(page, found[-2])
    expect(button).to_have_attribute("aria-pressed", "false")
    page.go_back()
    heading(page, found[-1])


def test_copying(open_page: OpenPage) -> None:
    page = open_page(LIST, permissions=["clipboard-read", "clipboard-write"])
    look(page, 0)
    prompt = page.get_by_test_id("gallery-item-prompt").inner_text()
    status = page.get_by_test_id("gallery-item-status")
    for by_key in (False, True):
        page.evaluate("navigator.clipboard.writeText('')")
        if by_key:
            page.keyboard.press("c")
        else:
            page.get_by_test_id("gallery-item-copy-prompt").click()
        expect(status).to_have_text("Prompt: copied.")
        page.wait_for_function("navigator.clipboard.readText().then((text) => text !== '')")
        assert page.evaluate("navigator.clipboard.readText()") == prompt
    page.get_by_role("button", name=re.compile("^Copy Model")).click()
    expect(status).to_have_text("Model: copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "sdxl-1.0"


@pytest.mark.long
def test_copying_without_a_clipboard(open_page: OpenPage) -> None:
    """As over plain HTTP from another machine."""
    page = open_page(LIST)
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', {value: null})")
    look(page, 0)
    page.evaluate("document.addEventListener('copy', () => (window.copied = `${getSelection()}`))")
    page.get_by_test_id("gallery-item-copy-prompt").click()
    expect(page.get_by_test_id("gallery-item-status")).to_have_text("Prompt: copied.")
    prompt = page.get_by_test_id("gallery-item-prompt").inner_text()
    assert page.evaluate("window.copied") == prompt


@pytest.mark.long
def test_without_script_links_lead_through_the_list(open_page: OpenPage) -> None:
    page = open_page(LIST, java_script_enabled=False)
    found = look(page, 0)
    for rel, number in (("next", 1), ("next", 2), ("prev", 1)):
        page.get_by_test_id(f"gallery-item-{rel}").click()
        heading(page, found[number])
    expect(page.get_by_test_id("gallery-item-copy-prompt")).to_be_hidden()
    expect(page.get_by_test_id("gallery-item-slideshow")).to_be_hidden()


def test_an_item_deleted_meanwhile_is_passed(
    open_page: OpenPage, site: Site, troubles: Troubles
) -> None:
    troubles.expected = ("404",)
    page = open_page(LIST)
    found = look(page, 0)
    following = page.get_by_test_id("gallery-item-next").get_attribute("href") or ""
    item = int(re.findall(r"items/(\d+)", following)[0])
    with site.database.transaction() as session:
        session.connection().exec_driver_sql(f"DELETE FROM content_items_all WHERE id = {item}")
    page.keyboard.press("j")
    heading(page, f"Item {item} is gone")
    page.keyboard.press("j")
    heading(page, found[2])
    page.keyboard.press("k")
    heading(page, found[0])
