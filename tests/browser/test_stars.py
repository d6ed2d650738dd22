"""Stars: at once by click and key, put back if the gallery refuses, and without script."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenPage, Troubles, open_item
from tests.support.rows import run
from tests.support.site import USERS, Site

LIST = "/gallery?sort=title&size=96"
PRESSED = {True: "true", False: "false"}


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page(LIST, viewer="ada")


def card(page: Page, number: int) -> Locator:
    return page.get_by_test_id("gallery-grid-item").nth(number)


def star(place: Locator | Page) -> Locator:
    return place.get_by_test_id("gallery-star")


def is_starred(place: Locator | Page, *, on: bool) -> None:
    expect(star(place)).to_have_attribute("aria-pressed", PRESSED[on])


def favourites(site: Site, name: str = "ada") -> int:
    return site.number("SELECT count(*) FROM bookmarks WHERE user_id = :id", id=USERS[name])


def number(page: Page) -> Locator:
    return page.get_by_test_id("gallery-favourites-number")


def said(page: Page) -> Locator:
    return page.locator("[data-said]")


def test_a_click_stars_and_another_one_undoes_it(page: Page, site: Site) -> None:
    title = card(page, 2).locator("[data-card]").inner_text()
    expect(number(page)).to_have_text("0")
    card(page, 2).hover()
    star(card(page, 2)).click()
    is_starred(card(page, 2), on=True)
    expect(said(page)).to_have_text(f"Added to your favourites: {title}")
    expect(number(page)).to_have_text("1")
    assert favourites(site) == 1
    star(card(page, 2)).click()
    is_starred(card(page, 2), on=False)
    expect(said(page)).to_contain_text(f"Removed from your favourites: {title}")
    expect(number(page)).to_have_text("0")
    assert favourites(site) == 0
    assert page.url.endswith(LIST)


def test_the_key_stars_what_has_the_focus_or_is_below_the_pointer(page: Page, site: Site) -> None:
    page.keyboard.press("f")  # nothing has the focus
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("f")
    is_starred(card(page, 1), on=True)
    expect(number(page)).to_have_text("1")
    page.evaluate("document.activeElement.blur()")
    card(page, 4).hover()
    page.keyboard.press("f")
    is_starred(card(page, 4), on=True)
    expect(number(page)).to_have_text("2")
    assert favourites(site) == 2


def test_pressed_again_and_again_the_last_press_counts(page: Page, site: Site) -> None:
    page.keyboard.press("j")
    for _ in range(5):
        page.keyboard.press("f")
    is_starred(card(page, 0), on=True)
    expect(number(page)).to_have_text("1")
    assert favourites(site) == 1


def test_in_the_viewer_and_in_full_screen(page: Page, site: Site) -> None:
    open_item(page)
    page.keyboard.press("F")
    page.wait_for_function("document.fullscreenElement")
    page.keyboard.press("f")
    is_starred(page, on=True)
    expect(star(page)).to_be_visible()
    page.keyboard.press("j")
    is_starred(page, on=False)
    page.keyboard.press("k")
    is_starred(page, on=True)
    assert page.evaluate("Boolean(document.fullscreenElement)")
    page.keyboard.press("F")
    page.get_by_test_id("gallery-item-back").click()
    is_starred(card(page, 0), on=True)
    expect(number(page)).to_have_text("1")


def test_a_star_that_the_gallery_refuses_is_put_back(
    page: Page, site: Site, troubles: Troubles
) -> None:
    troubles.expected = ("Failed to load resource",)

    def refuse(route: Route) -> None:
        route.abort()

    page.route("**/favourite", refuse)
    page.keyboard.press("j")
    page.keyboard.press("f")
    expect(said(page)).to_have_text("The gallery did not take it: try again in a moment.")
    expect(said(page)).to_be_visible()
    is_starred(card(page, 0), on=False)
    page.unroute("**/favourite")
    run(site.database, "DELETE FROM content_items_all WHERE title = %s", first_title(page))
    page.keyboard.press("f")
    expect(said(page)).to_have_text("This picture is not there any more.")
    is_starred(card(page, 0), on=False)


def first_title(page: Page) -> str:
    return card(page, 0).locator("[data-card]").inner_text()


def test_the_albums_that_it_left_come_back_with_it(page: Page, site: Site) -> None:
    star(card(page, 0)).click()
    expect(number(page)).to_have_text("1")
    album = "INSERT INTO bookmark_categories (user_id, name) VALUES (%s, 'Sea') RETURNING id"
    [[album_id]] = run(site.database, album, USERS["ada"])
    put = "INSERT INTO bookmark_category_members (bookmark_id, category_id)"
    run(site.database, f"{put} SELECT id, %s FROM bookmarks", album_id)
    star(card(page, 0)).click()
    expect(said(page)).to_contain_text("Removed from your favourites, and from 1 album")
    star(card(page, 0)).click()
    expect(said(page)).to_contain_text("Added to your favourites")
    assert site.number("SELECT count(*) FROM bookmark_category_members") == 1


def test_another_list_shows_what_is_true_there(page: Page, site: Site) -> None:
    page.keyboard.press("j")
    page.keyboard.press("f")
    expect(number(page)).to_have_text("1")
    run(site.database, "DELETE FROM bookmarks")
    page.get_by_test_id("gallery-view-links").get_by_text("List").click()
    expect(page.get_by_test_id("gallery-list-item").first).to_be_visible()
    is_starred(page.get_by_test_id("gallery-list-item").first, on=False)
    expect(number(page)).to_have_text("0")


def test_without_script_it_leads_back_to_the_same_place(open_page: OpenPage, site: Site) -> None:
    page = open_page("/gallery?sort=title&size=12&p=2", viewer="ada", java_script_enabled=False)
    item_id = card(page, 3).get_attribute("data-id")
    star(card(page, 3)).click()
    page.wait_for_url(f"**/gallery?sort=title&size=12&p=2#item-{item_id}")
    is_starred(card(page, 3), on=True)
    assert favourites(site) == 1
    open_item(page, 3)
    is_starred(page, on=True)
    where = page.url
    star(page).click()
    page.wait_for_url(where)
    is_starred(page, on=False)
    assert favourites(site) == 0


def test_a_visitor_has_no_stars(open_page: OpenPage) -> None:
    page = open_page(LIST)
    expect(page.get_by_test_id("gallery-grid-item")).not_to_have_count(0)
    expect(star(page)).to_have_count(0)
    expect(page.get_by_test_id("gallery-favourites-way")).to_have_count(0)
