"""axe-core finds nothing on any page in any state, in light and dark, wide and on a phone.

And on each of them: nothing is wider than the screen, and a finger finds its target.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from genonaut.api.http.viewer import COOKIE
from genonaut.config import Settings
from genonaut.config_people import OidcSettings
from genonaut.db.session import Database
from genonaut.people.accounts import Accounts
from genonaut.people.audit import COMMAND
from genonaut.people.links import Links
from tests.browser.conftest import DOMAIN, Troubles
from tests.browser.states import ADMIN, MEMBER, STATES, State
from tests.browser.test_albums import add_album
from tests.browser.test_layout import SMALL_TARGETS, too_wide
from tests.support.api import OpenApi
from tests.support.effort import effort
from tests.support.people import ACCOUNT, PASSWORD, add_account, hashed, with_accounts
from tests.support.rows import run
from tests.support.site import USERS, Site, fill
from tests.support.waiting import PATIENCE_SECONDS

SCREENS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
}
PARTS = 4
"""In how many tests all states are looked at: one would take minutes on a busy machine."""
AWAY = OidcSettings.model_validate(
    {"name": "away", "issuer": "http://127.0.0.1:1", "client-id": "gallery"}
)
OWN = "SELECT min(id) FROM content_items_all WHERE creator_id = %s AND visibility = %s"
Galleries = dict[str, str]
Paths = dict[str, str]


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds in the whole page, by all rules or some: which rule, how bad, and where."""
    page.wait_for_load_state("load")
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {[node['target'] for node in one['nodes']]}"
        for one in found
    ]


@pytest.fixture
def galleries(open_api: OpenApi, settings: Settings, database: Database) -> Galleries:
    """The addresses of the same content in all modes."""
    accounts = with_accounts(settings, oidc=[AWAY])
    gallery = settings.gallery.model_copy(update={"viewing_as": True})
    api = settings.api.model_copy(update={"read_only": True})
    modes = {
        "open": settings.model_copy(update={"gallery": gallery}),
        "accounts": accounts,
        "closed": with_accounts(settings, anonymous="nothing"),
        "read-only": accounts.model_copy(update={"api": api}),
    }
    opened = {name: open_api(mode, database) for name, mode in modes.items()}
    return {name: str(client.base_url).rstrip("/") for name, client in opened.items()}


@pytest.fixture
def paths(database: Database) -> Paths:
    """What the states name: a link for each purpose, users, items and a tag."""
    fill(database)
    add_account(database, ADMIN, "admin")
    with database.transaction() as session:
        accounts = Accounts(session, COMMAND)
        accounts.set_password(member := accounts.find(MEMBER), hashed())
        accounts.disable(disabled := accounts.add("edsger"))
        links = Links(session)
        set_up, choose = links.make("setup"), links.make("password", accounts.find("cy").id)
        users = {"user": str(member.id), "disabled": str(disabled.id)}
    private = "UPDATE content_items_all SET visibility = 'private' WHERE mod(id, 7) = 3"
    run(database, private)
    [[tag]] = run(database, "SELECT id FROM tags WHERE name = 'sea'")
    found = {
        name: f"/gallery/items/{run(database, OWN, USERS[user], seen)[0][0]}"
        for name, user, seen in (
            ("own", MEMBER, "public"),
            ("private", MEMBER, "private"),
            ("others", "ada", "public"),
        )
    }
    pages = {name: f"/gallery/admin/users/{user}" for name, user in users.items()}
    pages |= shared_paths(database)
    return {"set_up": set_up, "choose": choose, "tag": f"/gallery/admin/tags/{tag}"} | found | pages


