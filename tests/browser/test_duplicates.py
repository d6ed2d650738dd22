"""Duplicates side by side: what differs is marked, one is kept, and that is undone."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from genonaut.config import Settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database
from tests.browser.conftest import Troubles
from tests.browser.test_accessibility import SCREENS, faults
from tests.support.api import OpenApi
from tests.support.people import PASSWORD, add_account, add_token, bearer, with_accounts
from tests.support.pictures import drawn
from tests.support.rows import run, scalar
from tests.support.waiting import PATIENCE_SECONDS
from tests.unit.test_likeness import saved, scaled_to, shot

PAGE = "/gallery/duplicates"


@pytest.fixture
def address(
    open_api: OpenApi, settings: Settings, database: Database, tmp_path_factory: Any
) -> str:
    """A gallery with a pair of ada's, three that are alike of hers and bo's, and one alone."""
    run(database, "DELETE FROM library_files; DELETE FROM picture_hashes")
    folder = tmp_path_factory.mktemp("library")
    shelf = settings.library.model_copy(update={"folder": folder, "thumbnail_processes": 1})
    ours = with_accounts(settings).model_copy(update={"library": shelf})
    client = open_api(ours, database)
    tokens = {
        name: bearer(add_token(database, add_account(database, name), "write"))
        for name in ("ada", "bo")
    }
    one, other = (drawn(shot(number), grain=False) for number in (2, 3))
    for name, content in (
        ("ada", saved(one)), ("ada", saved(one, "JPEG", quality=80)),
        ("ada", saved(other)), ("bo", saved(scaled_to(other, 0.5))),
        ("ada", saved(other, "WEBP", quality=80)), ("ada", saved(drawn(shot(4)))),
    ):  # fmt: skip
        answer = client.post(
            "/api/v1/content/upload", files={"files": content}, headers=tokens[name]
        )
        assert answer.json()["results"][0]["result"] == "added"
    build_counts(database, "the tests")
    return str(client.base_url).rstrip("/")


def signed_in(browser: Browser, address: str, **options: Any) -> Page:
    context = browser.new_context(base_url=address, **options)
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    sent = {"username": "ada", "password": PASSWORD}
    assert context.request.post(f"{address}/api/v1/account/sign-in", data=sent).status == 204
    return context.new_page()


@pytest.mark.parametrize("script", [True, False], ids=["script", "without script"])
def test_one_is_kept_and_that_is_undone(
    chromium: Browser,
    address: str,
    database: Database,
    script: bool,
) -> None:
    page = signed_in(chromium, address, java_script_enabled=script)
    page.goto(PAGE)
    groups = page.get_by_test_id("duplicates-group")
    expect(groups).to_have_count(2)
    pair = groups.nth(1)
    expect(pair.get_by_role("heading", level=2)).to_have_text("2 pictures alike")
    expect(pair.locator("mark", has_text="JPEG")).to_have_count(1)
    expect(pair.get_by_text("The same of all: Size")).to_be_visible()
    pair.get_by_role("button", name="Keep this").first.click()
    expect(page.get_by_test_id("duplicates-notice")).to_contain_text("1 picture deleted.")
    expect(groups).to_have_count(1)
    assert scalar(database, "SELECT count(*) FROM content_items_all") == 5
    page.get_by_test_id("duplicates-undo").click()
    expect(groups).to_have_count(2)
    assert scalar(database, "SELECT count(*) FROM content_items_all") == 6
    page.get_by_test_id("duplicates-dismiss").nth(1).click()
    expect(page.get_by_test_id("duplicates-notice")).to_contain_text("not shown as duplicates")
    expect(groups).to_have_count(1)
    page.context.close()


def test_an_items_page_leads_there(chromium: Browser, address: str) -> None:
    page = signed_in(chromium, address)
    page.goto("/gallery?sort=oldest")
    page.locator("[data-card]").first.click()
    page.get_by_test_id("gallery-item-similar").click()
    expect(page.get_by_test_id("duplicates-group")).to_have_count(1)
    expect(page.get_by_test_id("duplicates-card")).to_have_count(2)
    page.context.close()


@pytest.mark.long
@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_is_wrong_with_the_page(
    chromium: Browser, address: str, troubles: Troubles, screen: str, tmp_path: Path
) -> None:
    page = signed_in(chromium, address, **SCREENS[screen])
    troubles.watch(page.context)
    for path in (PAGE, f"{PAGE}?whose=all", f"{PAGE}?before=1", f"{PAGE}?deleted=1,2"):
        page.goto(path)
        assert [*faults(page, is_touched=screen == "phone")] == [], path
    assert troubles.found == []
    page.context.close()
