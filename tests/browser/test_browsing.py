"""From one list to the next on the same page; and the browser's own way where that fails."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from genonaut.web.state import GALLERY
from tests.browser.conftest import OpenPage, Troubles, hold, is_held, settle
from tests.browser.test_sources import LABELS, summary
from tests.support.site import SWITCHES, TAGS, Site
from tests.support.waiting import wait_until

LISTS = f"**{GALLERY}?*"
CHOSEN = f"{LISTS}chosen="


def stay(page: Page) -> None:
    """Mark the page, to know it again."""
    page.evaluate("window.same = true")


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.same === true"))


def is_live(request: Request) -> bool:
    return request.resource_type == "eventsource"


def tag(page: Page, name: str) -> Locator:
    return page.get_by_test_id("gallery-facet-tag").get_by_role("link", name=name)


STEPS: dict[str, tuple[Callable[[Page], object], str]] = {
    "source": (lambda page: page.get_by_test_id(LABELS["comm-g"]).click(), "notGenSource=comm-g"),
    "tag": (lambda page: tag(page, TAGS[0]).click(), "tags=sea"),
    "sort": (lambda page: page.locator("#sort").select_option("best"), "sort=best"),
    "size": (lambda page: page.locator("#size").select_option("12"), "size=12"),
    "view": (lambda page: page.get_by_role("link", name="List").click(), "view=list"),
    "search": (lambda page: page.locator("#search").press("Enter"), "search=by"),
    "next": (lambda page: page.get_by_test_id("gallery-pagination-next").click(), "cursor="),
}


def test_every_filter_replaces_parts_and_nothing_else(
    open_page: OpenPage, site: Site, troubles: Troubles
) -> None:
    page = open_page(viewer="ada")
    settle(page)
    # The script opens it last.
    troubles.wait_for(page, is_live, "the stream of live numbers is opened")
    stay(page)
    page.locator("#search").fill("by")
    troubles.requests.clear()
    done = []
    for name, (step, address) in STEPS.items():
        if name == "next":  # there is none among so few
            chips = page.get_by_test_id("gallery-filter-chips").get_by_role("link")
            chips.filter(has_text=TAGS[0]).click()
            page.wait_for_url(lambda url: "tags=" not in url)
        step(page)
        done.append(address)
        page.wait_for_url(f"**{address}*")
        expect(page.get_by_test_id("gallery-status")).to_have_text(
            page.get_by_test_id("gallery-options-summary-text").inner_text()
        )
    assert stayed(page)
    assert summary(page) == len(site.matching(tuple({*SWITCHES} - {"comm-g"}), "ada"))
    kinds = {request.resource_type for request in troubles.requests}
    assert kinds <= {"xhr", "image", "fetch"}
    # What was replaced is that of the server, to the letter.
    shown = page.locator(".results").inner_text()
    page.reload()
    assert page.locator(".results").inner_text() == shown


def test_back_and_forward_restore_state_scroll_and_focus_at_once(open_page: OpenPage) -> None:
    page = open_page("/gallery?size=12", viewer="ada", viewport={"width": 1280, "height": 500})
    stay(page)
    page.evaluate("scrollTo(0, 300)")
    page.get_by_role("switch", name="Your gens").focus()
    page.keyboard.press("Space")
    page.wait_for_url("**notGenSource=your-g*")
    expect(page.get_by_role("switch", name="Your gens")).to_be_focused()
    assert page.evaluate("scrollY") == 0
    page.get_by_test_id("gallery-pagination-next").click()
    page.wait_for_url("**cursor=*")
    expect(page.locator("main")).to_be_focused()
    hold(page, LISTS, 9)  # the way back needs no response
    for _ in range(2):
        page.evaluate("history.back()")
        page.wait_for_url(lambda url: "cursor=" not in url)
    page.wait_for_url("**/gallery?size=12")
    expect(page.get_by_role("switch", name="Your gens")).to_be_checked()
    wait_until(lambda: page.evaluate("Math.round(scrollY)") == 300, "it is where it was")
    expect(page.get_by_role("switch", name="Your gens")).to_be_focused()
    page.evaluate("history.forward()")
    page.wait_for_url("**notGenSource=your-g*")
    expect(page.get_by_role("switch", name="Your gens")).not_to_be_checked()
    expect(page.get_by_test_id("gallery-pagination-next")).to_be_focused()
    assert stayed(page)


def test_the_way_back_shows_what_is_true_by_now(open_page: OpenPage, site: Site) -> None:
    page = open_page("/gallery?size=12")
    stay(page)
    before = summary(page)
    page.locator("#sort").select_option("oldest")
    page.wait_for_url("**sort=oldest*")
    with site.database.transaction() as session:
        session.connection().exec_driver_sql(
            "DELETE FROM content_items_all WHERE id = (SELECT max(id) FROM content_items_all)"
        )
    page.evaluate("history.back()")
    wait_until(lambda: summary(page) == before - 1, "the number is that of now")
    assert stayed(page)


def test_a_later_click_cancels_an_earlier_request(open_page: OpenPage) -> None:
    page = open_page(viewer="ada")
    stay(page)
    waiting = hold(page, CHOSEN)
    page.get_by_test_id(LABELS["comm-g"]).click()
    is_held(page, waiting)
    expect(page.locator("main")).to_have_attribute("aria-busy", "true")
    expect(page.get_by_test_id("gallery-status")).to_have_text("Loading …")
    page.locator("#search").press_sequentially("fox")  # not sent yet
    page.get_by_test_id(LABELS["your-g"]).click()
    page.wait_for_url("**search=fox&notGenSource=your-g,comm-g")
    for key, name in (("comm-g", "Community gens"), ("your-g", "Your gens")):
        switch = page.get_by_role("switch", name=name, exact=True)
        expect(switch, key).not_to_be_checked()
    expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
    assert stayed(page)


def test_what_is_typed_meanwhile_stays(open_page: OpenPage) -> None:
    page = open_page()
    waiting = hold(page, LISTS)
    page.get_by_test_id("gallery-pagination-next").click()
    is_held(page, waiting)
    page.locator("#search").press_sequentially("tea")
    waiting[0].continue_()
    expect(page.get_by_test_id("gallery-pagination-number")).to_have_value("2")
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("tea")


def test_a_search_is_shown_as_the_server_reads_it(open_page: OpenPage) -> None:
    page = open_page()
    stay(page)
    for typed in ("by  the", " by the"):  # the second is the same search again
        page.locator("#search").fill(typed)
        with page.expect_response(CHOSEN):
            page.keyboard.press("Enter")
        expect(page.locator("#search")).to_have_value("by the")
        expect(page.locator("#search")).to_be_focused()
    assert stayed(page)


@pytest.mark.long
def test_a_click_that_opens_another_tab_leaves_this_one(open_page: OpenPage) -> None:
    page = open_page("/gallery?size=12")
    following = page.get_by_test_id("gallery-pagination-next")
    for options in ({"modifiers": ["ControlOrMeta"]}, {"button": "middle"}):
        with page.context.expect_page() as opened:
            following.click(**options)
        opened.value.wait_for_url("**cursor=*")
        opened.value.close()
        assert page.url.endswith("/gallery?size=12")


@pytest.mark.sampled(1)
@pytest.mark.parametrize("answer", ["none", "error", "sign-in"])
def test_without_a_list_in_response_the_browser_goes_there(
    open_page: OpenPage, troubles: Troubles, answer: str
) -> None:
    """So it shows its own page about the network, our page about the error, or that to sign in."""
    troubles.expected = ("Failed to load", "net::ERR_FAILED")
    page = open_page()
    stay(page)

    def respond(route: Route) -> None:
        if route.request.is_navigation_request():
            route.continue_()
        elif answer == "none":
            route.abort()
        else:
            body = "<!doctype html><title>Sign in</title><form></form>"
            status = 503 if answer == "error" else 200
            route.fulfill(status=status, content_type="text/html", body=body)

    page.route(CHOSEN, respond)
    page.locator("#sort").select_option("best")
    page.wait_for_url("**/gallery?sort=best")
    expect(page.locator("#sort")).to_have_value("best")
    assert not stayed(page)


def test_the_drawer_of_a_phone_closes_when_results_are_shown(open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    stay(page)
    page.get_by_test_id("gallery-options-toggle-button").click()
    page.get_by_test_id("gallery-page-size-select").select_option("12")
    page.get_by_test_id("gallery-density-select").select_option("large")
    assert page.url.endswith("/gallery")
    page.get_by_role("button", name="Show results").click()
    page.wait_for_url("**/gallery?size=12&density=large")
    expect(page.get_by_test_id("gallery-options-drawer")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert stayed(page)
