"""A browser, a gallery, and a page that forgives nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    Route,
    expect,
    sync_playwright,
)

from genonaut.api.http.viewer import COOKIE
from genonaut.config import Settings
from genonaut.db.session import Database
from tests.support.api import OpenApi
from tests.support.chromium import ARGUMENTS, CHROMIUM, MISSING
from tests.support.site import USERS, Site, fill
from tests.support.waiting import PATIENCE_SECONDS, wait_until

# What a page refuses to do is an event. Kept where no navigation can lose it: in the console.
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


# Pictures further down are only loaded when they come near.
ALL_SHOWN = """() => document.fonts.status === "loaded" && [...document.images].every((image) =>
  image.complete || image.getBoundingClientRect().top > innerHeight)"""
DOMAIN = "127.0.0.1"
expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@pytest.fixture
def site(open_api: OpenApi, settings: Settings, database: Database) -> Site:
    """The pages on a newly filled gallery; a visitor may view it as any user."""
    fill(database)
    gallery = settings.gallery.model_copy(update={"viewing_as": True})
    client = open_api(settings.model_copy(update={"gallery": gallery}), database)
    return Site(str(client.base_url).rstrip("/"), database)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # For this folder and no longer: while Playwright runs, asyncio.run() is impossible in its
    # thread, and other tests call it.
    if not CHROMIUM:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def wait_until_told(page: Page, condition: Callable[[], bool], what: str) -> None:
    """Until an event of the page makes it true. It tells of events while it evaluates something."""
    wait_until(lambda: page.evaluate("true") and condition(), what)


@dataclass
class Troubles:
    """What went wrong in the pages of a test, and what was asked of whom."""

    seen: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()
    requests: list[Request] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", lambda message: self._note(message.type, message.text))
        context.on("weberror", lambda error: self._note("error", str(error.error)))
        context.on("request", lambda request: self.requests.append(request))  # noqa: PLW0108

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.seen.append(f"{kind}: {text}")

    @property
    def found(self) -> list[str]:
        """All but those that the test expects."""
        return [text for text in self.seen if not any(word in text for word in self.expected)]

    def wait_for(self, page: Page, wanted: Callable[[Request], bool], what: str) -> None:
        """Until the page has sent such a request, now or before."""
        wait_until_told(page, lambda: any(map(wanted, self.requests)), what)

    def wait_to_see(self, page: Page, text: str) -> None:
        """Until something with such a text has gone wrong."""
        wait_until_told(page, lambda: any(text in one for one in self.seen), text)

    def strangers(self, site: Site) -> list[str]:
        """Requests to other hosts than the site."""
        return [r.url for r in self.requests if not r.url.startswith((site.url + "/", "data:"))]


@pytest.fixture
def troubles() -> Troubles:
    """For a test that expects some: `troubles.expected = ("404",)`."""
    return Troubles()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, site: Site, troubles: Troubles) -> Iterator[OpenPage]:
    """Opens pages with options of a browser's context; at the end none had a fault."""
    contexts: list[BrowserContext] = []

    def open_one(path: str = "/gallery", viewer: str | None = None, **options: object) -> Page:
        given = {"viewport": {"width": 1280, "height": 900}} | options
        context = chromium.new_context(base_url=site.url, **given)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        contexts.append(context)
        troubles.watch(context)
        if viewer:
            value = USERS[viewer]
            context.add_cookies(
                [{"name": COOKIE, "value": value, "domain": DOMAIN, "path": "/gallery"}]
            )
        page = context.new_page()
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert troubles.found == []
    assert troubles.strangers(site) == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The gallery on a wide screen, for an anonymous visitor."""
    return open_page()


def settle(page: Page) -> None:
    """Until all that is to be seen is there. The stream of live numbers never ends, so the network
    need never be idle."""
    page.wait_for_load_state("load")
    page.wait_for_function(ALL_SHOWN)


def choose_viewer(page: Page, name: str) -> None:
    page.get_by_test_id("gallery-viewer-select").select_option(label=name)
    expect(page.locator("#viewer option[selected]")).to_have_text(name)
    page.wait_for_load_state("load")


def hold(page: Page, address: str, most: int = 1) -> list[Route]:
    """Keep the first requests for an address waiting, and collect them."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        if len(held) < most:
            held.append(route)
        else:
            route.continue_()

    page.route(address, keep)
    return held


def is_held(page: Page, routes: list[Route]) -> None:
    """Wait until a request waits."""
    wait_until_told(page, lambda: bool(routes), "the request is on its way")


def open_item(page: Page, number: int = 0) -> None:
    """Follow a card of the list; the item's page is there with its scripts, which take the keys."""
    page.locator("[data-card]").nth(number).click()
    page.wait_for_url("**/gallery/items/*")
