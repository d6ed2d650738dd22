"""Tags on an item's page: with completion by keyboard, mouse and finger, and without a script."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenPage, Troubles, hold, is_held
from tests.browser.test_accessibility import violations
from tests.support.rows import add_tag, run, scalar
from tests.support.site import USERS, Site

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NAMES = "SELECT name FROM tags JOIN content_tags ON tag_id = id WHERE content_id = %s ORDER BY name"


@pytest.fixture
def item(site: Site) -> int:
    """One of Ada's, with the tag `sea` alone; others have some that begin alike."""
    mine = "SELECT min(id) FROM content_items_all WHERE creator_id = %s"
    found = int(scalar(site.database, mine, USERS["ada"]))
    run(site.database, "DELETE FROM content_tags WHERE content_id = %s", found)
    newest = "SELECT id FROM content_items_all ORDER BY id DESC LIMIT 9"
    others = [one for (one,) in run(site.database, newest)]
    run(
        site.database,
        "INSERT INTO content_tags (content_id, source_type, tag_id) SELECT item.id, source_type,"
        " tags.id FROM content_items_all AS item, tags WHERE item.id = %s AND name = 'sea'",
        found,
    )
    for number, name in enumerate(("lighthouse", "light", "lilac"), 1):
        add_tag(site.database, name, others[: number * 2])
    return found


@pytest.fixture
def page(open_page: OpenPage, item: int) -> Page:
    return open_page(f"/gallery/items/{item}", viewer="ada")


def field(page: Page) -> Locator:
    return page.get_by_label("Add a tag")


def options(page: Page, name: str = "") -> Locator:
    return page.get_by_test_id("completes-list").get_by_role("option", name=name or None)


def chips(page: Page) -> list[str]:
    return [
        re.sub(r"\s+", " ", one).strip()
        for one in page.get_by_test_id("gallery-item-tag").all_inner_texts()
    ]


def status(page: Page) -> Locator:
    return page.get_by_test_id("gallery-item-status")


def number(site: Site, name: str) -> int:
    carried = "SELECT count(*) FROM content_tags JOIN tags ON id = tag_id WHERE name = :name"
    return site.number(carried, name=name)


def test_a_tag_is_completed_and_added_by_keyboard(page: Page, site: Site, item: int) -> None:
    page.evaluate("window.same = true")
    field(page).focus()
    page.keyboard.type("Li")
    found = options(page)
    expect(found).to_have_text(
        [re.compile(name) for name in ("lilac 6", "light 4", "lighthouse 2")]
    )
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[data-completed]")).to_have_text("3 tags begin so.")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(found.nth(1)).to_have_attribute("aria-selected", "true")
    expect(field(page)).to_have_attribute("aria-activedescendant", "tag-list-1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(field(page)).to_have_attribute("aria-activedescendant", "tag-list-2")
    assert violations(page) == []
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text("light: added, on 5 pictures.")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("")
    expect(found).to_have_count(0)
    assert chips(page) == ["light on 5 pictures", f"sea on {number(site, 'sea')} pictures"]
    assert run(site.database, NAMES, item) == [("light",), ("sea",)]
    assert page.evaluate("window.same"), "it is still the same page"


def test_a_new_name_makes_a_new_tag_and_twice_is_once(page: Page, site: Site, item: int) -> None:
    field(page).fill(" Harbour  TOWN ")
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text("harbour town: added, on 1 picture.")
    field(page).fill("harbour town")
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text("The picture has this tag already.")
    assert run(site.database, NAMES, item) == [("harbour town",), ("sea",)]


def test_a_name_is_completed_that_grows_while_a_response_is_on_its_way(page: Page) -> None:
    held = hold(page, "**/suggestions?begins=li")
    field(page).focus()
    page.keyboard.type("li")
    is_held(page, held)
    page.keyboard.type("gh")
    expect(options(page)).to_have_text([re.compile("light 4"), re.compile("lighthouse 2")])


def test_escape_closes_the_list_and_the_name_stays(page: Page) -> None:
    field(page).focus()
    page.keyboard.type("li")
    expect(options(page)).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field(page)).to_have_value("li")
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(options(page)).to_have_count(3)
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()
    field(page).fill("zzz")
    expect(page.locator("[data-completed]")).to_have_text("No other tag begins so.")
    page.keyboard.type("j")
    expect(field(page)).to_have_value("zzzj")


