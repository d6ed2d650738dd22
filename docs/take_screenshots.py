"""Takes the pictures in docs/screenshots from real pages: of the demo, and of imported pictures.

`make screenshots` runs it; `python -m docs.take_screenshots NAME...` takes some again.
It needs Chromium, and starts all else by itself.
"""

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, sync_playwright

from docs.galleries import demo, own
from tests.support.chromium import ARGUMENTS, CHROMIUM, MISSING
from tests.support.scenes import scene

FOLDER: Final = Path(__file__).parent / "screenshots"
WIDE: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 800}}
TALL: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 1130}}
LOWER: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 700}}
PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 360, "height": 720},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DARK: Final[dict[str, Any]] = {"color_scheme": "dark"}
QUALITY: Final = 84
UPLOADED: Final = ("hills at dusk.png", "valley.webp", "notes.html")


Pictures = dict[str, tuple[str, dict[str, Any], Callable[[Page], None]]]
"""By name: the page, the screen, and what is done there before."""


def main() -> None:
    """Take them all, or those whose names are given."""
    if not CHROMIUM:
        raise SystemExit(MISSING)
    wanted = sys.argv[1:]
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, "--hide-scrollbars"]
        )
        for gallery, pictures in ((demo(), DEMO), (own(Path(folder) / "pictures"), OWN)):
            with gallery as url:
                for name, (path, options, prepare) in pictures.items():
                    if not wanted or name in wanted:
                        take(browser, url, name, path, options, prepare)
        browser.close()


def take(
    browser: Browser,
    url: str,
    name: str,
    path: str,
    options: dict[str, Any],
    prepare: Callable[[Page], None],
) -> None:
    """One picture."""
    context = browser.new_context(base_url=url, reduced_motion="reduce", **options)
    page = context.new_page()
    page.goto(path)
    prepare(page)
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    file = FOLDER / f"{name}.webp"
    picture.save(file, quality=QUALITY, method=6)
    print(f"{file.name}: {file.stat().st_size >> 10} kB")
    context.close()


def as_somebody(page: Page) -> None:
    """Look as the one who has made most."""
    page.get_by_test_id("gallery-viewer-select").select_option(index=1)
    page.locator("#viewer option[selected]").wait_for(state="attached")


def with_counts(page: Page) -> None:
    """The counts open."""
    as_somebody(page)
    page.get_by_test_id("gallery-options-stats-info-button").click()


def with_options(page: Page) -> None:
    """The drawer open."""
    page.get_by_test_id("gallery-options-toggle-button").tap()


def as_it_is(_page: Page) -> None:
    """Nothing more."""


def to_an_own_item(page: Page) -> None:
    """An item of one's own."""
    as_somebody(page)
    page.locator("[data-card]").nth(3).click()


def to_an_item(page: Page) -> None:
    """An item in the middle of a list."""
    page.locator("[data-card]").nth(5).click()
    page.wait_for_url("**/gallery/items/*")


def to_a_creator(page: Page) -> None:
    """The creator of the first item."""
    page.locator(".card__creator").first.click()
    page.wait_for_url("**/gallery/creators/*")


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


DEMO: Final[Pictures] = {
    "gallery-light": ("/gallery?sort=best", WIDE, as_somebody),
    "gallery-dark": ("/gallery?tags=japan", LOWER | DARK, as_somebody),
    "counts": ("/gallery", LOWER, with_counts),
    "list": ("/gallery?search=lighthouse&view=list", WIDE, as_it_is),
    "empty": ("/gallery?search=lighthouse+zebra&notGenSource=comm-g", WIDE, as_it_is),
    "item": ("/gallery?notGenSource=comm-g,comm-ag&sort=oldest", WIDE, to_an_own_item),
    "item-dark": ("/gallery?sort=best", LOWER | DARK, to_an_item),
    "creator": ("/gallery?sort=best&density=small", WIDE, to_a_creator),
    "stats": ("/gallery/stats", {"viewport": {"width": 1280, "height": 1400}}, as_it_is),
    "phone": ("/gallery?sort=title", PHONE, as_it_is),
    "phone-item": ("/gallery?sort=best", PHONE | DARK, to_an_item),
    "phone-options": ("/gallery", PHONE | DARK, with_options),
}
OWN: Final[Pictures] = {
    "own": ("/gallery", WIDE, as_it_is),
    "own-dark": ("/gallery?sort=oldest", LOWER | DARK, as_it_is),
    "own-item": ("/gallery", WIDE, to_an_item),
    "own-creator": ("/gallery?density=small", LOWER, to_a_creator),
    "own-phone": ("/gallery", PHONE, as_it_is),
    "own-phone-item": ("/gallery", PHONE | DARK, to_an_item),
    "own-upload": ("/gallery/upload", TALL, with_uploads),
}

if __name__ == "__main__":
    main()
