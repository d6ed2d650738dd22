"""Filtering by tags, beside the plain join: the figures of docs/listing.md.

    python -m benchmarks.tag_filter [--items 1000000]

First page of 50 with its total, newest first. Medians of interleaved rounds, on the embedded
PostgreSQL, in a database of its own. A wrong answer ends the run.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import track
from sqlalchemy import bindparam, text

from genonaut.api.gallery.query import GalleryPage, GalleryQuery, TagMatch
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings, load_settings
from genonaut.content.viewer import EVERYTHING
from genonaut.db.counts import build_counts
from genonaut.db.session import Database, open_database
from genonaut.running.output import print_table, say
from tests.support.plans import Plan, plans

SIZE = 50
ROUNDS = 7
TAGS = 400
SETS = {
    "the most frequent": (1,),
    "a frequent one": (20,),
    "a rare one": (TAGS,),
    "the two most frequent": (1, 2),
    "two of the middle": (20, 40),
    "frequent and rare": (1, TAGS),
    "seven frequent": (1, 2, 3, 4, 5, 6, 7),
    "seven of the middle": (20, 30, 40, 50, 60, 70, 80),
    "seven, common to rare": (1, 3, 10, 30, 100, 200, TAGS),
}

FILL = [
    "INSERT INTO users (username) SELECT 'user ' || n FROM generate_series(1, 10000) AS n",
    """
    INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id, created_at)
    SELECT CASE WHEN n %% 4 = 0 THEN 'items' ELSE 'auto' END, 'Title ' || n, '',
           'a prompt of some length about number ' || n, users.id,
           timestamptz '2026-01-01 00:00:00+00' + n * interval '1 second'
    FROM generate_series(1, {items}) AS n
    JOIN (SELECT id, row_number() OVER () AS place FROM users) AS users
         ON place = 1 + n %% 10000""",
    "INSERT INTO tags (name) SELECT 'tag ' || n FROM generate_series(1, {tags}) AS n",
    # Zipf's law: the tag of rank r is on about 1/r as many items as the first. Without triggers,
    # because the counts are built below.
    "ALTER TABLE content_tags DISABLE TRIGGER USER",
    """
    INSERT INTO content_tags (content_id, source_type, tag_id, creator_id, visibility)
    SELECT DISTINCT items.id, source_type, ranked.id, creator_id, visibility
    FROM content_items_all AS items
    CROSS JOIN LATERAL generate_series(1, 1 + items.id %% 6) AS nth
    JOIN (SELECT id, substr(name, 5)::int AS rank FROM tags) AS ranked
         ON rank = floor(exp(ln({tags} + 1) * (hashint8(items.id * 7 + nth)::bigint + 2147483648)
                                 / 4294967296.0))""",
    "ALTER TABLE content_tags ENABLE TRIGGER USER",
]

CARRYING = """
    SELECT items.id FROM content_items_all AS items
    JOIN content_tags ON content_id = items.id AND content_tags.source_type = items.source_type
    JOIN tags ON tags.id = tag_id
    WHERE tags.name IN :names
    GROUP BY items.id, items.source_type, items.created_at
    HAVING count(*) >= :needed"""
JOIN_PAGE = text(f"{CARRYING} ORDER BY items.created_at DESC, items.id DESC LIMIT {SIZE}")
JOIN_COUNT = text(f"SELECT count(*) FROM ({CARRYING}) AS carrying")


@dataclass(frozen=True)
class Case:
    """Some tags, and whether one of them is enough."""

    what: str
    tags: Sequence[str]
    match: TagMatch


class Bench:
    """A filled database, and both ways to ask it."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings

    def ours(self, case: Case) -> GalleryPage:
        """The page with its items, creators, tags and total."""
        with self.database.snapshot() as session:
            query = GalleryQuery(tags=tuple(case.tags), tag_match=case.match, page_size=SIZE)
            return GalleryService(session, self.settings.gallery).page(EVERYTHING, query)

    def join(self, case: Case) -> tuple[list[int], int]:
        """The page's ids alone, and the total."""
        needed = len(case.tags) if case.match == "all" else 1
        given = {"names": list(case.tags), "needed": needed}
        names: Any = bindparam("names", expanding=True)
        with self.database.transaction() as session:
            page = session.scalars(JOIN_PAGE.bindparams(names), given).all()
            return list(page), session.scalars(JOIN_COUNT.bindparams(names), given).one()

    def plan(self, case: Case) -> Plan:
        """The plan of the statement that lists the page's items, if there is any."""
        with self.database.snapshot() as session:
            service = GalleryService(session, self.settings.gallery)
            query = GalleryQuery(tags=tuple(case.tags), tag_match=case.match, page_size=SIZE)
            found = plans(session, lambda: service.page(EVERYTHING, query))
        return next((plan for plan in found if "creator_username" in plan.statement), found[0])


def milliseconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def fill(database: Database, items: int) -> None:
    with database.transaction() as session:
        for statement in track(FILL, "Filling"):
            session.connection().exec_driver_sql(statement.format(items=items, tags=TAGS), ())
    build_counts(database, "benchmark")
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def check(bench: Bench, case: Case) -> tuple[int, bool]:
    """The total, and whether ours is exact; both must list the same items."""
    found, (expected, total) = bench.ours(case), bench.join(case)
    reported = found.pagination
    assert [item.id for item in found.items] == expected, case
    is_exact = not reported.total_is_estimate
    assert reported.total_count == total or (reported.total_count < total and not is_exact), case
    return total, is_exact


def measure(bench: Bench, case: Case) -> tuple[str | int, ...]:
    total, exact = check(bench, case)
    ours, join = [], []
    for _ in range(ROUNDS):
        ours.append(milliseconds(lambda: bench.ours(case)))
        join.append(milliseconds(lambda: bench.join(case)))
    plan = bench.plan(case)
    way = "collect" if plan.has("CTE Scan") else "walk"
    medians = statistics.median(ours), statistics.median(join)
    return (
        f"{case.what}, {case.match}" if len(case.tags) > 1 else case.what,
        total,
        "yes" if exact else "at least",
        way if total else "none",
        plan.buffers if total else 0,
        round(medians[0]),
        round(medians[1]),
        f"{medians[1] / medians[0]:.1f}",
    )


def cases() -> list[Case]:
    matches: dict[bool, tuple[TagMatch, ...]] = {True: ("any", "all"), False: ("any",)}
    return [
        Case(what, [f"tag {rank}" for rank in ranks], match)
        for what, ranks in SETS.items()
        for match in matches[len(ranks) > 1]
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    items = parser.parse_args().items
    with tempfile.TemporaryDirectory(prefix="genonaut-bench-") as folder:
        Path(folder).chmod(0o711)
        settings = load_settings("test").model_copy(update={"home": Path(folder)})
        with open_database(settings, role="owner") as database:
            fill(database, items)
            bench = Bench(database, settings)
            rows = [measure(bench, case) for case in track(cases(), "Measuring")]
    head = ["tags", "match", "total exact", "way", "buffers", "ours, ms", "join, ms", "join / ours"]
    print_table(head, rows)
    say(f"{items:,} items, {TAGS} tags; first page of {SIZE} with total; medians of {ROUNDS}.")


if __name__ == "__main__":
    main()