def test_removing_one_leads_to_the_next(page: Page, site: Site, item: int) -> None:
    for name in ("ash", "zinc"):
        field(page).fill(name)
        page.keyboard.press("Enter")
        expect(status(page)).to_have_text(f"{name}: added, on 1 picture.")
    before = number(site, "sea")
    page.get_by_role("button", name="Remove the tag sea").press("Enter")
    expect(status(page)).to_have_text("sea: removed.")
    expect(page.get_by_role("button", name="Remove the tag zinc")).to_be_focused()
    assert number(site, "sea") == before - 1
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove the tag ash")).to_be_focused()
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()
    expect(page.get_by_text("None yet.")).to_be_visible()
    assert run(site.database, NAMES, item) == []
    assert violations(page) == []


def test_what_is_wrong_is_said_at_the_field(page: Page, troubles: Troubles) -> None:
    troubles.expected = ("422",)
    field(page).evaluate("(one) => { one.maxLength = 1000; }")
    field(page).fill("x" * 300)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("longer than 255 characters")
    expect(field(page)).to_have_attribute("aria-invalid", "true")
    expect(field(page)).to_have_value("x" * 300)
    assert violations(page) == []
    field(page).fill("short")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(status(page)).to_have_text("short: added, on 1 picture.")


def test_on_a_phone_by_finger(open_page: OpenPage, site: Site, item: int) -> None:
    page = open_page(f"/gallery/items/{item}", viewer="ada", **PHONE)
    field(page).tap()
    page.keyboard.type("ligh")
    option = options(page, "lighthouse")
    expect(option).to_be_in_viewport()
    assert option.bounding_box()["height"] >= 44  # type: ignore[index]
    option.tap()
    expect(status(page)).to_have_text("lighthouse: added, on 3 pictures.")
    page.get_by_role("button", name="Remove the tag lighthouse").tap()
    expect(status(page)).to_have_text("lighthouse: removed.")
    assert run(site.database, NAMES, item) == [("sea",)]


def test_it_works_without_suggestions(
    page: Page, site: Site, item: int, troubles: Troubles
) -> None:
    troubles.expected = ("net::ERR_FAILED",)

    def fail(route: Route) -> None:
        route.abort()

    page.route("**/tags/suggestions*", fail)
    field(page).focus()
    page.keyboard.type("lilac")
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text("lilac: added, on 7 pictures.")
    assert run(site.database, NAMES, item) == [("lilac",), ("sea",)]


def test_it_works_without_a_script(open_page: OpenPage, site: Site, item: int) -> None:
    page = open_page(f"/gallery/items/{item}", viewer="ada", java_script_enabled=False)
    field(page).fill("Lilac")
    page.get_by_test_id("gallery-item-tag-add").click()
    expect(page.get_by_test_id("gallery-item-tags-said")).to_have_text("The tag has been added.")
    assert chips(page) == ["lilac on 7 pictures", f"sea on {number(site, 'sea')} pictures"]
    page.get_by_role("button", name="Remove the tag sea").click()
    expect(page.get_by_test_id("gallery-item-tags-said")).to_have_text("The tag has been removed.")
    assert run(site.database, NAMES, item) == [("lilac",)]


def test_others_see_the_tags_and_no_form(open_page: OpenPage, item: int) -> None:
    page = open_page(f"/gallery/items/{item}", viewer="bo")
    expect(page.get_by_test_id("gallery-item-tag")).to_have_count(1)
    expect(field(page)).to_have_count(0)
