"""What open pages cost writers: the figures of docs/live.md.

    python -m benchmarks.live [--pages 50] [--writes 1000] [--rounds 8]

A gallery of its own, whose API folds as a worker would. Writers insert one item per transaction, at
a fixed rate and then as fast as they can, in rounds that take turns: without pages, and with pages
that each hold a stream of another user's counts. After each round with pages, the last event of
each page has to be what plain SQL counts, or there are no results.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg
from rich.progress import track
from sqlalchemy import URL

from benchmarks.for_viewers import Gallery, answers
from genonaut.config import load_settings
from genonaut.db.address import connection_arguments
from genonaut.db.session import open_database
from genonaut.running.output import print_table, say

PATH: Final = "/api/v1/content/stats/stream"
WRITERS: Final = 4
SECONDS: Final = 4.0
PATIENCE_SECONDS: Final = 60.0
INSERT: Final = (
    "INSERT INTO content_items (title, content_data, prompt, creator_id) VALUES ('t', '', 'p', %s)"
)
TRUTH: Final = """
    SELECT count(*) FILTER (WHERE creator_id = %(user)s AND source_type = 'items'),
           count(*) FILTER (WHERE creator_id = %(user)s AND source_type = 'auto'),
           count(*) FILTER (WHERE source_type = 'items'),
           count(*) FILTER (WHERE source_type = 'auto')
    FROM content_items_all"""


class Folding(Gallery):
    """A gallery whose API does the worker's work, with or without readers."""

    def __init__(self, home: Path) -> None:
        super().__init__(Path.cwd(), home, "open")
        self._environment["GENONAUT_LITE"] = "true"


@dataclass
class Page:
    """One that holds a stream."""

    user: str
    told: list[list[int]] = field(default_factory=list)

    async def look(self, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"GET {PATH}?user_id={self.user} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        writer.write(head.encode())
        try:
            while line := await reader.readline():
                if line.startswith(b"data: "):
                    self.told.append([*json.loads(line[6:]).values()][:4])
        finally:
            writer.close()


@dataclass(frozen=True)
class Work:
    """What writers did: transactions per second, and the milliseconds that one took."""

    rate: float
    milliseconds: float


def write(url: URL, users: list[str], rate: float | None) -> list[float]:
    """Insert until the time is over, at a rate or as fast as it goes; how long each took."""
    took: list[float] = []
    chance = random.Random()
    with psycopg.connect(**connection_arguments(url) | {"autocommit": True}) as connection:
        began = time.perf_counter()
        while (now := time.perf_counter()) < began + SECONDS:
            if rate and now < (due := began + len(took) / rate):
                time.sleep(due - now)
                continue
            connection.execute(INSERT, [chance.choice(users)], prepare=True)
            took.append(time.perf_counter() - now)
    return took


async def work(url: URL, users: list[str], writes: float | None) -> Work:
    """All writers at once."""
    rate = writes / WRITERS if writes else None
    all_took = await asyncio.gather(
        *(asyncio.to_thread(write, url, users, rate) for _ in range(WRITERS))
    )
    took = [one for some in all_took for one in some]
    return Work(len(took) / SECONDS, 1000 * statistics.median(took))


@asynccontextmanager
async def looking(port: int, users: list[str]) -> AsyncIterator[list[Page]]:
    """Pages whose streams are open, until the `with` ends."""
    pages = [Page(user) for user in users]
    tasks = [asyncio.create_task(page.look(port)) for page in pages]
    await until(lambda: all(page.told for page in pages), "the streams begin")
    yield pages
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Any, what: str) -> None:  # noqa: ANN401
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"{PATIENCE_SECONDS:g} seconds, and not yet: {what}. No results.")
        await asyncio.sleep(0.05)


def truth(url: URL, user: str) -> list[int]:
    with psycopg.connect(**connection_arguments(url)) as connection:
        return [*(connection.execute(TRUTH, {"user": user}).fetchone() or ())]


async def with_pages(
    port: int, url: URL, users: list[str], number: int, writes: float | None
) -> tuple[Work, float]:
    """The writers' work beside open pages; and the events of a page in a second."""
    async with looking(port, users[:number]) as pages:
        before, began = sum(len(page.told) for page in pages), time.perf_counter()
        done = await work(url, users, writes)
        seconds = time.perf_counter() - began
        events = sum(len(page.told) for page in pages) - before
        for page in pages:
            expected = truth(url, page.user)
            await until(lambda: page.told[-1] == expected, f"{expected}, but {page.told[-1]}")  # noqa: B023
    return done, events / number / seconds


async def measure(gallery: Gallery, url: URL, users: list[str], given: argparse.Namespace) -> None:
    """Rounds that take turns, and the table."""
    await answers(gallery.port)
    rows, events = [], []
    kinds = (f"{given.writes:,} a second", given.writes), ("as fast as it goes", None)
    for name, writes in kinds:
        alone: list[Work] = []
        beside: list[Work] = []
        for number in track(range(given.rounds), description=name):
            if number % 2 == 0:
                alone.append(await work(url, users, writes))
            found = await with_pages(gallery.port, url, users, given.pages, writes)
            beside.append(found[0])
            events.append(found[1])
            if number % 2:
                alone.append(await work(url, users, writes))
        rows.append([name, *figures(alone, beside)])
    print_table(
        ("writes", "without pages", f"with {given.pages}", "ratio", "ms of one", "with", "ratio"),
        rows,
    )
    say(f"Events of a page in a second: {statistics.median(events):.2f}. The last ones were right.")


def figures(alone: list[Work], beside: list[Work]) -> Iterator[str]:
    """Medians, and the medians of the ratios in the same round: of the rate, more is better."""
    for attribute, form in (("rate", "{:,.0f}"), ("milliseconds", "{:.3f}")):
        without = [getattr(one, attribute) for one in alone]
        within = [getattr(one, attribute) for one in beside]
        yield form.format(statistics.median(without))
        yield form.format(statistics.median(within))
        ratios = [there / here for here, there in zip(without, within, strict=True)]
        yield f"{statistics.median(ratios):.3f}"


@contextmanager
def gallery_of_its_own() -> Iterator[tuple[Gallery, URL, list[str]]]:
    """A seeded gallery, its database's address, and its users."""
    with tempfile.TemporaryDirectory(prefix="genonaut-live-") as folder:
        Path(folder).chmod(0o711)
        gallery = Folding(Path(folder) / "home")
        settings = load_settings("demo").model_copy(update={"home": Path(folder) / "home"})
        with gallery.served(), open_database(settings, role="owner") as database:
            with database.transaction() as session:
                rows = session.connection().exec_driver_sql("SELECT id::text FROM users ORDER BY 1")
                users = [user for (user,) in rows]
            yield gallery, database.url, users


def main() -> None:
    """Seed, serve, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--writes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=8)
    given = parser.parse_args()
    with gallery_of_its_own() as (gallery, url, users):
        asyncio.run(measure(gallery, url, users, given))


if __name__ == "__main__":
    main()
