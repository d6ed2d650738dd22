"""From 360 pixels to a wide screen, at 200 %, by finger; and nothing jumps."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Troubles, open_item, settle
from tests.browser.test_rows import SHIFTS, shifts, show_before_script

PATHS = ["/gallery", "/gallery?view=list", "/gallery/stats", "/gallery/items/0"]
SMALL_TARGETS = """(least) => [...document.querySelectorAll(
    "a, button, select, input:not([type=hidden]), summary")]
  .map((one) => one.closest(
    "label.switch, label.tag, .choices label, .seek__check, .card, .row") ?? one)
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .filter((element) => !element.closest("p, figcaption, .skip"))
  .map((element) => [element.getBoundingClientRect(), element.outerHTML.slice(0, 120)])
  .filter(([box]) => Math.min(box.width, box.height) < least - 0.5)
  .map(([box, html]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""


def too_wide(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_wider_than_the_screen(
    open_page: OpenPage, troubles: Troubles, path: str
) -> None:
    troubles.expected = ("404", "422")
    page = open_page(path)
    for width in (320, 360, 768, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(path)
        assert too_wide(page) <= 0, width


def test_two_in_a_row_on_a_phone_and_many_on_a_wide_screen(open_page: OpenPage) -> None:
    count = "document.querySelectorAll('[data-testid=gallery-grid-item]')[0].offsetWidth"
    narrow = open_page(viewport={"width": 360, "height": 740})
    assert 140 < narrow.evaluate(count) < 170
    wide = open_page(viewport={"width": 1920, "height": 1000})
    tops = wide.evaluate(
        "[...document.querySelectorAll('[data-testid=gallery-grid-item]')].map((c) => c.offsetTop)"
    )
    assert tops.count(tops[0]) >= 6


def test_the_counts_open_on_the_screen(open_page: OpenPage) -> None:
    page = open_page()
    for width in (320, 360, 700, 960, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        page.goto("/gallery")
        page.keyboard.press("i")
        popover = page.get_by_test_id("gallery-stats-popover")
        expect(popover).to_be_in_viewport(ratio=1)


def test_twice_as_large(open_page: OpenPage) -> None:
    # What a browser does at 200 %: half as many pixels of the page's own, each twice as large.
    page = open_page(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    assert too_wide(page) <= 0
    page.get_by_test_id("gallery-options-toggle-button").click()
    expect(page.get_by_role("switch", name="Community gens", exact=True)).to_be_visible()
    apply = page.get_by_role("button", name="Show results")
    apply.scroll_into_view_if_needed()
    expect(apply).to_be_in_viewport()


@pytest.mark.parametrize(("touch", "least"), [(False, 24), (True, 44)])
@pytest.mark.parametrize("path", ["/gallery?search=tea&size=12", "/gallery/stats"])
def test_targets_are_large_enough(open_page: OpenPage, path: str, touch: bool, least: int) -> None:
    page = open_page(path, viewer="ada", has_touch=touch, is_mobile=touch)
    assert page.evaluate(SMALL_TARGETS, least) == []


@pytest.mark.parametrize(("touch", "least"), [(False, 24), (True, 44)])
def test_the_targets_of_the_viewer_are_large_enough(
    open_page: OpenPage, touch: bool, least: int
) -> None:
    page = open_page(viewer="ada", has_touch=touch, is_mobile=touch)
    open_item(page, 3)
    expect(page.get_by_test_id("gallery-item-picture")).to_be_visible()
    assert page.evaluate(SMALL_TARGETS, least) == []
    assert too_wide(page) <= 0


def test_nothing_jumps_while_loading(open_page: OpenPage) -> None:
    page = open_page("/gallery?size=12")
    settle(page)
    shift = page.evaluate("""() => new Promise((resolve) => {
      new PerformanceObserver((list) =>
        resolve(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))
      ).observe({ type: "layout-shift", buffered: true });
      setTimeout(() => resolve(0), 300);
    })""")
    assert shift < 0.01


def test_little_moves_for_viewers_who_prefer_reduced_motion(open_page: OpenPage) -> None:
    duration = "getComputedStyle(document.querySelector('.frame img')).transitionDuration"
    assert open_page(reduced_motion="no-preference").evaluate(duration) != "0s"
    assert open_page(reduced_motion="reduce").evaluate(duration) == "0s"


@pytest.mark.long
def test_the_column_of_options_can_be_closed_and_stays_so(page: Page) -> None:
    drawer = page.get_by_test_id("gallery-options-drawer")
    button = page.get_by_test_id("gallery-options-toggle-button")
    expect(drawer).to_have_attribute("data-open", "true")
    button.click()
    expect(drawer).to_have_attribute("data-open", "false")
    expect(drawer).to_be_hidden()
    page.add_init_script(SHIFTS)
    show_before_script(page, lambda: page.reload(wait_until="commit"))
    expect(drawer).to_be_hidden()
    assert shifts(page) == []
    button.click()
    expect(drawer).to_be_visible()
    page.reload()
    expect(drawer).to_be_visible()


def test_the_drawer_of_a_phone(open_page: OpenPage) -> None:
    phone = {"width": 360, "height": 740}
    page = open_page(viewport=phone, has_touch=True, is_mobile=True)
    drawer = page.get_by_test_id("gallery-options-drawer")
    expect(drawer).to_have_attribute("data-open", "false")
    page.get_by_test_id("gallery-options-toggle-button").tap()
    expect(drawer).to_have_attribute("data-open", "true")
    page.touchscreen.tap(350, 700)
    expect(drawer).to_have_attribute("data-open", "false")
    page.get_by_test_id("gallery-options-toggle-button").tap()
    page.get_by_test_id("gallery-options-close-button").tap()
    expect(drawer).to_be_hidden()
