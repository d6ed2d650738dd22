"""Lists in the order of ratings, beside the plain list: the figures of decision 36.

    python -m benchmarks.by_rating [--items 1000000] [--ratings 100000]

Pages of 50 with their totals, ratings and tags. Medians of interleaved rounds, on the embedded
PostgreSQL, in a database of its own.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from genonaut.api.gallery.query import GalleryQuery
from genonaut.api.services.gallery_service import GalleryService
from genonaut.config import Settings, load_settings
from genonaut.content.viewer import Viewer
from genonaut.db.counts import build_counts
from genonaut.db.session import Database, open_database
from genonaut.running.output import print_table, say
from tests.support.plans import plans

SIZE: Final = 50
ROUNDS: Final = 9
USERS: Final = 1000
EYES: Final = Viewer(UUID(int=1))
PLAIN: Final = "newest first"

FILL = [
    f"""INSERT INTO users (id, username) SELECT lpad(to_hex(n), 32, '0')::uuid, 'user ' || n
        FROM generate_series(1, {USERS}) AS n""",
    f"""INSERT INTO content_items_all
            (source_type, title, content_data, prompt, creator_id, created_at, visibility)
        SELECT CASE WHEN n %% 4 = 0 THEN 'items' ELSE 'auto' END, 'Title ' || n, '',
               'a prompt about ' || CASE WHEN n %% 3 = 0 THEN 'the sea' ELSE 'land' END,
               lpad(to_hex(1 + n * 7919::bigint %% {USERS}), 32, '0')::uuid,
               timestamptz '2026-01-01 00:00:00+00' + n * interval '1 second',
               CASE WHEN n %% 20 = 0 THEN 'private' ELSE 'public' END
        FROM generate_series(1, %(items)s) AS n""",
    # A tenth of all ratings are of the first user.
    f"""INSERT INTO ratings (content_id, source_type, user_id, value, creator_id, visibility)
        SELECT item.id, source_type,
               lpad(to_hex(CASE n %% 10 WHEN 0 THEN 1 ELSE 2 + n %% {USERS - 1} END), 32, '0')
                   ::uuid,
               1 + n * 31 %% 5, creator_id, visibility
        FROM generate_series(1, %(ratings)s) AS n
        JOIN content_items_all AS item ON item.id = 1 + n * 104729::bigint %% %(items)s
        ON CONFLICT DO NOTHING""",
]


def cases() -> dict[str, GalleryQuery]:
    """The lists that are read."""
    plain = GalleryQuery(user_id=EYES.user_id, page_size=SIZE)
    mean, own = (replace(plain, sort_field=field) for field in ("rating_mean", "rating"))
    return {
        PLAIN: plain,
        "mean, first page": mean,
        "mean, last page": replace(mean, backward=True),
        "mean, page 2,000 by number": replace(mean, page=2000),
        "mean, of one creator": replace(mean, creator=UUID(int=2)),
        "mean, with a search of a third": replace(mean, search="sea"),
        "own, first page": own,
        "own, last page": replace(own, backward=True),
        "own, page 2,000 by number": replace(own, page=2000),
        "own, worst first": replace(own, sort_order="asc"),
    }


def fill(database: Database, **given: int) -> None:
    """Users, items and ratings, and their counts."""
    with database.transaction() as session:
        for statement in FILL:
            session.connection().exec_driver_sql(statement, given)
    build_counts(database, "the benchmark")
    autocommit = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as connection:
        connection.exec_driver_sql("VACUUM (FREEZE, ANALYZE)")


def measure(database: Database, settings: Settings) -> list[list[str]]:
    """For each list its median, in milliseconds and as a ratio, and the buffers of its keys."""
    lists = cases()
    seconds: dict[str, list[float]] = {name: [] for name in lists}
    for _ in range(ROUNDS):
        for name, query in lists.items():
            with database.snapshot() as session:
                service = GalleryService(session, settings.gallery)
                started = time.perf_counter()
                service.page(EYES, query)
                seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    return [
        [
            name,
            f"{medians[name] * 1000:.1f}",
            f"{medians[name] / medians[PLAIN]:.1f}",
            *plan_of(database, settings, query),
        ]
        for name, query in lists.items()
    ]


def plan_of(database: Database, settings: Settings, query: GalleryQuery) -> list[str]:
    """The buffers of the statement that finds the items, and whether it reads a table whole."""
    with database.snapshot() as session:
        service = GalleryService(session, settings.gallery)
        found = plans(session, lambda: service.page(EYES, query))
    [plan] = [one for one in found if "creator_username" in one.statement]
    whole = {n["Relation Name"] for n in plan.nodes if n["Node Type"] == "Seq Scan"}
    return [f"{plan.buffers:,}", ", ".join(sorted(whole)) or "–"]  # noqa: RUF001


def main() -> None:
    """Fill, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--ratings", type=int, default=100_000)
    given: dict[str, Any] = vars(parser.parse_args())
    with tempfile.TemporaryDirectory(prefix="genonaut-") as home:
        Path(home).chmod(0o711)
        settings = load_settings("test").model_copy(update={"home": Path(home)})
        with open_database(settings, role="owner") as database:
            fill(database, **given)
            say(f"{given['items']:,} items, {given['ratings']:,} ratings")
            head = ["list", "ms", "ratio", "buffers", "tables read whole"]
            print_table(head, measure(database, settings))


if __name__ == "__main__":
    main()
