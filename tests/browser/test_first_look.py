"""What a stranger sees first: plain words, local time, and nothing out of sight."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Troubles, open_item

JARGON = ("ledger", "drift", "recount", "snapshot", "commit", "verif", "trust")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
BERLIN = ZoneInfo("Europe/Berlin")
ZONE = re.compile("MES?Z")


def in_berlin(iso: str) -> str:
    """As Chromium writes it for a German reader, to the minute."""
    at = datetime.fromisoformat(iso).astimezone(BERLIN)
    return f"{at:%H:%M}"


def edges(page: Page, selector: str) -> tuple[float, float]:
    """Where the content of an element begins and ends."""
    found: list[float] = page.evaluate(
        """(selector) => {
          const box = document.querySelector(selector), style = getComputedStyle(box);
          const { left, right } = box.getBoundingClientRect();
          return [left + parseFloat(style.paddingLeft), right - parseFloat(style.paddingRight)];
        }""",
        selector,
    )
    return round(found[0]), round(found[1])


def test_the_tab_says_where_one_is(open_page: OpenPage) -> None:
    for path, title in (
        ("/gallery", "Gallery"),
        ("/gallery?search=tea+house", "“tea house”, Gallery"),
        ("/gallery?size=12&p=2&tags=sea", "sea, Gallery, page 2"),
        ("/gallery/stats", "The gallery in numbers"),
    ):
        expect(open_page(path)).to_have_title(f"{title} · Genonaut")


def test_times_are_the_readers_own(open_page: OpenPage) -> None:
    reader = {"timezone_id": "Europe/Berlin", "locale": "de-DE"}
    page = open_page("/gallery/stats", **reader)
    when = page.locator("time[data-local]").first
    expect(when).to_contain_text(in_berlin(when.get_attribute("datetime") or ""))
    expect(when).to_contain_text(ZONE)
    page.goto("/gallery")
    when = page.get_by_test_id("gallery-grid-item").first.locator("time")
    assert in_berlin(when.get_attribute("datetime") or "") in (when.get_attribute("title") or "")
    page.goto("/gallery?size=12")
    page.get_by_test_id("gallery-pagination-next").click()  # which leaves the page where it is
    page.wait_for_url("**cursor=**")
    expect(when).to_have_attribute("title", ZONE)
    plain = open_page("/gallery/stats", java_script_enabled=False, **reader)
    expect(plain.locator("time[data-local]").first).to_contain_text("UTC")


def test_the_next_picture_has_local_times_too(open_page: OpenPage) -> None:
    page = open_page(timezone_id="Europe/Berlin", locale="de-DE")
    open_item(page)
    title = page.get_by_role("heading", level=1).inner_text()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(title)
    expect(page.get_by_test_id("gallery-item-facts").locator("time").first).to_contain_text(ZONE)


def test_what_a_gen_is_can_be_asked_with_the_keyboard(page: Page) -> None:
    page.get_by_text("What are gens and auto-gens?").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("gallery-what-is-a-gen")).to_contain_text("a person asked for")


def test_no_jargon_of_counting(open_page: OpenPage) -> None:
    page = open_page("/gallery?search=zebra", viewer="ada")
    found = [page.locator("body").text_content() or ""]
    page.goto("/gallery")
    found.append(page.locator("body").text_content() or "")
    open_item(page)
    found.append(page.locator("body").text_content() or "")
    assert [word for text in found for word in JARGON if word in text.lower()] == []


def test_a_drawing_says_that_it_is_one(page: Page) -> None:
    first = page.get_by_test_id("gallery-grid-item").first
    expect(first.locator(".drawn")).to_be_visible()
    first.get_by_role("link").first.click()
    picture = page.get_by_test_id("gallery-item-picture")
    assert (picture.get_attribute("alt") or "").startswith("Not the picture itself, but a drawing")
    expect(page.get_by_text("A drawing: this item has no picture file")).to_be_visible()


def test_at_an_end_buttons_are_disabled_and_stay(open_page: OpenPage) -> None:
    page = open_page("/gallery?size=12")
    for name in ("first", "previous"):
        button = page.get_by_test_id(f"gallery-pagination-{name}")
        expect(button).to_be_visible()
        expect(button).to_be_disabled()
    above = page.get_by_test_id("gallery-pagination-top")
    expect(above.get_by_role("button", name="Previous page")).to_be_disabled()
    above.get_by_role("link", name="Next page").click()
    page.wait_for_url("**cursor=**")
    expect(page.get_by_test_id("gallery-pagination-first")).to_be_enabled()
    page.goto("/gallery?size=12")
    page.locator("[data-card]").first.click()
    expect(page.get_by_role("button", name="Previous: this is the first item")).to_be_disabled()


def test_head_and_content_are_in_line_on_a_wide_screen(
    open_page: OpenPage, troubles: Troubles
) -> None:
    troubles.expected = ("422",)
    page = open_page(viewport={"width": 2560, "height": 1300})
    for path, content in (
        ("/gallery", ".gallery"), ("/gallery/stats", ".stats"), ("/gallery/items/0", ".error"),
        ("/gallery/upload", ".upload"),
    ):  # fmt: skip
        page.goto(path)
        assert edges(page, ".top") == edges(page, ".foot") == edges(page, content), path


def test_a_phone_shows_pictures_search_and_total_at_once(open_page: OpenPage) -> None:
    page = open_page(**PHONE)
    tops = page.locator(".card").evaluate_all("(all) => all.map((one) => one.offsetTop)")
    assert tops.count(tops[0]) in {2, 3}
    expect(page.locator(".quick__total")).to_be_in_viewport()
    expect(page.get_by_test_id("gallery-help-button")).to_be_hidden()
    page.goto("/gallery?tags=sea&notGenSource=comm-ag&sort=oldest")
    search = page.get_by_test_id("gallery-quick-search").locator("[name=search]")
    expect(search).to_be_in_viewport()
    search.fill("tea")
    search.press("Enter")
    page.wait_for_url("**/gallery?search=tea&tags=sea&notGenSource=comm-ag&sort=oldest")


def test_deleting_is_asked_in_sight_and_can_be_cancelled(open_page: OpenPage) -> None:
    page = open_page(viewer="ada", viewport={"width": 1440, "height": 900})
    page.goto("/gallery?notGenSource=comm-g,comm-ag")
    open_item(page)
    page.get_by_text("Delete …").click()
    expect(page.get_by_test_id("gallery-item-delete-button")).to_be_in_viewport(ratio=1)
    page.get_by_test_id("gallery-item-delete-cancel").click()
    expect(page.get_by_test_id("gallery-item-delete-button")).to_be_hidden()
    expect(page.locator("summary", has_text="Delete …")).to_be_focused()


def test_back_leads_to_where_one_was(open_page: OpenPage) -> None:
    page = open_page("/gallery?view=list", viewport={"width": 1440, "height": 500})
    last = page.get_by_test_id("gallery-list-item").last
    title = last.locator("[data-card]").inner_text()
    open_item(page, -1)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_test_id("gallery-item-back").click()
    page.wait_for_url("**/gallery?view=list")
    expect(page.get_by_test_id("gallery-list-item").last).to_be_in_viewport()
    expect(page.locator("[data-card]").last).to_be_focused()


def test_the_help_has_a_way_out(page: Page) -> None:
    page.get_by_test_id("gallery-help-button").click()
    page.get_by_test_id("gallery-help-close-button").click()
    expect(page.get_by_test_id("gallery-help")).to_be_hidden()
