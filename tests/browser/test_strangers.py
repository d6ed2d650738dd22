"""What strangers have written stays text, and the pages send requests to our server only."""

import json
from typing import Any

from playwright.sync_api import expect
from sqlalchemy import text

from tests.browser.conftest import OpenPage, Troubles, choose_viewer
from tests.support.rows import add_items, add_tag
from tests.support.site import USERS, Site

SCRIPTS = (
    "<script>document.title = 'taken'</script>",
    '"><img src=x onerror="document.title=\'taken\'">',
    "'-alert(1)-' {{ 7 * 7 }} ${7*7} javascript:alert(1)",
    "</textarea></title></svg><svg onload=alert(1)>",
    "\u202edetrever <b>bold</b> &lt;i&gt; \u2028 ]]>",
)


def write_scripts(site: Site) -> list[int]:
    """Items, a user and tags that are made of script; returns the items' ids."""
    with site.database.transaction() as session:
        session.execute(
            text("UPDATE users SET username = :name WHERE id = :id"),
            {"name": SCRIPTS[0], "id": USERS["ada"]},
        )
        ids: list[int] = []
        for script in SCRIPTS:
            columns: dict[str, Any] = dict.fromkeys(
                ("title", "content_data", "path_thumb", "prompt"), script
            )
            metadata = json.dumps({script: script, "model": script})
            ids += add_items(session, USERS["ada"], item_metadata=metadata, **columns)
            add_tag(session, script.lower(), ids[-1:])
    return ids


def test_script_stays_text_everywhere(open_page: OpenPage, site: Site, troubles: Troubles) -> None:
    ids = write_scripts(site)
    page = open_page("/gallery?size=12")
    choose_viewer(page, SCRIPTS[0])
    titles = page.locator("[data-card]").all_inner_texts()
    assert [title in titles for title in SCRIPTS] == [True] * len(SCRIPTS)
    paths = [
        "/gallery?view=list",
        "/gallery/stats",
        *(f"/gallery/items/{number}" for number in ids),
    ]
    for path in paths:
        page.goto(path)
        shown = page.locator("main").get_by_text(SCRIPTS[0]).locator("visible=true")
        expect(shown.first).to_be_visible()
        assert page.title() != "taken"
        assert (
            page.evaluate(
                "document.querySelectorAll('body script, main :not(.hint) > b, [onerror]').length"
            )
            == 0
        )
    for script in SCRIPTS:
        page.goto("/gallery")
        page.get_by_test_id("gallery-search-input").fill(script)
        page.keyboard.press("Enter")
        page.wait_for_url("**search=*")
        expect(page.get_by_test_id("gallery-search-input")).to_have_value(" ".join(script.split()))
        expect(page.get_by_test_id("gallery-filter-chips")).to_be_visible()
        assert page.title() != "taken"


def test_a_deleted_script_stays_text(open_page: OpenPage, site: Site) -> None:
    ids = write_scripts(site)
    page = open_page(viewer="ada")
    page.goto(f"/gallery/items/{ids[1]}")
    page.get_by_text("Delete …").click()
    page.get_by_test_id("gallery-item-delete-button").click()
    expect(page.get_by_test_id("gallery-notice")).to_contain_text(SCRIPTS[1])


def test_a_violated_policy_would_be_noticed(open_page: OpenPage, troubles: Troubles) -> None:
    troubles.expected = ("policy violated", "Content Security Policy", "requires")
    page = open_page()
    page.evaluate("document.querySelector('main').setAttribute('style', 'color: red')")
    page.evaluate("() => { try { document.body.innerHTML = '<b>'; } catch { } }")
    page.evaluate("fetch('https://example.org/').catch(() => {})")
    for directive in ("style-src-attr", "require-trusted-types-for", "connect-src"):
        troubles.wait_to_see(page, f"policy violated: {directive}")