def shared_paths(database: Database) -> Paths:
    """An album of ada's with some pictures and one album in it, and what its link leads to."""
    site = Site("", database)
    titles = "SELECT title FROM content_items_all WHERE visibility = 'public' ORDER BY id LIMIT 5"
    album = add_album(site, "Sea", *(title for (title,) in run(database, titles)))
    add_album(site, "Night")
    run(database, "UPDATE bookmark_categories SET parent_id = %s WHERE name = 'Night'", album)
    token = "x" * 43
    share = "INSERT INTO bookmark_category_shares (category_id, token) VALUES (%s, %s)"
    run(database, share, album, token)
    [[item]] = run(database, "SELECT min(content_id) FROM bookmarks")
    shared = f"/gallery/shared/{token}"
    return {
        "album": f"/gallery/albums/{album}",
        "choice": f"/gallery/items/{item}/albums?album={album}",
        "shared": shared,
        "shared_item": f"{shared}/items/{item}?n=1",
    }


@contextmanager
def visit(
    browser: Browser, galleries: Galleries, state: State, options: dict[str, Any]
) -> Iterator[Page]:
    """A page of a gallery, for a visitor, or for a user who is signed in or is viewed as."""
    who = state.visitor
    context = browser.new_context(base_url=galleries[state.gallery], **options)
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    if who in {ADMIN, MEMBER}:  # where that is not refused: cookies are not bound to a port
        address = f"{galleries['accounts']}{ACCOUNT}/sign-in"
        sent = {"username": who, "password": PASSWORD}
        assert context.request.post(address, data=sent).status == 204
    elif who:
        cookie = {"name": COOKIE, "value": USERS[who], "domain": DOMAIN, "path": "/gallery"}
        context.add_cookies([cookie])  # type: ignore[list-item]
    yield context.new_page()
    context.close()


def faults(page: Page, *, is_touched: bool) -> Iterator[str]:
    """What is wrong with the page as it is now."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    yield from violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # which changes colours only
    yield from (f"dark: {one}" for one in violations(page, "color-contrast"))
    yield from (
        f"too small: {one}" for one in page.evaluate(SMALL_TARGETS, 44 if is_touched else 24)
    )
    if (pixels := too_wide(page)) > 0:
        yield f"{pixels} pixels too wide"


def shown(page: Page, state: State, paths: Paths) -> int:
    """The status of the page once it is prepared."""
    statuses: list[int] = []
    note: Callable[[Any], None] = lambda response: (  # noqa: E731 - to be taken off again
        statuses.append(response.status) if response.request.is_navigation_request() else None
    )
    page.on("response", note)
    page.goto(state.path.format(**paths))
    if state.prepare:
        state.prepare(page)
    page.remove_listener("response", note)
    return statuses[-1]


@pytest.mark.parametrize("screen", ["wide", pytest.param("phone", marks=pytest.mark.long)])
@pytest.mark.parametrize("part", range(PARTS))
@effort(short=1 / 4, long=1.0, variable="GENONAUT_STATES")
def test_nothing_is_wrong_with_any_page(
    chromium: Browser,
    troubles: Troubles,
    paths: Paths,
    galleries: Galleries,
    screen: str,
    part: int,
    effort: float,
) -> None:
    """The effort is the share of all states that is looked at."""
    found = []
    looked_at = STATES[:: round(1 / effort)][part::PARTS]
    for _, alike in groupby(looked_at, lambda state: (state.gallery, state.visitor)):
        states = list(alike)
        with visit(chromium, galleries, states[0], SCREENS[screen]) as page:
            troubles.watch(page.context)
            for state in states:
                status = shown(page, state, paths)
                wrong = [*faults(page, is_touched=screen == "phone")]
                wrong += [f"status {status}"] * (status != state.status)
                found += [f"{state}: {one}" for one in wrong]
    assert "\n".join(found) == ""
    troubles.expected = ("the server responded with a status of 4", "with a status of 502")
    assert troubles.found == []


def test_axe_does_find_something(page: Page) -> None:
    page.evaluate("document.querySelector('#search').removeAttribute('id')")
    page.evaluate("document.querySelector('[name=search]').removeAttribute('placeholder')")
    assert any(one.startswith("label ") for one in violations(page))
