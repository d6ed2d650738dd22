"""Numbers that change while one looks: which, how soon, how calmly, and when they do not."""

import subprocess
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, Troubles
from tests.support.rows import add_items, run
from tests.support.site import ITEMS, USERS, Site
from tests.support.waiting import wait_until

REGULAR, AUTO = (sum(items[source] for items in ITEMS.values()) for source in (0, 1))
STREAMS = "**/content/stats/stream*"
FADES = """
const animate = Element.prototype.animate;
window.fades = [];
Element.prototype.animate = function (...given) {
  fades.push(this.textContent);
  return animate.apply(this, given);
};
"""
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def open_streams(page: Page) -> int:
    """How many the gallery has open, by its metrics."""
    text = page.request.get("/metrics").text()
    [line] = [line for line in text.splitlines() if line.startswith("genonaut_live_streams ")]
    return int(float(line.split()[1]))


def listens(page: Page, number: int = 1) -> None:
    wait_until(lambda: open_streams(page) == number, f"{number} streams are open")


def summary(page: Page) -> str:
    return page.get_by_test_id("gallery-options-summary-text").inner_text()


def test_what_psql_inserts_is_on_the_open_page(open_page: OpenPage, site: Site) -> None:
    page = open_page(viewer="ada")
    titles = page.locator("[data-card]").all_inner_texts()
    listens(page)
    insert = (
        "INSERT INTO content_items (title, content_data, prompt, creator_id)"
        f" VALUES ('A new one', '', 'p', '{USERS['ada']}')"
    )
    committed = time.monotonic()
    psql(site, insert)
    expect(page.get_by_test_id("gallery-options-summary-text")).to_have_text(
        f"2 pages showing {REGULAR + AUTO + 1} results matching filters."
    )
    print(f"on the page {time.monotonic() - committed:.2f} seconds after psql began")  # noqa: T201
    assert page.locator("[data-card]").all_inner_texts() == titles, "the pictures stay"
    more = page.get_by_test_id("gallery-more-results")
    expect(more).to_have_text("Show 1 more result")
    more.click()
    expect(page.locator("[data-card]").first).to_have_text("A new one")
    expect(more).to_be_hidden()


def psql(site: Site, statement: str) -> None:
    url = site.database.url.set(drivername="postgresql").difference_update_query(["require_auth"])
    address = url.render_as_string(hide_password=False)  # without what an old psql does not know
    subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", address, "-c", statement], check=True)


PAGES = {
    "all": "/gallery?size=12",
    "own": "/gallery?notGenSource=comm-g,comm-ag",
    "others": "/gallery?notGenSource=your-g,your-ag&size=12",
    "auto": "/gallery?notGenSource=your-g,comm-g",
    "mixed": "/gallery?notGenSource=your-g,comm-ag&p=2&size=12&sort=title",
    "a creator": f"/gallery/creators/{USERS['bo']}?notGenSource=your-g,comm-g",
}
NUMBERS = """() => Object.fromEntries(
  [...document.querySelectorAll(
    "[data-summary], [data-count], .quick__total, [data-testid=gallery-pagination-total]")]
    .map((one) => [one.className + one.dataset.testid + one.dataset.count, one.textContent]))"""


def change(site: Site) -> None:
    """Add and delete, of everyone; some of it is private."""
    for user, number in (("ada", 2), ("bo", 9)):
        for source in ("items", "auto"):
            add_items(site.database, USERS[user], number, source)
    add_items(site.database, USERS["bo"], 3, "auto", visibility="private")
    run(site.database, "DELETE FROM content_items WHERE id % 5 = 0")


@pytest.mark.sampled(3)
@pytest.mark.parametrize("viewer", [None, "ada"])
@pytest.mark.parametrize("name", [*PAGES, "numbers"])
def test_every_live_number_is_that_of_the_page_when_it_is_loaded_again(
    open_page: OpenPage, site: Site, name: str, viewer: str | None
) -> None:
    page = open_page(PAGES.get(name, "/gallery/stats"), viewer=viewer)
    before = page.evaluate(NUMBERS)
    listens(page)
    change(site)
    again = open_page(PAGES.get(name, "/gallery/stats"), viewer=viewer).evaluate(NUMBERS)
    after = {name: again[name] for name in before}  # a list may need further pages by now
    assert after != before
    wait_until(lambda: page.evaluate(NUMBERS) == after, "the open page shows the same")


@pytest.mark.long
def test_a_list_that_only_the_server_can_count_stays(open_page: OpenPage, site: Site) -> None:
    page = open_page("/gallery?tags=sea")
    before = summary(page)
    listens(page)
    add_items(site.database, USERS["bo"])
    regular = page.get_by_test_id("gallery-stats-community-regular")
    expect(regular).to_have_text(str(REGULAR + 1))
    assert summary(page) == before
    expect(page.get_by_test_id("gallery-more-results")).to_have_count(0)


