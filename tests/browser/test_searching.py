"""Searching, tags, empty pages: what is asked for is in the address, and the way out is offered."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Troubles
from tests.browser.test_sources import page_to_the_end, summary
from tests.support.site import TAGS, Site

ALL_OFF = "?notGenSource=your-g,your-ag,comm-g,comm-ag"
CARRY = (
    "SELECT count(*) FROM content_items_all AS item WHERE ("
    " SELECT count(*) FROM content_tags JOIN tags ON tags.id = tag_id"
    " WHERE content_id = item.id AND name = ANY(:names)"
    ") "
)
# Address, why nothing is there, the way out, and where it leads.
WAYS_OUT = (
    ("?search=zebra", "match “zebra”", "Clear the search", ""),
    ("?search=fox&tags=zebra", "have the tag “zebra”", "Clear the tags", "?search=fox"),
    (
        "?notGenSource=comm-g,comm-ag",
        "an anonymous viewer has none",
        "Switch all four sources on",
        "",
    ),
    (ALL_OFF, "All four sources are switched off", "Switch all four sources on", ""),
    ("?p=99", "The list ends before this page", "Go to the first page", ""),
)


def test_words_and_phrases(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    for search, sql in (
        ("lighthouse", "prompt LIKE '%lighthouse%'"),
        ("ada fox", "prompt LIKE '%ada%' AND prompt LIKE '%fox%'"),
        ('"tea house by bo"', "prompt LIKE '%tea house by bo%'"),
    ):
        page.get_by_test_id("gallery-search-input").fill(search)
        page.get_by_test_id("gallery-search-button").click()
        expect(page.get_by_test_id("gallery-filter-chips")).to_contain_text(search)
        expected = site.number(f"SELECT count(*) FROM content_items_all WHERE {sql}")
        assert summary(page) == expected > 0
        assert len(page_to_the_end(page)) == expected
    page.get_by_test_id("gallery-filter-chips").get_by_role("link").click()
    page.wait_for_url("**/gallery")


@pytest.mark.long
def test_tags_narrow_or_widen(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    page.get_by_test_id("gallery-facet-tag").get_by_role("link", name=TAGS[0]).click()
    page.wait_for_url("**/gallery?tags=sea")
    assert summary(page) == site.number(CARRY + "= 1", names=[TAGS[0]])
    page.get_by_test_id("gallery-facet-tag").get_by_role("link", name=TAGS[2]).click()
    page.wait_for_url("**/gallery?tags=oil+painting,sea")
    names = [TAGS[0], TAGS[2]]
    assert summary(page) == site.number(CARRY + "= 2", names=names)
    page.get_by_label("any of them").check()
    page.wait_for_url("**match=any")
    assert summary(page) == site.number(CARRY + "> 0", names=names)
    assert len(page_to_the_end(page)) == summary(page)


def test_a_rare_tag_stays_chosen(open_page: OpenPage) -> None:
    page = open_page("/gallery?tags=nobody+has+this")
    box = page.get_by_test_id("gallery-tags").get_by_label("nobody has this")
    expect(box).to_be_checked()
    page.get_by_test_id("gallery-sort-select").select_option("best")
    page.wait_for_url("**/gallery?tags=nobody+has+this&sort=best")


def test_empty_pages_say_why_and_offer_the_way_out(open_page: OpenPage) -> None:
    page = open_page()
    for address, why, way, leads_to in WAYS_OUT:
        page.goto(f"/gallery{address}")
        empty = page.get_by_test_id("gallery-results-empty")
        expect(empty).to_contain_text(why)
        expect(page.get_by_test_id("gallery-grid-empty")).to_be_visible()
        empty.get_by_role("link", name=way).click()
        page.wait_for_url(f"**/gallery{leads_to}")
        expect(page.get_by_test_id("gallery-grid-item").first).to_be_visible()


def test_an_item_leads_to_others_with_its_tag(open_page: OpenPage, site: Site) -> None:
    tagged = site.number("SELECT min(content_id) FROM content_tags")
    page = open_page(f"/gallery/items/{tagged}")
    page.get_by_test_id("gallery-item-tag").first.get_by_role("link").click()
    page.wait_for_url("**/gallery?tags=*")
    expect(page.get_by_test_id("gallery-grid-item").first).to_be_visible()


def test_a_foreign_cursor_is_refused_with_a_page(open_page: OpenPage, troubles: Troubles) -> None:
    troubles.expected = ("400",)
    page = open_page("/gallery?cursor=forged")
    expect(page.get_by_test_id("gallery-error")).to_contain_text("400")
    page.get_by_role("link", name="To the gallery").click()
    page.wait_for_url("**/gallery")
