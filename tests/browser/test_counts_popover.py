"""The counts behind the (i): how they open, what they say, how they close, and what it costs."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, Troubles
from tests.support.rows import add_items
from tests.support.site import ITEMS, USERS, Site

STATS = "/api/v1/content/stats/unified"


def button(page: Page) -> Locator:
    return page.get_by_test_id("gallery-options-stats-info-button")


def popover(page: Page) -> Locator:
    return page.get_by_test_id("gallery-stats-popover")


def asked(troubles: Troubles) -> list[str]:
    return [request.url for request in troubles.requests if STATS in request.url]


def test_hovering_opens_it_and_the_pointer_may_move_onto_it(page: Page, troubles: Troubles) -> None:
    assert asked(troubles) == []
    with page.expect_response(f"**{STATS}"):
        button(page).hover()
    expect(popover(page)).to_be_visible()
    popover(page).get_by_role("link").last.hover()
    page.wait_for_timeout(500)  # longer than it waits for a pointer that has left
    expect(popover(page)).to_be_visible()
    page.mouse.move(1200, 800)
    expect(popover(page)).to_be_hidden()
    assert len(asked(troubles)) == 1


def test_focus_opens_it_and_leaving_closes_it(page: Page) -> None:
    page.get_by_test_id("gallery-search-input").focus()
    page.keyboard.press("Shift+Tab")
    expect(button(page)).to_be_focused()
    expect(popover(page)).to_be_visible()
    for link in popover(page).get_by_role("link").all():  # of each number, and of all of them
        page.keyboard.press("Tab")
        expect(link).to_be_focused()
        expect(popover(page)).to_be_visible()
    page.keyboard.press("Tab")
    expect(popover(page)).to_be_hidden()


def test_a_tap_opens_it_and_another_one_closes_it(open_page: OpenPage, troubles: Troubles) -> None:
    phone = {"width": 360, "height": 740}
    page = open_page(viewport=phone, has_touch=True, is_mobile=True)
    page.get_by_test_id("gallery-options-toggle-button").tap()
    with page.expect_response(f"**{STATS}"):
        button(page).tap()
    expect(popover(page)).to_be_visible()
    expect(page.get_by_test_id("gallery-options-drawer")).to_be_visible()
    button(page).tap()
    expect(popover(page)).to_be_hidden()
    expect(page.get_by_test_id("gallery-options-drawer")).to_be_visible()
    assert len(asked(troubles)) == 1


@pytest.mark.sampled(1)
@pytest.mark.parametrize("way_out", ["Escape", "outside", "button"])
def test_it_stays_when_clicked_until_it_is_closed(page: Page, way_out: str) -> None:
    button(page).click()
    page.mouse.move(1200, 800)
    page.wait_for_timeout(500)
    expect(popover(page)).to_be_visible()
    expect(button(page)).to_have_attribute("aria-expanded", "true")
    if way_out == "Escape":
        page.keyboard.press("Escape")
    elif way_out == "outside":
        page.mouse.click(640, 20)
    else:
        button(page).click()
    expect(popover(page)).to_be_hidden()
    expect(button(page)).to_have_attribute("aria-expanded", "false")


def test_it_says_whose_and_of_when(open_page: OpenPage, site: Site) -> None:
    page = open_page(viewer="ada")
    with page.expect_response(f"**{STATS}?user_id={USERS['ada']}") as answer:
        button(page).click()
    regular, auto = ITEMS["ada"]
    community = [sum(items[source] for items in ITEMS.values()) for source in (0, 1)]
    for part, number in (
        ("user-regular", regular),
        ("user-auto", auto),
        ("community-regular", community[0]),
        ("community-auto", community[1]),
    ):
        expect(page.get_by_test_id(f"gallery-stats-{part}")).to_have_text(str(number))
    expect(popover(page)).to_contain_text("Community means all users, you included.")
    expect(popover(page)).to_contain_text(re.compile(r"As of \w+ \d+, 2\d{3}, \d\d:\d\d:\d\d"))
    expect(popover(page)).to_contain_text("Last checked")
    when = popover(page).locator("[data-moment=as_of]")
    expect(when).to_have_attribute("datetime", answer.value.json()["as_of"])


def test_large_numbers_have_separators_and_no_older_event_replaces_them(
    page: Page, site: Site
) -> None:
    counts = {
        "user_regular_count": 0,
        "user_auto_count": 0,
        "community_regular_count": 1_234_567,
        "community_auto_count": 89_000_000,
        "as_of": "2126-01-01T00:00:00Z",
        "verified_at": None,
    }
    page.route(f"**{STATS}", lambda route: route.fulfill(json=counts))
    button(page).click()
    expect(page.get_by_test_id("gallery-stats-community-regular")).to_have_text("1,234,567")
    expect(page.get_by_test_id("gallery-stats-community-auto")).to_have_text("89,000,000")
    results = sum(map(sum, ITEMS.values())) + len(add_items(site.database, USERS["bo"], 3))
    told = page.get_by_test_id("gallery-options-summary-text")
    expect(told).to_contain_text(f"showing {results} results")  # by an event, of now
    expect(page.get_by_test_id("gallery-stats-community-regular")).to_have_text("1,234,567")


def test_each_opening_reads_again_and_shows_new_writes(page: Page, site: Site) -> None:
    before = sum(regular for regular, _ in ITEMS.values())
    button(page).click()
    expect(page.get_by_test_id("gallery-stats-community-regular")).to_have_text(str(before))
    page.keyboard.press("Escape")
    add_items(site.database, USERS["bo"])
    button(page).click()
    expect(page.get_by_test_id("gallery-stats-community-regular")).to_have_text(str(before + 1))


def test_without_a_response_it_says_so(page: Page, troubles: Troubles) -> None:
    troubles.expected = ("503",)
    page.route(f"**{STATS}", lambda route: route.fulfill(status=503, json={}))
    button(page).click()
    expect(popover(page)).to_contain_text("Could not refresh the counts")
    page.unroute(f"**{STATS}")
    page.keyboard.press("Escape")
    button(page).click()
    expect(popover(page)).not_to_contain_text("Could not refresh the counts")
