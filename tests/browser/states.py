"""Every page in every state that it has: of which gallery, who visits it, and what comes back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page, expect

from tests.browser.conftest import open_item
from tests.support.people import PASSWORD, SHORT, WRONG
from tests.support.site import USERS

ADMIN: Final = "grace"
MEMBER: Final = "bo"
GONE: Final = "00000000-0000-4000-8000-00000000ffff"
ACCOUNT: Final = "/gallery/account"
ADMINS: Final = "/gallery/admin"


@dataclass(frozen=True)
class State:
    """A page that answers with a status, once it is prepared; `{...}` in paths are filled in."""

    gallery: str
    visitor: str | None
    path: str
    status: int = 200
    prepare: Callable[[Page], None] | None = None

    def __str__(self) -> str:
        done = f", {self.prepare.__name__}" if self.prepare else ""
        return f"{self.gallery}: {self.visitor or 'visitor'} at {self.path}{done}"


def press(*buttons: str) -> Callable[[Page], None]:
    """Press what has these test ids, one after the other."""

    def pressed(page: Page) -> None:
        for button in buttons:
            page.get_by_test_id(button).click()

    pressed.__name__ = f"pressed {buttons[-1]}"
    return pressed


def send(button: str, shows: str, **fields: str) -> Callable[[Page], None]:
    """Fill in fields, send them by a button, and wait for what that shows."""

    def sent(page: Page) -> None:
        for name, value in fields.items():
            field = page.locator(f"#{name}")
            field.evaluate("(one) => { one.form.noValidate = true; }")
            field.fill(value)
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_test_id(shows)).to_be_visible()

    sent.__name__ = f"shown {shows}"
    return sent


def keys_explained(page: Page) -> None:
    """The help for the keyboard, open."""
    page.keyboard.press("?")


def counts_shown(page: Page) -> None:
    """The popover of the counts, open."""
    page.keyboard.press("i")
    expect(page.get_by_test_id("gallery-stats-popover")).to_be_visible()


def options_shown(page: Page) -> None:
    """The drawer; it is open already on a wide screen."""
    drawer = page.get_by_test_id("gallery-options-drawer")
    if not drawer.is_visible():
        page.get_by_test_id("gallery-options-toggle-button").click()
    expect(drawer).to_be_visible()


def search_explained(page: Page) -> None:
    """The help for the search box, open."""
    options_shown(page)
    page.locator("#gallery-options").get_by_test_id("search-help-button").click()
    expect(page.get_by_test_id("search-help")).to_be_visible()


def suggestions_shown(page: Page) -> None:
    """What is suggested while one types, the first one chosen."""
    options_shown(page)
    page.get_by_test_id("gallery-search-input").press_sequentially("fox tag:")
    expect(page.get_by_test_id("search-suggestions")).to_be_visible()
    page.keyboard.press("ArrowDown")


def first_item(page: Page) -> None:
    """The viewer, at the first item."""
    open_item(page)
    expect(page.get_by_test_id("gallery-item-picture")).to_be_visible()


def deletion_asked(page: Page) -> None:
    """The question before a deletion."""
    first_item(page)
    page.get_by_text("Delete …").click()


def tag_completed(page: Page) -> None:
    """The list that completes a tag, open."""
    first_item(page)
    said = page.locator("[data-completed]")
    for letter in "son":  # of a tag that the item does not carry
        said.evaluate("(one) => { one.textContent = ''; }")
        page.locator("#tag").fill(letter)
        expect(said).not_to_be_empty()
        if page.get_by_test_id("completes-list").is_visible():
            return


def album_opened(page: Page) -> None:
    """All forms of an album, open."""
    for part in ("share", "edit", "delete"):
        details = page.get_by_test_id(f"gallery-album-{part}")
        if details.get_attribute("open") is None:
            details.locator("summary").click()


def albums_chosen(page: Page) -> None:
    """The window in which the albums of a picture are chosen."""
    page.keyboard.press("j")
    page.keyboard.press("b")
    expect(page.get_by_role("dialog").filter(has_text="New album")).to_be_visible()


OPEN: Final = (
    State("open", "ada", "/gallery", 200, keys_explained),
    State("open", "ada", "/gallery", 200, counts_shown),
    State("open", "ada", "/gallery", 200, options_shown),
    State("open", "ada", "/gallery", 200, search_explained),
    State("open", "ada", "/gallery", 200, suggestions_shown),
    State("open", "ada", "/gallery?search=fox+modle:sdxl+is:foo", 422),
    State("open", "ada", "/gallery?search=fox+modle:sdxl+is:foo", 422, options_shown),
    State("open", "ada", "/gallery?view=list&size=12&p=2"),
    State("open", "ada", "/gallery?notGenSource=your-g,your-ag,comm-g,comm-ag"),
    State("open", "ada", f"/gallery/creators/{USERS['bo']}?density=large"),
    State("open", "ada", "/gallery/facets/creator?model=sdxl-1.0"),
    State("open", "ada", "/gallery?tags=sea&model=sdxl-1.0&month=2026-01"),
    State("open", "ada", "/gallery/stats"),
    State("open", "ada", "/gallery/favourites"),
    State("open", "ada", "/gallery/albums"),
    State("open", "ada", "{album}"),
    State("open", "ada", "{album}", 200, album_opened),
    State("open", "ada", "{album}", 200, albums_chosen),
    State("open", "ada", "{choice}"),
    State("open", None, "/gallery/favourites"),
    State("open", "ada", "/gallery/upload"),
    State("open", "ada", "/gallery", 200, first_item),
    State("open", "ada", "/gallery?notGenSource=comm-g,comm-ag", 200, deletion_asked),
    State("open", "ada", "/gallery?notGenSource=comm-g,comm-ag", 200, tag_completed),
    State("open", "ada", "/gallery/nothing/here", 404),
    State("open", None, "/gallery/items/999999999", 404),
    State("open", None, "/gallery/sign-in", 404),
)
VISITOR: Final = (
    State("accounts", None, "/gallery"),
    State("accounts", None, "/gallery/sign-in"),
    State("accounts", None, "/gallery/upload"),
    State("accounts", None, ACCOUNT),
    State("accounts", None, "/gallery/sign-in", 401, send(
        "Sign in", "people-problem", username=ADMIN, password=WRONG
    )),
    State("accounts", None, "{set_up}"),
    State("accounts", None, "{set_up}", 422, send(
        "Become the administrator", "people-problem-password", username="eve", password=SHORT
    )),
    State("accounts", None, "{choose}"),
    State("accounts", None, "{choose}", 422, send(
        "Set the password", "people-problem-password", password=SHORT
    )),
    State("accounts", None, "/gallery/setup?token=wrong", 404),
    State("accounts", None, "/gallery/password?token=wrong", 404),
    State("accounts", None, "/gallery/sign-in/oidc/away", 502),
    State("accounts", None, "/gallery/sign-in/oidc/unknown", 404),
    State("accounts", None, "/gallery/sign-in/oidc/away/callback?state=x&code=y", 400),
    State("accounts", None, "/gallery/items/999999999", 404),
    State("closed", None, "/gallery"),
    State("closed", None, "{shared}"),
    State("closed", None, "{shared_item}"),
    State("closed", None, "/gallery/shared/wrong", 404),
    State("read-only", None, "/gallery"),
    State("read-only", None, "/gallery/sign-in"),
)  # fmt: skip
MEMBERS: Final = (
    State("accounts", MEMBER, "/gallery", 200, press("people-menu-button")),
    State("accounts", MEMBER, "/gallery/upload"),
    State("accounts", MEMBER, "/gallery/favourites"),
    State("accounts", MEMBER, "/gallery/albums"),
    State("accounts", MEMBER, "{own}"),
    State("accounts", MEMBER, "{private}"),
    State("accounts", MEMBER, "{others}"),
    State("accounts", MEMBER, ACCOUNT),
    State("accounts", MEMBER, f"{ACCOUNT}/tokens"),
    State("accounts", MEMBER, f"{ACCOUNT}/searches"),
    State("accounts", MEMBER, f"{ADMINS}/users", 403),
    State("read-only", MEMBER, "{own}"),
    State("read-only", MEMBER, f"{ACCOUNT}/password"),
)
ADMINISTRATOR: Final = (
    State("accounts", ADMIN, ACCOUNT, 422, send("Save", "people-problem-email", email="x")),
    State("accounts", ADMIN, f"{ACCOUNT}/password", 422, send(
        "Change the password",
        "people-problem-new_password",
        current_password=PASSWORD,
        new_password=SHORT,
    )),
    State("accounts", ADMIN, f"{ACCOUNT}/sessions"),
    State("accounts", ADMIN, f"{ACCOUNT}/tokens", 200, send(
        "Add the token", "people-secret", name="Backup"
    )),
    State("accounts", ADMIN, f"{ADMINS}/users"),
    State("accounts", ADMIN, f"{ADMINS}/users?search=nothing"),
    State("accounts", ADMIN, f"{ADMINS}/users", 409, send(
        "Add the user", "people-problem-username", username=ADMIN
    )),
    State("accounts", ADMIN, "{user}", 200, press("people-disable")),
    State("accounts", ADMIN, "{user}", 200, press("people-make-link", "people-secret-copy")),
    State("accounts", ADMIN, "{disabled}"),
    State("accounts", ADMIN, f"{ADMINS}/users/{GONE}", 404),
    State("accounts", ADMIN, f"{ADMINS}/tags?sort=count"),
    State("accounts", ADMIN, "{tag}", 409, send("Rename", "people-merge", name="night")),
    State("accounts", ADMIN, "{tag}", 200, press("people-tag-delete")),
    State("accounts", ADMIN, f"{ADMINS}/audit"),
    State("accounts", ADMIN, f"{ADMINS}/audit?action=set-up"),
    *(
        State("read-only", ADMIN, path)
        for path in (ACCOUNT, f"{ACCOUNT}/sessions", f"{ACCOUNT}/tokens", f"{ADMINS}/users",
                     "{user}", "{tag}")
    ),
)  # fmt: skip
STATES: Final = (*OPEN, *VISITOR, *MEMBERS, *ADMINISTRATOR)
