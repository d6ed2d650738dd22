"""The browser's back/forward cache: it keeps what every visitor sees, and no user's own pages."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.browser.conftest import OpenPage, open_item
from tests.browser.test_sources import summary
from tests.support.api import OpenApi
from tests.support.chromium import ARGUMENTS
from tests.support.people import PASSWORD, add_account, with_accounts
from tests.support.rows import run
from tests.support.site import Site, fill
from tests.support.waiting import wait_until

# The browser without windows has no such cache.
FULL = shutil.which("chromium")
SEEN = "addEventListener('pageshow', ({ persisted }) => { window.wasKept = persisted; });"
PAGES = ("/gallery?size=12", "/gallery/stats", "/gallery/nothing")


@pytest.fixture(scope="module")
def chromium(chromium: Browser) -> Iterator[Browser]:
    """A browser that keeps pages, which Playwright's settings prevent."""
    if not FULL:
        pytest.skip("Chromium with windows is not on this machine (apt-get install chromium)")
    browser = chromium.browser_type.launch(
        executable_path=FULL,
        args=[*ARGUMENTS, "--headless=new"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


@pytest.fixture
def site(open_api: OpenApi, settings: Settings, database: Database) -> Site:
    """A gallery with accounts."""
    fill(database)
    add_account(database, "grace", "member")
    client = open_api(with_accounts(settings), database)
    return Site(str(client.base_url).rstrip("/"), database)


def go(page: Page, step: int, to: str) -> None:
    """Step through the history. A page that was kept does not load, so it is not waited for."""
    page.evaluate(f"history.go({step})")
    page.wait_for_url(f"**{to}", wait_until="commit")


def test_what_all_see_comes_back_at_once_and_is_then_brought_up_to_date(
    open_page: OpenPage, site: Site
) -> None:
    page = open_page()
    page.context.add_init_script(SEEN)
    page.goto("/gallery?size=12")
    before = summary(page)
    page.evaluate("window.same = true")
    page.get_by_test_id("gallery-sort-select").select_option("best")
    page.wait_for_url("**sort=best*")
    open_item(page)
    run(
        site.database,
        "DELETE FROM content_items_all WHERE id = (SELECT max(id) FROM content_items_all)",
    )
    go(page, -1, "sort=best&size=12")
    wait_until(lambda: page.evaluate("window.wasKept === true"), "it was kept")
    wait_until(lambda: summary(page) == before - 1, "the number is that of now")
    go(page, -1, "/gallery?size=12")
    expect(page.get_by_test_id("gallery-sort-select")).to_have_value("newest")
    assert page.evaluate("window.same")


def test_after_signing_out_the_way_back_leads_to_no_page_of_the_user(open_page: OpenPage) -> None:
    page = open_page("/gallery/sign-in")
    page.get_by_label("Name").fill("grace")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_test_id("people-sign-in-button").click()
    page.wait_for_url("**/gallery")
    for path in ("/gallery?size=12", "/gallery/account"):
        answer = page.goto(path)
        assert answer
        assert answer.header_value("cache-control") == "private, no-store"
    page.get_by_test_id("people-menu-button").click()
    page.get_by_test_id("people-sign-out").click()
    expect(page.get_by_test_id("people-sign-in-link")).to_be_visible()
    go(page, -1, "/gallery/sign-in?back=/gallery/account")
    go(page, -1, "/gallery?size=12")
    expect(page.get_by_test_id("people-sign-in-link")).to_be_visible()
    expect(page.get_by_test_id("people-menu")).to_have_count(0)
