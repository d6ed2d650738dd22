"""Rating by click and key: shown at once, said, and as it was if it could not be saved."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenPage, Troubles, open_item
from tests.support.site import USERS, Site

LIST = "/gallery?view=list&size=12"
MEAN = (
    "INSERT INTO ratings (content_id, source_type, user_id, value, creator_id, visibility)"
    " SELECT id, source_type, '{user}', 2, creator_id, visibility FROM content_items_all"
    " RETURNING 1"
)


def star(place: Page | Locator, value: int, test_id: str = "gallery-rate") -> Locator:
    return place.get_by_test_id(test_id).first.get_by_role("radio", name=f"{value} of 5")


def ratings(site: Site, value: int) -> int:
    return site.number("SELECT count(*) FROM ratings WHERE value = :value", value=value)


def test_a_click_rates_and_the_same_star_takes_it_away(open_page: OpenPage, site: Site) -> None:
    page = open_page(LIST, viewer="ada")
    status = page.get_by_test_id("gallery-status")
    star(page, 4).click()
    expect(star(page, 4)).to_be_checked()
    expect(status).to_have_text("Rated 4 of 5. 4 of 5, by 1 user; your rating: 4.")
    expect(page.get_by_test_id("gallery-rated").first).to_contain_text("4 of 5, by 1 user")
    assert ratings(site, 4) == 1
    page.reload()
    expect(star(page, 4)).to_be_checked()
    star(page, 2).click()
    expect(status).to_contain_text("Rated 2 of 5.")
    star(page, 2).click()
    expect(status).to_have_text("Your rating is taken away. Not rated yet.")
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    expect(page.get_by_test_id("gallery-rated").first).to_be_hidden()
    assert site.number("SELECT count(*) FROM ratings") == 0


def test_keys_rate_the_card_with_the_focus(open_page: OpenPage, site: Site) -> None:
    page = open_page("/gallery", viewer="ada")
    status = page.get_by_test_id("gallery-status")
    page.keyboard.press("3")  # no card has the focus yet
    page.keyboard.press("j")
    page.keyboard.press("5")
    expect(status).to_contain_text("Rated 5 of 5.")
    expect(page.locator("[data-card]").first).to_be_focused()
    page.keyboard.press("5")
    expect(status).to_contain_text("Your rating is taken away.")
    page.keyboard.press("1")
    expect(status).to_contain_text("Rated 1 of 5.")
    page.keyboard.press("0")
    expect(status).to_contain_text("Your rating is taken away.")
    assert site.number("SELECT count(*) FROM ratings") == 0


def test_keys_rate_the_item_also_on_the_full_screen(open_page: OpenPage, site: Site) -> None:
    page = open_page("/gallery", viewer="ada")
    open_item(page)
    status = page.get_by_test_id("gallery-item-status")
    page.keyboard.press("F")
    expect(page.get_by_test_id("gallery-rate-full")).to_be_visible()
    page.keyboard.press("4")
    expect(star(page, 4, "gallery-rate-full")).to_be_checked()
    expect(status).to_contain_text("Rated 4 of 5.")
    page.keyboard.press("j")
    expect(star(page, 4, "gallery-rate-full")).not_to_be_checked()
    page.keyboard.press("k")
    expect(star(page, 4, "gallery-rate-full")).to_be_checked()
    page.keyboard.press("F")
    expect(page.get_by_test_id("gallery-rate-full")).to_be_hidden()
    page.keyboard.press("+")
    page.keyboard.press("0")  # when zoomed in: the whole picture
    expect(star(page, 4)).to_be_checked()
    page.keyboard.press("0")
    expect(status).to_contain_text("Your rating is taken away.")
    assert site.number("SELECT count(*) FROM ratings") == 0


def test_of_many_quick_ratings_the_last_is_kept(open_page: OpenPage, site: Site) -> None:
    page = open_page(LIST, viewer="ada")
    page.keyboard.press("j")
    for key in "1234512345":
        page.keyboard.press(key)
    expect(page.get_by_test_id("gallery-status")).to_contain_text("Rated 5 of 5.")
    expect(star(page, 5)).to_be_checked()
    assert (site.number("SELECT count(*) FROM ratings"), ratings(site, 5)) == (1, 1)


def test_what_cannot_be_saved_is_as_it_was(
    open_page: OpenPage, site: Site, troubles: Troubles
) -> None:
    troubles.expected = ("503", "Failed to load resource")
    page = open_page(LIST, viewer="ada")
    status = page.get_by_test_id("gallery-status")
    star(page, 2).click()
    expect(status).to_contain_text("Rated 2 of 5.")

    def refuse(route: Route) -> None:
        expect(star(page, 5)).to_be_checked()  # at once, before it is saved
        route.fulfill(status=503)

    page.route("**/rating", refuse)
    star(page, 5).click()
    expect(status).to_contain_text("The rating was not saved, and is as it was.")
    expect(star(page, 2)).to_be_checked()
    page.unroute("**/rating")
    star(page, 5).click()
    expect(status).to_contain_text("Rated 5 of 5.")
    assert ratings(site, 5) == 1


def test_arrows_move_among_the_stars(open_page: OpenPage, site: Site) -> None:
    page = open_page(LIST, viewer="ada")
    star(page, 3).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(star(page, 4)).to_be_focused()
    expect(page.get_by_test_id("gallery-status")).to_contain_text("Rated 4 of 5.")
    assert ratings(site, 4) == 1


@pytest.mark.parametrize("way", ["/gallery?view=list", "item"])
def test_without_script_there_is_a_button(open_page: OpenPage, site: Site, way: str) -> None:
    page = open_page(LIST, viewer="ada", java_script_enabled=False)
    if way == "item":
        page.locator("[data-card]").first.click()
    form: Any = page.get_by_test_id("gallery-rate").first
    form.get_by_role("radio", name="3 of 5").check()
    form.get_by_role("button", name="Rate").click()
    expect(star(page, 3)).to_be_checked()
    assert ratings(site, 3) == 1
    page.get_by_test_id("gallery-rate").first.get_by_role("button", name="Take away").click()
    assert site.number("SELECT count(*) FROM ratings") == 0


def test_visitors_see_the_mean(open_page: OpenPage, site: Site) -> None:
    site.number(f"WITH done AS ({MEAN.format(user=USERS['bo'])}) SELECT count(*) FROM done")
    page = open_page(LIST)
    expect(page.get_by_test_id("gallery-rated").first).to_contain_text("2 of 5, by 1 user")
    expect(page.get_by_role("radio")).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("5")
    page.locator("#sort").select_option("rated")
    expect(page.get_by_test_id("gallery-rated").first).to_be_visible()
    assert ratings(site, 5) == 0
