"""The screenshots of favourites and albums, in the gallery with imported pictures."""

from collections.abc import Callable
from typing import Final

from playwright.sync_api import Page

from docs.screens import DARK, LOWER, PHONE, WIDE, Screen, Shot

ALBUMS: Final = {"Harbour": range(8), "Evenings": range(4, 15), "For the calendar": range(14, 20)}
OURS: Final = {"Sec-Fetch-Site": "same-origin"}
INNER: Final = "Low tide"


def filled(page: Page) -> None:
    """With albums and favourites, if there are none yet."""
    page.goto("/gallery/albums")
    if page.get_by_test_id("gallery-album").count():
        return
    page.goto("/gallery")
    ids = page.locator("[data-id]").evaluate_all("(cards) => cards.map((one) => one.dataset.id)")
    for name, places in ALBUMS.items():
        send(page, "/gallery/albums", name=name)
        album = to_album(page, name)
        for place in places:
            send(page, f"/gallery/items/{ids[place]}/albums", **{"in": album})
    send(page, "/gallery/albums", name=INNER, parent=to_album(page, "Harbour"))
    album = to_album(page, "Evenings")
    colour = {"color": "#d68910", "description": "Every picture with a low sun in it."}
    send(page, f"/gallery/albums/{album}", name="Evenings", **colour)
    send(page, f"/gallery/albums/{album}/link", prompts="no")


def send(page: Page, path: str, **fields: str) -> None:
    """Send a form, as the page would."""
    if not page.request.post(path, form=dict(fields), headers=OURS).ok:
        raise SystemExit(f"{path} was refused.")


def to_album(page: Page, name: str) -> str:
    """Go to an album, and return its id."""
    page.goto("/gallery/albums")
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_url("**/gallery/albums/*")
    return page.url.partition("?")[0].rpartition("/")[2]


def with_stars(page: Page) -> None:
    """The gallery, where some pictures have a star and one is pointed at."""
    filled(page)
    page.goto("/gallery")
    page.get_by_test_id("gallery-grid-item").nth(9).hover()


def with_choice(page: Page) -> None:
    """The window in which albums are chosen."""
    with_stars(page)
    page.get_by_test_id("gallery-grid-item").nth(5).get_by_test_id("gallery-albums-way").click()
    page.get_by_role("dialog").filter(has_text="New album").wait_for()


def all_albums(page: Page) -> None:
    """The shelf."""
    filled(page)
    page.goto("/gallery/albums")


def an_album(page: Page) -> None:
    """An album that is shared."""
    filled(page)
    to_album(page, "Evenings")


def as_a_stranger(page: Page) -> None:
    """What its link shows."""
    an_album(page)
    page.get_by_test_id("gallery-album-share").locator("summary").click()
    page.get_by_test_id("gallery-album-look").click()
    page.get_by_test_id("shared-album").wait_for()


def signed_in(screen: Screen, prepare: Callable[[Page], None]) -> Shot:
    """A page as the administrator sees it."""
    return Shot("/gallery", screen, prepare, is_signed_in=True)


KEPT: Final = {
    "kept-stars": signed_in(WIDE, with_stars),
    "kept-choice": signed_in(LOWER | DARK, with_choice),
    "kept-albums": signed_in(WIDE, all_albums),
    "kept-album": signed_in(WIDE | DARK, an_album),
    "kept-shared": signed_in(LOWER, as_a_stranger),
    "kept-phone-albums": signed_in(PHONE, all_albums),
}
