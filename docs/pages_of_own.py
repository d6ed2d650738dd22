"""The screenshots of a gallery with imported pictures and accounts."""

import io
from collections.abc import Callable
from typing import Final

from playwright.sync_api import FilePayload, Page

from docs.own_gallery import ADMIN
from docs.pages_of_demo import to_a_creator, to_an_item
from docs.screens import DARK, LOWER, PHONE, TALL, VAST, WIDE, Screen, Shot, as_it_is
from tests.support.people import WRONG
from tests.support.scenes import scene

UPLOADED: Final = ("hills at dusk.png", "valley.webp", "notes.html")
ACCOUNT: Final = "/gallery/account"
ADMINS: Final = "/gallery/admin"


def sign_in(page: Page, password: str) -> None:
    """Send the form that signs in."""
    page.get_by_label("Name").fill(ADMIN)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_test_id("people-sign-in-button").click()


def signed_in(path: str, screen: Screen, prepare: Callable[[Page], None] = as_it_is) -> Shot:
    """A page as the administrator sees it."""
    return Shot(path, screen, prepare, is_signed_in=True)


def refused(page: Page) -> None:
    """A wrong password."""
    sign_in(page, WRONG)
    page.get_by_test_id("people-problem").wait_for()


def with_menu(page: Page) -> None:
    """The menu open."""
    page.get_by_test_id("people-menu-button").click()


def with_token(page: Page) -> None:
    """A token that was just added."""
    page.get_by_label("What it is for").fill("Nightly backup")
    page.get_by_role("button", name="Add the token").click()
    page.get_by_test_id("people-secret").wait_for()


def to_a_private_item(page: Page) -> None:
    """An item that others do not see."""
    page.get_by_test_id("gallery-grid-item").filter(
        has=page.get_by_test_id("gallery-private")
    ).first.locator("[data-card]").click()
    page.wait_for_url("**/gallery/items/*")


def with_uploads(page: Page) -> None:
    """What became of three files."""
    files: list[FilePayload] = []
    for number, name in enumerate(UPLOADED):
        made = io.BytesIO()
        if not name.endswith(".html"):
            scene(1024, 768, number).save(made, name.rpartition(".")[2])
        content = made.getvalue() or b"<!doctype html>"
        files.append({"name": name, "mimeType": "image/png", "buffer": content})
    page.get_by_test_id("gallery-upload-files").set_input_files([*files, files[0]])
    page.get_by_text("Finished:").wait_for(state="attached")


OWN: Final = {
    "own": signed_in("/gallery", WIDE),
    "own-dark": signed_in("/gallery?sort=oldest", LOWER | DARK),
    "own-wide": signed_in("/gallery", VAST),
    "own-item": signed_in("/gallery", WIDE, to_an_item),
    "own-creator": signed_in("/gallery?density=small", LOWER, to_a_creator),
    "own-phone": signed_in("/gallery", PHONE),
    "own-phone-item": signed_in("/gallery", PHONE | DARK, to_an_item),
    "people-sign-in": Shot("/gallery/sign-in", LOWER, refused),
    "people-menu": signed_in("/gallery", LOWER, with_menu),
    "people-private": signed_in("/gallery", WIDE, to_a_private_item),
    "people-account": signed_in(ACCOUNT, LOWER | DARK),
    "people-sessions": signed_in(f"{ACCOUNT}/sessions", LOWER | DARK),
    "people-tokens": signed_in(f"{ACCOUNT}/tokens", WIDE, with_token),
    "people-users": signed_in(f"{ADMINS}/users", WIDE),
    "people-record": signed_in(f"{ADMINS}/audit", WIDE | DARK),
    "people-phone-sign-in": Shot("/gallery/sign-in", PHONE | DARK),
    "people-phone-tokens": signed_in(f"{ACCOUNT}/tokens", PHONE | DARK, with_token),
    "people-phone-users": signed_in(f"{ADMINS}/users", PHONE),
    "ratings": signed_in("/gallery?view=list&sort=mine", LOWER),
    "ratings-phone": signed_in("/gallery?view=list&sort=rated", PHONE | DARK),
    "duplicates": signed_in("/gallery/duplicates", WIDE),
    "duplicates-dark": signed_in("/gallery/duplicates?whose=all", LOWER | DARK),
    "duplicates-phone": signed_in("/gallery/duplicates", PHONE),
    # The last: it adds pictures.
    "own-upload": signed_in("/gallery/upload", TALL, with_uploads),
}
