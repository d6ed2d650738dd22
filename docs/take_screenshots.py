"""Takes the pictures in docs/screenshots from the real pages, on the demo's data.

`make screenshots` runs it. It needs Chromium, and starts all else by itself.
"""

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.config import LogSettings, load_settings
from genonaut.db.counts import build_counts
from genonaut.db.session import Database, open_database
from genonaut.demo.seed import seed
from genonaut.logs import configure_logs
from tests.support.api import running_api
from tests.support.chromium import ARGUMENTS, CHROMIUM, MISSING

FOLDER: Final = Path(__file__).parent / "screenshots"
WIDE: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 800}}
LOWER: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 700}}
PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 360, "height": 720},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
# A demo has existed for a minute. So that there is growth to see: what the hourly refreshes would
# have recorded, had there been any while its items were made.
PAST_REFRESHES: Final = """
INSERT INTO gen_source_refreshes
    (started_at, duration_seconds, requested_by, outcome, rows_checked, totals)
SELECT moment, 0.08 + 0.02 * random(), 'beat', 'exact', 1002, (
    SELECT jsonb_build_object('regular', count(*) FILTER (WHERE source_type = 'items'),
                              'auto', count(*) FILTER (WHERE source_type = 'auto'))
    FROM content_items_all WHERE created_at <= moment)
FROM (
    SELECT generate_series(timestamptz '2024-06-01', now() - interval '1 day', '10 days')
    UNION ALL
    SELECT generate_series(date_trunc('hour', now() - interval '1 day'), now(), '1 hour')
) AS moments (moment)
ORDER BY moment
"""


def main() -> None:
    """Take them all."""
    if not CHROMIUM:
        raise SystemExit(MISSING)
    FOLDER.mkdir(exist_ok=True)
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, "--hide-scrollbars"]
        )
        for name, (path, options, prepare) in PICTURES.items():
            take(browser, url, name, path, options, prepare)
        browser.close()


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo of its own, which ends with the `with`."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o711)  # the server's account has to reach it
        configure_logs(LogSettings(level="warning", format="text"))
        settings = load_settings("demo").model_copy(update={"home": Path(home)})
        with open_database(settings, pool_size=settings.api.pool_size) as database:
            fill(database)
            with running_api(settings, database) as client:
                yield str(client.base_url).rstrip("/")


def fill(database: Database) -> None:
    """The demo's data, and a past."""
    with database.transaction() as session:
        seed(session.connection())
    with database.transaction() as session:
        session.connection().exec_driver_sql(PAST_REFRESHES)
        ContentRepository(session).refresh_gen_source_stats("genonaut seed")
    build_counts(database, "genonaut seed")


def take(
    browser: Browser,
    url: str,
    name: str,
    path: str,
    options: dict[str, Any],
    prepare: Callable[[Page], None],
) -> None:
    """One picture; a little coarser than the screen in its colours, which the eye does not see."""
    context = browser.new_context(base_url=url, reduced_motion="reduce", **options)
    page = context.new_page()
    page.goto(path)
    prepare(page)
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    file = FOLDER / f"{name}.png"
    Image.eval(picture, lambda level: min(255, (level + 2) // 4 * 4)).save(file, optimize=True)
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


PICTURES: Final[dict[str, tuple[str, dict[str, Any], Callable[[Page], None]]]] = {
    "gallery-light": ("/gallery?sort=best", WIDE, as_somebody),
    "gallery-dark": ("/gallery?tags=japan", LOWER | {"color_scheme": "dark"}, as_somebody),
    "counts": ("/gallery", LOWER, with_counts),
    "list": ("/gallery?search=lighthouse&view=list", WIDE, as_it_is),
    "empty": ("/gallery?search=lighthouse+zebra&notGenSource=comm-g", WIDE, as_it_is),
    "item": ("/gallery?notGenSource=comm-g,comm-ag&sort=oldest", WIDE, to_an_own_item),
    "item-dark": ("/gallery?sort=best", LOWER | {"color_scheme": "dark"}, to_an_item),
    "creator": ("/gallery?sort=best&density=small", WIDE, to_a_creator),
    "stats": ("/gallery/stats", {"viewport": {"width": 1280, "height": 1400}}, as_it_is),
    "phone": ("/gallery?sort=title", PHONE, as_it_is),
    "phone-item": ("/gallery?sort=best", PHONE | {"color_scheme": "dark"}, to_an_item),
    "phone-options": ("/gallery", PHONE | {"color_scheme": "dark"}, with_options),
}

if __name__ == "__main__":
    main()
