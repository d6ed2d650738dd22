"""Searching, beside the plain list: the figures of docs/searching.md.

    python -m benchmarks.searching [--items 1000000]

First page of 50 with its total, newest first. Medians of interleaved rounds, on the embedded
PostgreSQL, in a database of its own. A wrong answer ends the run, and so does a plan that reads a
whole table.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from genonaut.api.gallery.query import GalleryPage, GalleryQuery
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings, load_settings
from genonaut.content.viewer import EVERYTHING
from genonaut.db.session import Database, open_database
from genonaut.running.output import print_table, say
from tests.support.plans import Plan, plans

SIZE = 50
ROUNDS = 5
USERS = 10_000
STEP = 997
"""Every so many items are what is seldom."""
ITEMS_TABLES = frozenset({"content_items", "content_items_auto"})

INDEXES = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index WHERE indrelid = 'content_items_all'::regclass
      AND indexrelid::regclass::text LIKE 'idx_content_search_%%'"""
FILL = [
    "INSERT INTO users (username) SELECT 'user ' || n FROM generate_series(1, {users}) AS n",
    """
    INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id, created_at,
                                   item_metadata)
    SELECT CASE WHEN n %% 4 = 0 THEN 'items' ELSE 'auto' END, 'Title ' || n, '',
           'a prompt of some length about number ' || n
               || CASE WHEN n %% 2 = 0 THEN ', a lighthouse at dusk' ELSE ', a fox' END
               || CASE WHEN n %% {step} = 0 THEN ', zeppelins, 海辺の灯台にて' ELSE '' END,
           users.id, timestamptz '2026-01-01 00:00:00+00' + n * interval '1 second',
           jsonb_build_object('model', 'model ' || n %% 20, 'seed', n, 'width', 512, 'height',
                              CASE WHEN n %% {step} = 0 THEN 999 ELSE 768 END)
    FROM generate_series(1, {items}) AS n
    JOIN (SELECT id, row_number() OVER () AS place FROM users) AS users
         ON place = 1 + n %% {users}""",
    "INSERT INTO tags (name) VALUES ('often'), ('rare')",
    """
    INSERT INTO content_tags (content_id, source_type, tag_id, creator_id, visibility)
    SELECT items.id, source_type, tags.id, items.creator_id, items.visibility
    FROM content_items_all AS items JOIN tags ON items.id %% CASE name WHEN 'often' THEN 3
                                                             ELSE {step} END = 0""",
]


@dataclass(frozen=True)
class Case:
    """A search, and how many of n items match."""

    search: str
    matching: Callable[[int], int]


def every(step: int) -> Callable[[int], int]:
    """One of so many."""
    return lambda items: items // step


def but(step: int) -> Callable[[int], int]:
    """All but one of so many."""
    return lambda items: items - items // step


CASES = (
    Case("", every(1)),
    Case("lighthouse", every(2)),
    Case('"lighthouse at dusk"', every(2)),
    Case("zeppelins", every(STEP)),
    Case("zepp*", every(STEP)),
    Case("*pelins", every(STEP)),
    Case("*ppeli*", every(STEP)),
    Case("灯台", every(STEP)),
    Case("zeppelins -fox", every(2 * STEP)),
    Case("-fox", every(2)),
    Case("-zeppelins", but(STEP)),
    Case('model:"model 7"', every(20)),
    Case("seed:777", lambda _: 1),
    Case("size:512x999", every(STEP)),
    Case("-size:512x999", but(STEP)),
    Case("lighthouse seed:778", lambda _: 1),
    Case('by:"user 7"', every(USERS)),
    Case('-by:"user 7"', but(USERS)),
    Case("tag:rare", every(STEP)),
    Case("-tag:rare", but(STEP)),
    Case("is:regular", every(4)),
    Case("is:private", lambda _: 0),
    Case("after:2026-01-02 before:2026-01-03", lambda items: min(86_400, max(0, items - 86_399))),
)


class Bench:
    """A filled database."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings

    def page(self, search: str) -> GalleryPage:
        """The first page with its items, creators, tags and total."""
        with self.database.snapshot() as session:
            service = GalleryService(session, self.settings.gallery)
            return service.page(EVERYTHING, GalleryQuery(search=search, page_size=SIZE))

    def plan(self, search: str) -> Plan | None:
        """The plan of the statement that lists the page's items, if there is any."""
        with self.database.snapshot() as session:
            service = GalleryService(session, self.settings.gallery)
            query = GalleryQuery(search=search, page_size=SIZE)
            found = plans(session, lambda: service.page(EVERYTHING, query))
        return next((plan for plan in found if "creator_username" in plan.statement), None)


def fill(database: Database, items: int) -> None:
    """Items, tags, counts, and what the planner knows of them."""
    given = {"items": items, "users": USERS, "step": STEP}
    with database.transaction() as session:
        connection = session.connection()
        # Built at the end, an index of texts takes a third of the time.
        indexes = connection.exec_driver_sql(INDEXES).all()
        filling = [f"DROP INDEX {index.name}" for index in indexes]
        filling += [statement.format(**given) for statement in FILL]
        filling += [index.definition.replace(" ONLY ", " ") for index in indexes]
        for statement in track(filling, "Filling"):
            connection.exec_driver_sql(statement, ())
    with database.transaction() as session:
        ContentRepository(session).refresh_gen_source_stats()
        TagRepository(session).refresh_tag_cardinality_stats()
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def check(bench: Bench, case: Case, items: int) -> tuple[int, bool]:
    """The number that match, and whether the total is exact."""
    found, right = bench.page(case.search).pagination, case.matching(items)
    exact = not found.total_is_estimate
    assert found.total_count == right or (found.total_count < right and not exact), (case, found)
    plan = bench.plan(case.search)
    if plan:
        read = {node["Relation Name"] for node in plan.nodes if node["Node Type"] == "Seq Scan"}
        assert not read & ITEMS_TABLES, (case, read)
    return right, exact


def milliseconds(action: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def measure(bench: Bench, case: Case, items: int) -> tuple[str | float, ...]:
    """A row of the table."""
    matching, exact = check(bench, case, items)
    plain, searching = [], []
    for _ in range(ROUNDS):
        plain.append(milliseconds(lambda: bench.page("")))
        searching.append(milliseconds(lambda: bench.page(case.search)))
    medians = statistics.median(plain), statistics.median(searching)
    plan = bench.plan(case.search)
    way = "none" if plan is None else "collect" if plan.has("CTE Scan") else "walk"
    return (
        f"`{case.search}`" if case.search else "(the plain list)",
        matching,
        "yes" if exact else "at least",
        way,
        plan.buffers if plan else 0,
        round(medians[1], 1),
        f"{medians[1] / medians[0]:.1f}",
    )


def main() -> None:
    """Fill a database, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    items = parser.parse_args().items
    with tempfile.TemporaryDirectory(prefix="genonaut-bench-") as folder:
        Path(folder).chmod(0o711)
        settings = load_settings("test").model_copy(update={"home": Path(folder)})
        with open_database(settings, role="owner") as database:
            fill(database, items)
            bench = Bench(database, settings)
            rows = [measure(bench, case, items) for case in track(CASES, "Measuring")]
    head = ["search", "match", "total exact", "way", "buffers", "ms", "search / plain list"]
    print_table(head, rows)
    say(f"{items:,} items; first page of {SIZE} with total; medians of {ROUNDS}.")


if __name__ == "__main__":
    main()