@pytest.mark.long
def test_a_shorter_list_is_said_to_be_so(page: Page, site: Site) -> None:
    listens(page)
    run(site.database, "DELETE FROM content_items_auto")
    more = page.get_by_test_id("gallery-more-results")
    expect(more).to_have_text(f"Show the list, {AUTO} results shorter")
    assert summary(page) == f"1 page showing {REGULAR} results matching filters."
    run(site.database, "DELETE FROM content_items")
    expect(page.get_by_test_id("gallery-options-summary-text")).to_have_text(
        "0 results matching filters."
    )
    more.click()
    expect(page.get_by_test_id("gallery-results-empty")).to_be_visible()
    assert summary(page) == "0 results matching filters."


def test_another_list_on_the_same_page_has_its_own_numbers(page: Page, site: Site) -> None:
    listens(page)
    page.locator(".card__creator").first.click()
    page.wait_for_url("**/gallery/creators/*")
    creator = page.url.rpartition("/")[2]
    own = int(page.get_by_test_id("creator-regular").inner_text())
    listens(page)
    add_items(site.database, creator)
    expect(page.get_by_test_id("creator-regular")).to_have_text(str(own + 1))
    page.go_back()
    page.wait_for_url("**/gallery")
    expect(page.get_by_test_id("gallery-options-summary-text")).to_contain_text(
        f"{REGULAR + AUTO + 1} results"
    )


def test_a_hidden_page_has_no_stream_and_is_right_at_once_when_it_is_seen(
    page: Page, site: Site
) -> None:
    listens(page)
    page.evaluate(HIDE, True)
    listens(page, 0)
    add_items(site.database, USERS["bo"])
    page.evaluate(HIDE, False)
    expect(page.get_by_test_id("gallery-stats-community-regular")).to_have_text(str(REGULAR + 1))
    listens(page)
    page.goto("/gallery/upload")
    listens(page, 0)
    page.go_back()
    listens(page)


def test_only_who_has_the_counts_open_is_told_aloud(page: Page, site: Site) -> None:
    said = page.get_by_test_id("gallery-status")
    listens(page)
    add_items(site.database, USERS["bo"])
    regular = page.get_by_test_id("gallery-stats-community-regular")
    expect(regular).to_have_text(str(REGULAR + 1))
    expect(said).to_have_text("")
    # What opening requests is shown as well, and not said: so it has to be there before.
    with page.expect_response("**/content/stats/unified*") as requested:
        page.get_by_test_id("gallery-options-stats-info-button").click()
    moment = page.locator("#gallery-stats [data-moment=as_of]")
    expect(moment).to_have_attribute("datetime", requested.value.json()["as_of"])
    expect(regular).to_be_visible()
    add_items(site.database, USERS["bo"])
    expect(said).to_have_text(f"Community gens: {REGULAR + 2}.")


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_numbers_fade_in_unless_motion_is_unwanted(
    open_page: OpenPage, site: Site, motion: str
) -> None:
    page = open_page(reduced_motion=motion)
    page.context.add_init_script(FADES)
    page.reload()
    listens(page)
    add_items(site.database, USERS["bo"])
    expect(page.get_by_test_id("gallery-stats-community-regular")).to_have_text(str(REGULAR + 1))
    assert (str(REGULAR + 1) in page.evaluate("fades")) == (motion == "no-preference")


def test_where_the_stream_is_refused_numbers_are_requested_now_and_then(
    open_page: OpenPage, site: Site, troubles: Troubles
) -> None:
    troubles.expected = ("503",)
    page = open_page("about:blank")
    page.clock.install()
    page.route(STREAMS, lambda route: route.fulfill(status=503, json={}))
    with page.expect_response(STREAMS):
        page.goto("/gallery")
    add_items(site.database, USERS["bo"])
    with page.expect_response("**/content/stats/unified*"), page.expect_response(STREAMS):
        page.clock.fast_forward(60_000)
    regular = page.get_by_test_id("gallery-stats-community-regular")
    expect(regular).to_have_text(str(REGULAR + 1))
    page.unroute(STREAMS)
    page.clock.fast_forward(60_000)
    listens(page)
    add_items(site.database, USERS["bo"])
    expect(regular).to_have_text(str(REGULAR + 2))


def test_a_database_that_does_not_answer_is_said_to_be_so(open_page: OpenPage) -> None:
    page = open_page("about:blank")
    away = 'retry: 100\n\nevent: stale\ndata: {"as_of": "2026-01-01T12:00:00Z"}\n\n'
    page.route(STREAMS, lambda route: route.fulfill(body=away, content_type="text/event-stream"))
    page.goto("/gallery")
    popover = page.get_by_test_id("gallery-stats-popover")
    expect(popover).to_contain_text("The database does not answer now. These are the counts of")
    page.unroute(STREAMS)
    expect(popover).not_to_contain_text("The database does not answer now.")
