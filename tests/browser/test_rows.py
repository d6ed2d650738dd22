"""The grid: whole pictures in rows of equal height, whose place is kept from the start."""

from collections.abc import Callable
from itertools import groupby

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, hold, settle
from tests.support.waiting import wait_until

BOXES = """() => [...document.querySelectorAll(".card .frame")].map((frame) => {
  const [box, image] = [frame.getBoundingClientRect(), frame.querySelector("img")];
  return [box.top, box.width, box.height, image.width / image.height,
          image.getAttribute("width") / image.getAttribute("height")];
})"""
# What moved after it was shown: how much, from where and to where, and its markup, which `::after`
# has not.
SHIFTS = """new PerformanceObserver((list) => {
  const box = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
  for (const { value, sources } of list.getEntries()) {
    for (const { node, previousRect, currentRect } of sources) {
      const what = (node?.outerHTML ?? node?.data ?? "no node").slice(0, 150);
      const how = `from ${box(previousRect)} to ${box(currentRect)}`;
      (window.shifts ??= []).push(`${value} ${how}: ${what}`);
    }
  }
}).observe({type: "layout-shift", buffered: true});"""

PAINTED = """document.readyState !== "loading" && new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""


@pytest.mark.sampled(3)
@pytest.mark.parametrize("density", ["small", "medium", "large"])
@pytest.mark.parametrize("width", [360, 1280, 2200])
def test_rows_of_whole_pictures(open_page: OpenPage, density: str, width: int) -> None:
    page = open_page(f"/gallery?density={density}", viewport={"width": width, "height": 900})
    settle(page)
    boxes = page.evaluate(BOXES)
    for _, row in groupby(boxes, lambda box: round(box[0])):
        heights = [height for _, _, height, _, _ in row]
        assert max(heights) - min(heights) < 1.5
    for _, frame_width, height, shown, real in boxes:
        assert frame_width / height == pytest.approx(real, rel=0.012)
        assert shown == pytest.approx(real, rel=0.012)


@pytest.mark.long
@pytest.mark.parametrize("path", ["/gallery", "/gallery?view=list", "/gallery/stats"])
def test_nothing_moves_while_pictures_and_script_load(open_page: OpenPage, path: str) -> None:
    page = open_page("about:blank", locale="en-US", timezone_id="Asia/Kolkata")
    page.add_init_script(SHIFTS)
    show_before_script(page, lambda: page.goto(path, wait_until="commit"))
    assert shifts(page) == []
    if path.startswith("/gallery/"):
        return
    card = page.locator("[data-card]").first
    show_before_script(page, lambda: card.click(no_wait_after=True))
    expect(page.get_by_test_id("gallery-item-page")).to_be_visible()
    assert shifts(page) == []


def show_before_script(page: Page, go: Callable[[], object]) -> None:
    """Go to a page, and let its script come when all else is to be seen."""
    held = hold(page, "**/gallery.js*")
    with page.expect_request("**/gallery.js*"):
        go()
    wait_until(lambda: page.evaluate(PAINTED), "the page is painted")
    held[0].continue_()
    page.unroute("**/gallery.js*")
    settle(page)


def shifts(page: Page) -> list[str]:
    """What has moved on a page that was opened with `SHIFTS`, up to a frame that begins now."""
    page.evaluate(PAINTED)
    found: list[str] = page.evaluate("window.shifts ?? []")
    return found


def test_the_density_is_chosen_and_kept(page: Page) -> None:
    card = page.get_by_test_id("gallery-grid-item").nth(1)
    before = card.evaluate("(one) => one.offsetWidth")
    page.get_by_test_id("gallery-density-select").select_option("small")
    page.wait_for_url("**/gallery?density=small")
    assert card.evaluate("(one) => one.offsetWidth") < before
    page.get_by_test_id("gallery-pagination-next").click()
    expect(page.get_by_test_id("gallery-grid")).to_have_class("grid grid--small")
