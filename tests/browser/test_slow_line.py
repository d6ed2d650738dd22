"""A page that comes in pieces, as on a slow line, moves nothing that it has shown."""

import httpx
import pytest
from playwright.sync_api import Browser

from tests.browser.test_rows import SHIFTS, shifts
from tests.support.dripping import WHOLE, Pieces, dripping
from tests.support.site import Site
from tests.support.waiting import PATIENCE_SECONDS

PIECES = 3
# Time to paint what has come. Where it may not be painted, that never ends by itself.
PAINT = """new Promise((done) => {
  setTimeout(done, 100);
  requestAnimationFrame(() => requestAnimationFrame(done));
})"""


@pytest.mark.long
def test_nothing_moves_while_a_page_comes(chromium: Browser, site: Site) -> None:
    item = site.number("SELECT min(id) FROM content_items_all WHERE visibility = 'public'")
    paths = ("/gallery", "/gallery?view=list", "/gallery/stats", f"/gallery/items/{item}")
    pieces = Pieces()
    with dripping(site.url, pieces) as address, chromium.new_context() as context:
        page = context.new_page()
        page.add_init_script(SHIFTS)
        page.add_init_script("delete window.EventSource")  # the numbers would come without end
        for path in paths[:1] + paths:  # at first the styles come
            html = httpx.get(site.url + path, timeout=PATIENCE_SECONDS).content
            size = -(-len(html) // PIECES)
            pieces.put(html[:size])
            page.goto(address + path, wait_until="commit")
            for start in range(size, len(html), size):
                page.evaluate(PAINT)
                pieces.put(html[start : start + size])
            pieces.put(WHOLE)
            page.wait_for_load_state()
            assert (path, shifts(page)) == (path, [])
