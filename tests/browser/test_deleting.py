"""Deleting one's own item, and taking it back: the numbers follow at once."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Troubles, choose_viewer, open_item
from tests.browser.test_sources import popover, summary
from tests.support.site import ITEMS, USERS, Site

EVERYTHING = """
SELECT md5(string_agg(item::text, E'\\n' ORDER BY item.id) || (
    SELECT string_agg(content_tags::text, E'\\n' ORDER BY content_id, tag_id) FROM content_tags))
FROM content_items_all AS item
"""


def content(site: Site) -> str:
    """All items and their tags, in one word."""
    with site.database.transaction() as session:
        return str(session.connection().exec_driver_sql(EVERYTHING).scalar_one())


def delete_first(page: Page) -> int:
    """Delete the first item of the list; returns its number."""
    number = int(page.get_by_test_id("gallery-grid-item").first.get_attribute("data-id") or 0)
    open_item(page)
    page.get_by_text("Delete …").click()
    page.get_by_test_id("gallery-item-delete-button").click()
    page.wait_for_url(f"**deleted={number}")
    return number


def test_delete_and_undo(open_page: OpenPage, site: Site) -> None:
    page = open_page("/gallery?notGenSource=comm-g,comm-ag&size=12", viewer="ada")
    before, untouched = popover(page), content(site)
    assert summary(page) == sum(ITEMS["ada"])

    number = delete_first(page)
    expect(page.get_by_test_id("gallery-notice")).to_contain_text("is deleted")
    assert summary(page) == sum(ITEMS["ada"]) - 1
    after = popover(page)
    assert sum(after.values()) == sum(before.values()) - 2  # from ada's, and from the community's
    assert site.number("SELECT count(*) FROM content_items_all WHERE id = :id", id=number) == 0

    page.get_by_test_id("gallery-undo-button").click()
    page.wait_for_url(f"**/gallery?notGenSource=comm-g,comm-ag&size=12&restored={number}")
    assert summary(page) == sum(ITEMS["ada"])
    assert popover(page) == before
    assert content(site) == untouched
    page.get_by_role("link", name="View it").click()
    page.wait_for_url(f"**/gallery/items/{number}*")


def test_confirming_is_a_step_of_its_own(open_page: OpenPage, site: Site) -> None:
    page = open_page("/gallery?notGenSource=comm-g,comm-ag", viewer="ada")
    open_item(page)
    expect(page.get_by_test_id("gallery-item-delete-button")).to_be_hidden()


@pytest.mark.parametrize("viewer", [None, "cy"])
def test_a_viewer_cannot_delete_the_item_of_another_user(
    open_page: OpenPage, site: Site, viewer: str | None
) -> None:
    ada = site.number(
        "SELECT min(id) FROM content_items_all WHERE creator_id = :id", id=USERS["ada"]
    )
    page = open_page(f"/gallery/items/{ada}", viewer=viewer)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_test_id("gallery-item-delete")).to_have_count(0)


@pytest.mark.long
def test_only_the_user_who_deleted_can_undo(open_page: OpenPage) -> None:
    page = open_page("/gallery?notGenSource=comm-g,comm-ag", viewer="ada")
    number = delete_first(page)
    choose_viewer(page, "bo")
    page.goto(f"/gallery?deleted={number}")
    expect(page.get_by_test_id("gallery-undo-button")).to_have_count(0)


def test_an_undo_that_is_late_says_so(open_page: OpenPage, site: Site, troubles: Troubles) -> None:
    troubles.expected = ("404",)
    page = open_page("/gallery?notGenSource=comm-g,comm-ag", viewer="ada")
    delete_first(page)
    site.number(
        "WITH late AS (UPDATE deleted_items SET deleted_at = now() - interval '11 minutes' "
        "RETURNING 1) SELECT count(*) FROM late"
    )
    page.get_by_test_id("gallery-undo-button").click()
    expect(page.get_by_test_id("gallery-error")).to_contain_text("Nothing to undo")
    page.go_back()
    page.reload()
    expect(page.get_by_test_id("gallery-notice")).to_have_count(0)
