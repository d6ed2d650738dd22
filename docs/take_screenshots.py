"""Takes the pictures in docs/screenshots from real pages: of the demo, and of other galleries.

`make screenshots` runs it; `python -m docs.take_screenshots NAME...` takes some again.
It needs Chromium, and starts all else by itself.
"""

import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, StorageState, sync_playwright

from docs.galleries import demo, unfilled
from docs.own_gallery import own
from docs.pages_of_demo import DEMO, UNFILLED
from docs.pages_of_kept import KEPT
from docs.pages_of_own import OWN, sign_in
from docs.screens import Screen, Shot
from tests.support.chromium import ARGUMENTS, CHROMIUM, MISSING
from tests.support.people import PASSWORD

FOLDER: Final = Path(__file__).parent / "screenshots"
QUALITY: Final = 84
Gallery = Callable[[Path], AbstractContextManager[str]]
GALLERIES: Final[tuple[tuple[Gallery, dict[str, Shot]], ...]] = (
    (lambda _folder: demo(), DEMO),
    (own, KEPT | OWN),
    (lambda _folder: unfilled(), UNFILLED),
)


def main() -> None:
    """Take them all, or those whose names are given."""
    if not CHROMIUM:
        raise SystemExit(MISSING)
    wanted = set(sys.argv[1:])
    FOLDER.mkdir(exist_ok=True)
    with chromium() as browser:
        for gallery, shots in GALLERIES:
            chosen = {name: shot for name, shot in shots.items() if not wanted or name in wanted}
            if chosen:
                with tempfile.TemporaryDirectory() as folder, gallery(Path(folder)) as url:
                    take(browser, url, chosen)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, which ends with the `with`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, "--hide-scrollbars"]
        )
        yield browser
        browser.close()


def take(browser: Browser, url: str, shots: dict[str, Shot]) -> None:
    """Take pictures of a gallery's pages. Signing in once is enough for all."""
    options: Screen = {"base_url": url, "reduced_motion": "reduce"}
    known = signed_in(browser, options) if any(one.is_signed_in for one in shots.values()) else None
    for name, shot in shots.items():
        state = known if shot.is_signed_in else None
        context = browser.new_context(storage_state=state, **options, **shot.screen)
        page = context.new_page()
        page.goto(shot.path)
        shot.prepare(page)
        page.wait_for_load_state("networkidle")
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        file = FOLDER / f"{name}.webp"
        picture.save(file, quality=QUALITY, method=6)
        print(f"{file.name}: {file.stat().st_size >> 10} kB")
        context.close()


def signed_in(browser: Browser, options: Screen) -> StorageState:
    """The cookies of the administrator."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto("/gallery/sign-in")
    sign_in(page, PASSWORD)
    page.get_by_test_id("people-menu").wait_for()
    state = context.storage_state()
    context.close()
    return state


if __name__ == "__main__":
    main()
