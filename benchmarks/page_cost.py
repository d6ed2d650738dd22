"""What a page costs its visitor: the table of docs/benchmark.md.

    python -m benchmarks.page_cost [--address URL] [--line 50] [--latency 400] [--rounds 3]

Opens the first page of a gallery in Chromium on a slow line, by default 50 kB/s with 400 ms to each
response: cold, then again with what the browser has kept by then; then another order is chosen. It
counts requests and bytes as they were on the line, and says when text and pictures were there. The
gallery is one of its own with 48 painted pictures, or one that runs at an address.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from docs.own_gallery import own
from genonaut.running.output import print_table, say
from tests.support.chromium import ARGUMENTS, CHROMIUM

SIZE: Final = {"width": 1440, "height": 900}
PATIENCE_MS: Final = 180_000
PAINTED: Final = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
# When the first picture in view and the last of them came; null while one is missing.
PICTURES: Final = """() => {
  const came = performance.getEntriesByType("resource").map((one) => [one.name, one.responseEnd]);
  const ends = new Map(came);
  const times = [...document.querySelectorAll(".frame img")]
    .filter((img) => img.getBoundingClientRect().top < innerHeight)
    .map((img) => img.complete && ends.get(img.currentSrc));
  return times.every(Boolean) && times.length ? [Math.min(...times), Math.max(...times)] : null;
}"""
HEAD: Final = ("", "requests", "kB", "first text", "first picture", "all in view")
Cost = tuple[float, ...]


class Line:
    """A slow line to one page, on which requests and bytes are counted."""

    def __init__(self, page: Page, given: argparse.Namespace) -> None:
        self.requests, self.bytes = 0, 0
        speed = given.line * 1000
        slow = {"offline": False, "latency": given.latency}
        slow |= {"downloadThroughput": speed, "uploadThroughput": speed}
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", slow)
        session.on("Network.loadingFinished", self._count)

    def _count(self, event: dict[str, Any]) -> None:
        if event["encodedDataLength"] > 0:  # else it was in the browser's cache
            self.requests += 1
            self.bytes += event["encodedDataLength"]


def cost(page: Page, line: Line, started: float, text: float) -> Cost:
    """What was on the line until all pictures were there, and the moments in seconds."""
    while not (pictures := page.evaluate(PICTURES)):
        page.wait_for_timeout(100)
    page.wait_for_load_state("networkidle")
    moments = [(moment - started) / 1000 for moment in (text, *pictures)]
    return (line.requests, line.bytes / 1000, *moments)


def visit(context: BrowserContext, address: str, given: argparse.Namespace) -> tuple[Cost, Page]:
    """Open the gallery in a new tab."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    line = Line(page, given)
    page.goto(f"{address}/gallery", wait_until="networkidle")
    return cost(page, line, 0, page.evaluate(PAINTED)), page


def choose(page: Page, given: argparse.Namespace) -> Cost:
    """Choose another order, and wait for its first page."""
    line = Line(page, given)
    before = page.evaluate("[performance.timeOrigin, performance.now()]")
    page.locator("#sort").select_option("oldest")
    page.wait_for_url("**sort=oldest*", wait_until="commit")
    if page.evaluate("performance.timeOrigin") == before[0]:  # on the same page
        return cost(page, line, before[1], page.evaluate("performance.now()"))
    page.wait_for_load_state("networkidle")
    late = page.evaluate("performance.timeOrigin") - sum(before)
    return cost(page, line, -late, page.evaluate(PAINTED))


def measure(browser: Browser, address: str, given: argparse.Namespace) -> dict[str, Cost]:
    """The three costs of a new visitor."""
    context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
    cold, page = visit(context, address, given)
    page.close()
    warm, page = visit(context, address, given)
    costs = {"cold": cold, "warm": warm, "another order": choose(page, given)}
    context.close()
    return costs


@contextmanager
def gallery_at(address: str | None) -> Iterator[str]:
    """The address, or that of a gallery of its own."""
    if address:
        yield address.rstrip("/")
        return
    with tempfile.TemporaryDirectory() as folder, own(Path(folder)) as url:
        yield url


def main() -> None:
    """Print the table: medians of some rounds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--address")
    parser.add_argument("--line", type=float, default=50, help="kB/s")
    parser.add_argument("--latency", type=float, default=400, help="ms to each response")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with gallery_at(given.address) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        rounds = [measure(browser, address, given) for _ in range(given.rounds)]
        browser.close()
    rows = []
    for name in rounds[0]:
        columns = zip(*(one[name] for one in rounds), strict=True)
        number, size, *moments = map(median, columns)
        rows.append((name, f"{number:.0f}", f"{size:.0f}", *(f"{one:.1f} s" for one in moments)))
    say(f"{given.line:g} kB/s, {given.latency:g} ms, medians of {given.rounds}")
    print_table(HEAD, rows)


if __name__ == "__main__":
    main()
