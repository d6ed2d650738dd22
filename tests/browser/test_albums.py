"""Albums: made, filled, arranged, edited, shared by a link and deleted; and all without script."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage, Troubles, settle
from tests.browser.test_stars import card, is_starred, said
from tests.support.rows import run, scalar
from tests.support.site import USERS, Site

LIST = "/gallery?sort=title&size=96"
COUNT = "SELECT count(*) FROM bookmark_category_members WHERE category_id = %s"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page(LIST, viewer="ada")


def add_album(site: Site, name: str, *titles: str, owner: str = "ada") -> str:
    """An album with these items, without the pages."""
    run(
        site.database,
        "INSERT INTO bookmarks (user_id, content_id, source_type)"
        " SELECT %s, id, source_type FROM content_items_all WHERE title = ANY (%s)",
        USERS[owner],
        list(titles),
    )
    album: object = scalar(
        site.database,
        "INSERT INTO bookmark_categories (user_id, name) VALUES (%s, %s) RETURNING id",
        USERS[owner],
        name,
    )
    run(
        site.database,
        "INSERT INTO bookmark_category_members (bookmark_id, category_id)"
        " SELECT bookmarks.id, %s FROM bookmarks JOIN content_items_all AS item"
        " ON item.id = content_id WHERE user_id = %s AND title = ANY (%s)",
        album,
        USERS[owner],
        list(titles),
    )
    return str(album)


def ways(place: Locator | Page) -> Locator:
    return place.get_by_test_id("gallery-albums-way")


def choice(page: Page) -> Locator:
    return page.get_by_role("dialog")


def titles(page: Page) -> list[str]:
    return page.locator("[data-card]").all_inner_texts()


def test_a_new_album_from_a_card_by_keyboard(page: Page, site: Site) -> None:
    page.keyboard.press("j")
    page.keyboard.press("b")
    expect(choice(page)).to_be_visible()
    expect(choice(page)).to_have_accessible_name(re.compile("^Albums of"))
    page.get_by_label("New album").fill("Sea")
    page.keyboard.press("Enter")
    expect(choice(page)).to_have_count(0)
    is_starred(card(page, 0), on=True)
    expect(said(page)).to_contain_text("is in 1 album now.")
    assert site.number("SELECT count(*) FROM bookmark_category_members") == 1
    page.keyboard.press("b")
    box = choice(page).get_by_label("Sea")
    expect(box).to_be_checked()
    box.uncheck()
    page.get_by_test_id("gallery-album-choice-save").click()
    expect(said(page)).to_contain_text("is in no album now.")
    is_starred(card(page, 0), on=True)
    assert site.number("SELECT count(*) FROM bookmark_category_members") == 0


def test_a_name_that_is_taken_is_said_in_the_window(
    page: Page, site: Site, troubles: Troubles
) -> None:
    troubles.expected = ("status of 409",)
    add_album(site, "Sea")
    page.keyboard.press("j")
    page.keyboard.press("b")
    page.get_by_label("New album").fill("Sea")
    page.keyboard.press("Enter")
    expect(page.locator("[data-choice-said]")).to_contain_text("There is an album named 'Sea'")
    page.keyboard.press("Escape")
    expect(choice(page)).to_have_count(0)
    expect(card(page, 0).locator("[data-card]")).to_be_focused()


def test_an_album_is_a_list_like_the_gallery(page: Page, site: Site) -> None:
    found = titles(page)[:5]
    album = add_album(site, "Sea", *found)
    page.goto("/gallery/albums")
    expect(page.get_by_test_id("gallery-album-number")).to_have_text("5")
    page.get_by_test_id("gallery-album").get_by_role("link", name="Sea").click()
    page.wait_for_url(f"**/gallery/albums/{album}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sea")
    assert sorted(titles(page)) == sorted(found)
    page.get_by_test_id("gallery-sort-select").select_option("title")
    page.wait_for_url(f"**/gallery/albums/{album}?sort=title")
    assert titles(page) == found
    page.locator("#search").fill(f'"{found[0]}"')
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("gallery-grid-item")).to_have_count(1)
    page.get_by_test_id("gallery-filter-chips").get_by_text("in Sea").click()
    page.wait_for_url(re.compile(r"/gallery\?search="))


@pytest.mark.long
def test_its_form_changes_it(page: Page, site: Site) -> None:
    album = add_album(site, "Sea", *titles(page)[:2])
    outer = add_album(site, "Water")
    page.goto(f"/gallery/albums/{album}")
    page.get_by_test_id("gallery-album-edit").locator("summary").click()
    page.get_by_label("Name", exact=True).fill("High seas")
    page.get_by_label("Description").fill("Far from land")
    page.get_by_label("Colour").select_option(label="teal")
    page.get_by_label("Inside").select_option(label="Water")
    page.get_by_test_id("gallery-album-save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("High seas")
    expect(page.get_by_test_id("gallery-album-description")).to_have_text("Far from land")
    kept = "SELECT color || ' ' || parent_id FROM bookmark_categories WHERE id = %s"
    assert scalar(site.database, kept, album) == f"#117a8b {outer}"
    page.get_by_test_id("gallery-album-edit").locator("summary").click()
    page.get_by_label("Description").fill("")
    page.get_by_label("Name", exact=True).fill("Water")
    page.get_by_label("Inside").select_option(label="no other album")
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.get_by_test_id("gallery-album-save").click()
    assert sent.value.status == 409
    expect(page.get_by_test_id("people-problem-name")).to_contain_text("There is an album named")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Water")


@pytest.fixture(autouse=True)
def _conflicts_are_no_troubles(troubles: Troubles) -> None:
    troubles.expected = ("status of 409", "status of 404")


@pytest.mark.long
def test_a_cover_is_chosen_and_let_go(page: Page, site: Site) -> None:
    found = titles(page)[:3]
    album = add_album(site, "Sea", *found)
    page.goto(f"/gallery/albums/{album}?sort=title")
    chosen = card(page, 2).get_attribute("data-id")
    card(page, 2).hover()
    ways(card(page, 2)).click()
    page.get_by_test_id("gallery-album-choice-cover").click()
    expect(said(page)).to_contain_text("is the cover of Sea now.")
    kept = "SELECT cover_content_id::text FROM bookmark_categories WHERE id = %s"
    assert scalar(site.database, kept, album) == chosen
    page.reload()
    expect(page.locator(".album-head img")).to_have_attribute("src", re.compile(f"/{chosen}[./]"))
    page.get_by_test_id("gallery-album-edit").locator("summary").click()
    page.get_by_label("Show the newest picture").check()
    page.get_by_test_id("gallery-album-save").click()
    expect(page.get_by_test_id("people-notice")).to_have_text("Saved.")
    assert scalar(site.database, kept, album) is None


@pytest.mark.long
def test_the_order_is_changed_and_an_album_deleted(page: Page, site: Site) -> None:
    for name in ("A", "B", "C"):
        add_album(site, name)
    page.goto("/gallery/albums")
    page.get_by_test_id("gallery-albums-arrange").click()
    page.get_by_role("button", name="C: earlier").click()
    names = page.locator(".album__name")
    expect(names).to_have_text(["A", "C", "B"])
    page.get_by_role("button", name="A: later").click()
    expect(names).to_have_text(["C", "A", "B"])
    page.get_by_test_id("gallery-albums-arranged").click()
    page.get_by_role("link", name="A", exact=True).click()
    page.get_by_test_id("gallery-album-delete").locator("summary").click()
    page.get_by_test_id("gallery-album-delete-button").click()
    expect(page.get_by_test_id("people-notice")).to_have_text("The album has been deleted.")
    expect(names).to_have_text(["C", "B"])


def test_a_link_shows_it_to_a_stranger_until_it_is_revoked(
    page: Page, open_page: OpenPage, site: Site
) -> None:
    album = add_album(site, "Sea", *titles(page)[:3])
    page.goto(f"/gallery/albums/{album}")
    page.get_by_test_id("gallery-album-share").locator("summary").click()
    expect(page.get_by_test_id("gallery-album-share-says")).to_contain_text("3 pictures")
    page.get_by_test_id("gallery-album-make-link").click()
    expect(page.get_by_test_id("gallery-album-link")).to_be_visible()
    settle(page)
    link = page.get_by_test_id("gallery-album-link").inner_text()
    stranger = open_page(link)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Sea")
    expect(stranger.get_by_test_id("shared-number")).to_have_text("3")
    assert "study number" not in stranger.content()
    found = titles(stranger)
    stranger.locator("[data-card]").first.click()
    stranger.wait_for_url("**/items/*")
    expect(stranger.get_by_role("heading", level=1)).to_have_text(found[0])
    for key, place in (("ArrowRight", 1), ("j", 2), ("k", 1)):
        stranger.keyboard.press(key)
        expect(stranger.get_by_role("heading", level=1)).to_have_text(found[place])
    assert "study number" not in stranger.content()
    stranger.get_by_test_id("shared-back").click()
    expect(stranger.get_by_test_id("shared-grid").locator("li")).to_have_count(3)
    page.get_by_test_id("gallery-album-prompts").click()
    expect(page.get_by_test_id("gallery-album-link")).to_have_text(link)
    stranger.locator("[data-card]").first.click()
    expect(stranger.locator(".prompt")).to_contain_text("study number")
    page.get_by_test_id("gallery-album-revoke").click()
    expect(page.get_by_test_id("people-notice")).to_contain_text("leads nowhere from now on")
    stranger.reload()
    expect(stranger.get_by_test_id("shared-gone")).to_be_visible()


def test_all_of_it_without_script(open_page: OpenPage, site: Site) -> None:
    page = open_page(LIST, viewer="ada", java_script_enabled=False)
    item_id = card(page, 1).get_attribute("data-id")
    ways(card(page, 1)).click()
    expect(page.get_by_test_id("gallery-album-choice")).to_be_visible()
    page.get_by_label("New album").fill("Sea")
    page.get_by_test_id("gallery-album-choice-save").click()
    page.wait_for_url(f"**{LIST}#item-{item_id}")
    is_starred(card(page, 1), on=True)
    page.get_by_test_id("gallery-albums-nav").click()
    page.get_by_role("link", name="Sea").click()
    expect(page.get_by_test_id("gallery-album-number")).to_have_text("1")
    ways(card(page, 0)).click()
    page.get_by_test_id("gallery-album-choice-cover").click()
    expect(page.get_by_test_id("gallery-album-head")).to_be_visible()
    page.get_by_test_id("gallery-album-share").locator("summary").click()
    page.get_by_test_id("gallery-album-make-link").click()
    expect(page.get_by_test_id("gallery-album-link")).to_contain_text("/gallery/shared/")
    page.get_by_test_id("gallery-album-delete").locator("summary").click()
    page.get_by_test_id("gallery-album-delete-button").click()
    expect(page.get_by_test_id("gallery-albums")).to_be_visible()
    assert site.number("SELECT count(*) FROM bookmark_categories") == 0


def test_favourites_and_albums_say_how_to_begin(page: Page) -> None:
    page.get_by_test_id("gallery-favourites-way").click()
    expect(page.get_by_test_id("gallery-results-empty")).to_contain_text("no favourites yet")
    page.get_by_test_id("gallery-albums-nav").click()
    expect(page.get_by_test_id("gallery-albums")).to_contain_text("There are no albums yet")
    page.get_by_label("Name").fill("Sea")
    page.get_by_test_id("gallery-album-create").click()
    expect(page.get_by_test_id("gallery-results-empty")).to_contain_text("nothing in this album")
