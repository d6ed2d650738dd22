"""Signing in, and the pages about people: by keyboard, without a script, on phones, with axe."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from genonaut.config import Settings
from genonaut.db.session import Database
from tests.browser.conftest import OpenPage, Troubles
from tests.browser.test_accessibility import violations
from tests.support.api import OpenApi
from tests.support.people import ANOTHER, PASSWORD, WRONG, add_account, with_accounts
from tests.support.rows import run
from tests.support.site import Site, fill

Form = tuple[str, str | None, dict[str, str], str, str]
FORMS: list[Form] = [
    ("account", None, {"email": "grace@example.org"}, "Save", "Saved."),
    (
        "account/password",
        None,
        {"current_password": PASSWORD, "new_password": ANOTHER},
        "Change the password",
        "Your password has been changed.",
    ),
    ("admin/users", "bo", {}, "Change the role", "The role has been changed."),
    ("admin/users", "bo", {}, "Yes, disable it", "The account has been disabled"),
    ("admin/users", "bo", {}, "Enable the account", "The account has been enabled."),
    ("admin/tags", "Rename sea", {"name": "ocean"}, "Rename", "The tag has been renamed."),
]
"""Where a form is, the link that leads to it, what is filled in, its button, and the notice."""


@pytest.fixture
def site(open_api: OpenApi, settings: Settings, database: Database) -> Site:
    """A gallery with accounts, in place of the one where a visitor views as any user."""
    fill(database)
    add_account(database, "grace", "admin")
    client = open_api(with_accounts(settings), database)
    return Site(str(client.base_url).rstrip("/"), database)


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(open_page: OpenPage) -> SignIn:
    """Opens a page as the administrator, who had to sign in for it."""

    def open_one(path: str = "/gallery", **options: object) -> Page:
        page = open_page(f"/gallery/sign-in?back={path}", **options)
        fill_in(page)
        page.wait_for_url(f"**{path}")
        return page

    return open_one


def fill_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill("grace")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_test_id("people-sign-in-button").click()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus; it can be seen there."""
    expect(wanted).to_be_visible()
    page.wait_for_load_state("load")
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("(one) => one === document.activeElement"):
            expect(wanted).to_be_in_viewport()
            return
    pytest.fail(f"{wanted} is out of reach")


def test_from_signing_in_to_signing_out_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("/gallery/stats")
    tab_to(page, page.get_by_test_id("people-sign-in-link"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("grace")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/stats")
    menu, out = page.get_by_test_id("people-menu-button"), page.get_by_test_id("people-sign-out")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    expect(out).to_be_visible()
    page.keyboard.press("Escape")
    expect(out).to_be_hidden()
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Your account"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="API tokens"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("What it is for"))
    page.keyboard.type("Backup")
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Revoke the token Backup"))
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("people-notice")).to_contain_text("has been revoked")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    tab_to(page, out)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("people-sign-in-link")).to_be_visible()


def test_a_wrong_password_keeps_the_name_and_asks_again(
    open_page: OpenPage, troubles: Troubles
) -> None:
    troubles.expected = ("401",)
    page = open_page("/gallery/sign-in")
    fill_in(page, WRONG)
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    expect(page.get_by_label("Name")).to_have_value("grace")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    assert violations(page) == []


def test_a_password_can_be_looked_at_and_is_hidden_again_to_be_sent(open_page: OpenPage) -> None:
    page = open_page("/gallery/sign-in")
    field = page.get_by_label("Password", exact=True)
    field.fill(PASSWORD)
    page.get_by_role("button", name="Show the password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Show the password").click()
    expect(field).to_have_attribute("type", "password")


def test_what_is_wrong_is_said_at_its_field(sign_in: SignIn, troubles: Troubles) -> None:
    troubles.expected = ("422",)
    page = sign_in("/gallery/account/password")
    page.get_by_label("Current password", exact=True).fill(PASSWORD)
    field = page.get_by_label("New password", exact=True)
    field.evaluate("(field) => field.removeAttribute('minlength')")
    field.fill("short")
    page.get_by_role("button", name="Change the password").click()
    field = page.get_by_label("New password", exact=True)
    expect(field).to_have_accessible_description(
        "At least 8 characters. A few words in a row are easy to remember. "
        "Error: Choose a password of 8 to 256 characters."
    )
    expect(field).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []


def test_a_token_is_copied(sign_in: SignIn) -> None:
    page = sign_in("/gallery/account/tokens", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("What it is for").fill("Backup")
    page.get_by_role("button", name="Add the token").click()
    expect(page.get_by_test_id("people-secret-value")).to_be_visible()
    assert violations(page) == []
    secret = page.get_by_test_id("people-secret-value").text_content()
    page.get_by_test_id("people-secret-copy").click()
    expect(page.get_by_text("Token: copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret


def test_all_works_without_a_script(open_page: OpenPage, site: Site, troubles: Troubles) -> None:
    troubles.expected = ("401",)
    page = open_page("/gallery", java_script_enabled=False)
    page.get_by_test_id("people-sign-in-to-add").click()
    expect(page.get_by_role("heading", name="Sign in to add pictures")).to_be_visible()
    fill_in(page)
    page.wait_for_url("**/gallery/upload")
    page.get_by_test_id("people-menu-button").click()
    page.get_by_role("link", name="Users, tags, record").click()
    page.get_by_label("Name", exact=True).fill("Ada")
    page.get_by_role("button", name="Add the user").click()
    expect(page.get_by_test_id("people-secret-value")).to_contain_text("/gallery/password?token=")
    page.get_by_role("link", name="API tokens").click()
    page.get_by_label("What it is for").fill("Backup")
    run(site.database, "DELETE FROM sessions")
    page.get_by_role("button", name="Add the token").click()
    expect(page.get_by_role("alert")).to_contain_text("You are signed out")
    fill_in(page)
    expect(page.get_by_label("What it is for")).to_have_value("Backup")
    page.get_by_role("button", name="Add the token").click()
    expect(page.get_by_test_id("people-token")).to_have_count(1)
    page.get_by_test_id("people-menu-button").click()
    page.get_by_test_id("people-sign-out").click()
    expect(page.get_by_test_id("people-sign-in-link")).to_be_visible()


@pytest.mark.long
def test_every_form_works_without_a_script(sign_in: SignIn, site: Site) -> None:
    run(site.database, "UPDATE users SET password_hash = 'none' WHERE username = 'bo'")
    page = sign_in(java_script_enabled=False)
    for path, link, fields, button, notice in FORMS:
        page.goto(f"/gallery/{path}")
        if link:
            page.get_by_role("link", name=link, exact=True).click()
        for name, value in fields.items():
            page.locator(f"#{name}").fill(value)
        if button == "Yes, disable it":
            page.get_by_test_id("people-disable").click()
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_test_id("people-notice")).to_contain_text(notice)
