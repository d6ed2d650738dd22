"""The four switches: what the summary says, what the popover adds up to, what is there, and SQL."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.support.site import COMBINATIONS, SWITCHES, Site, arithmetic

NAMES = {
    "your-g": "Your gens",
    "your-ag": "Your auto-gens",
    "comm-g": "Community gens",
    "comm-ag": "Community auto-gens",
}
LABELS = {
    "your-g": "gallery-toggle-your-gens-label",
    "your-ag": "gallery-toggle-your-autogens-label",
    "comm-g": "gallery-toggle-community-gens-label",
    "comm-ag": "gallery-toggle-community-autogens-label",
}


def summary(page: Page) -> int:
    """The number of results that the sentence tells."""
    text = page.get_by_test_id("gallery-options-summary-text").inner_text()
    found = re.fullmatch(r"(?:([\d,]+) pages? showing )?([\d,]+) results? matching filters\.", text)
    assert found, text
    return int(found[2].replace(",", ""))


def popover(page: Page) -> dict[str, int]:
    """Its four numbers, freshly asked for."""
    with page.expect_response("**/api/v1/content/stats/unified*"):
        page.get_by_test_id("gallery-options-stats-info-button").click()
    parts = {
        "your-g": "user-regular",
        "your-ag": "user-auto",
        "comm-g": "community-regular",
        "comm-ag": "community-auto",
    }
    found = {
        key: int(page.get_by_test_id(f"gallery-stats-{part}").inner_text().replace(",", ""))
        for key, part in parts.items()
    }
    page.keyboard.press("Escape")
    return found


def page_to_the_end(page: Page) -> list[int]:
    """The ids of all items, page after page."""
    found: list[int] = []
    while True:
        cards = page.get_by_test_id("gallery-grid-item").all()
        found += [int(card.get_attribute("data-id") or 0) for card in cards]
        forward = page.get_by_test_id("gallery-pagination-next")
        if not forward.count() or forward.is_disabled():
            return found
        forward.click()
        expect(page.locator("#main:not([aria-busy])")).to_be_attached()


def switched(page: Page) -> tuple[str, ...]:
    return tuple(
        key
        for key in SWITCHES
        if page.get_by_role("switch", name=NAMES[key], exact=True).is_checked()
    )


def test_each_switch_alone(open_page: OpenPage, site: Site) -> None:
    page = open_page("/gallery?size=12", viewer="ada")
    assert switched(page) == SWITCHES
    for key in SWITCHES:
        page.get_by_test_id(LABELS[key]).click()
        page.wait_for_url(f"**notGenSource={key}*")
        on = switched(page)
        assert set(on) == set(SWITCHES) - {key}
        assert summary(page) == len(site.matching(on, "ada"))
        page.get_by_test_id(LABELS[key]).click()
        page.wait_for_url(lambda url: "notGenSource" not in url)
        assert summary(page) == len(site.matching(SWITCHES, "ada"))


@pytest.mark.long
def test_all_combinations_agree(open_page: OpenPage, site: Site) -> None:
    """For all viewers, and to the last page of each: tests/integration/pages/test_sources.py."""
    page = open_page(viewer="ada")
    # Not the subject here, and by far the most of what is asked for.
    page.route(
        "**/gallery/pictures/*", lambda route: route.fulfill(content_type="image/svg+xml", body="")
    )
    for on in COMBINATIONS:
        off = ",".join(key for key in SWITCHES if key not in on)
        page.goto(f"/gallery?size=12&notGenSource={off}")
        assert switched(page) == on
        expected = site.matching(on, "ada")
        assert summary(page) == len(expected), on
        assert arithmetic(popover(page), on) == len(expected), on


@pytest.mark.long
def test_paging_to_the_end_meets_every_item_once(open_page: OpenPage, site: Site) -> None:
    found = page_to_the_end(open_page("/gallery?size=12&notGenSource=your-g", viewer="ada"))
    assert len(found) == len(set(found))
    assert set(found) == site.matching(("your-ag", "comm-g", "comm-ag"), "ada")


def test_without_a_viewer_two_switches_are_disabled_and_say_why(page: Page) -> None:
    for key in ("your-g", "your-ag"):
        switch = page.get_by_role("switch", name=NAMES[key], exact=True)
        expect(switch).to_be_disabled()
        expect(switch).to_have_accessible_description(re.compile("choose a user"))
    for key in ("comm-g", "comm-ag"):
        expect(page.get_by_role("switch", name=NAMES[key], exact=True)).to_be_enabled()


def test_a_viewer_keeps_what_was_switched_before_being_one(open_page: OpenPage) -> None:
    page = open_page("/gallery?notGenSource=your-ag")
    page.get_by_test_id(LABELS["comm-g"]).click()
    page.wait_for_url("**notGenSource=your-ag,comm-g")


def test_changing_a_filter_begins_at_the_first_page(open_page: OpenPage) -> None:
    page = open_page("/gallery?size=12&p=3")
    page.get_by_test_id(LABELS["comm-g"]).click()
    page.wait_for_url("**/gallery?notGenSource=comm-g&size=12")
    page.get_by_test_id("gallery-pagination-next").click()
    page.wait_for_url("**cursor=*")
    page.get_by_test_id("gallery-sort-select").select_option("title")
    page.wait_for_url("**/gallery?notGenSource=comm-g&sort=title&size=12")


def test_a_switch_keeps_the_focus(open_page: OpenPage) -> None:
    page = open_page(viewer="ada")
    page.get_by_role("switch", name="Your auto-gens").focus()
    page.keyboard.press("Space")
    page.wait_for_url("**notGenSource=your-ag")
    expect(page.get_by_role("switch", name="Your auto-gens")).to_be_focused()
    page.keyboard.press("Space")
    page.wait_for_url("**/gallery")
    expect(page.get_by_role("switch", name="Your auto-gens")).to_be_checked()
