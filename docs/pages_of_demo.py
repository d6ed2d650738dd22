"""The screenshots of the demo, whose pictures are drawn, and of a gallery without any."""

from typing import Final

from playwright.sync_api import Page

from docs.screens import DARK, LOWER, PHONE, WIDE, Shot


def as_first(page: Page) -> None:
    """Look as the one who has made most."""
    page.get_by_test_id("gallery-viewer-select").select_option(index=1)
    page.locator("#viewer option[selected]").wait_for(state="attached")


def with_counts(page: Page) -> None:
    """The counts open."""
    as_first(page)
    page.get_by_test_id("gallery-options-stats-info-button").click()


def with_options(page: Page) -> None:
    """The drawer open."""
    page.get_by_test_id("gallery-options-toggle-button").tap()


def to_an_own_item(page: Page) -> None:
    """An item of one's own."""
    as_first(page)
    page.locator("[data-card]").nth(3).click()


def to_an_item(page: Page) -> None:
    """An item in the middle of a list."""
    page.locator("[data-card]").nth(5).click()
    page.wait_for_url("**/gallery/items/*")


def to_a_creator(page: Page) -> None:
    """The creator of the first item."""
    page.locator(".card__creator").first.click()
    page.wait_for_url("**/gallery/creators/*")


DEMO: Final = {
    "gallery-light": Shot("/gallery?sort=best", WIDE, as_first),
    "gallery-dark": Shot("/gallery?tags=japan", LOWER | DARK, as_first),
    "counts": Shot("/gallery", LOWER, with_counts),
    "list": Shot("/gallery?search=lighthouse&view=list", WIDE),
    "empty": Shot("/gallery?search=lighthouse+zebra&notGenSource=comm-g", WIDE),
    "item": Shot("/gallery?notGenSource=comm-g,comm-ag&sort=oldest", WIDE, to_an_own_item),
    "item-dark": Shot("/gallery?sort=best", LOWER | DARK, to_an_item),
    "creator": Shot("/gallery?sort=best&density=small", WIDE, to_a_creator),
    "stats": Shot("/gallery/stats", {"viewport": {"width": 1280, "height": 1400}}),
    "phone": Shot("/gallery?sort=title", PHONE),
    "phone-item": Shot("/gallery?sort=best", PHONE | DARK, to_an_item),
    "phone-options": Shot("/gallery", PHONE | DARK, with_options),
}
UNFILLED: Final = {"new": Shot("/gallery", LOWER)}
