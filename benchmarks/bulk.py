"""The same for many items at once: how long it takes, what it locks, and for whom others wait.

    python -m benchmarks.bulk [--items 10000] [--beside 40000]

A gallery of so many items of one user, with three tags each, beside those of other users. Each
action is done once to all of that user's, in one transaction. Before it commits, its locks are
counted, and other clients try the same moment, with a limit of 50 ms for a lock: a reader of the
counts and of a page, a writer of another item, a writer who tags that one, the fold of a count, an
administrator who renames a tag, and a writer of one of these items. After it, every count is
compared with a recount, and the items with what they have to be. A wrong answer ends the run.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from genonaut.api.services.bulk_actions import (
    Action,
    Deleting,
    Sender,
    Showing,
    Tagging,
    Untagging,
)
from genonaut.api.services.bulk_service import do
from genonaut.api.services.deletion_service import DeletionService
from genonaut.config import load_settings
from genonaut.content.viewer import EVERYTHING
from genonaut.counting.engine import fold
from genonaut.db.counts import GEN_SOURCE, build_counts
from genonaut.db.session import Database, open_database
from genonaut.running.output import print_table, say
from tests.support.recount import differences
from tests.support.rows import add_users, run, scalar

ALL: Final = Sender(EVERYTHING, None, any_item=True)
TAGS: Final = 20
FILL: Final = (
    """
    INSERT INTO content_items_all (source_type, title, content_data, prompt, creator_id)
    SELECT CASE WHEN n % 4 = 0 THEN 'items' ELSE 'auto' END, 'Title ' || n, '',
           'a prompt of some length about number ' || n, '{creator}'
    FROM generate_series(1, {items}) AS n""",
    """
    INSERT INTO content_tags (content_id, source_type, tag_id, creator_id, visibility)
    SELECT item.id, source_type, tags.id, creator_id, visibility FROM content_items_all AS item
    JOIN tags ON substr(name, 5)::int % 7 = item.id % 7 WHERE creator_id = '{creator}'""",
)
LOCKS: Final = """
    SELECT count(*), count(*) FILTER (WHERE mode = 'AccessExclusiveLock')
    FROM pg_locks WHERE pid = %s AND locktype <> 'virtualxid'"""
OTHERS: Final[dict[str, str]] = {
    "reads counts": "SELECT * FROM gen_source_counts WHERE user_id IS NULL",
    "reads a page": "SELECT * FROM content_items ORDER BY created_at DESC LIMIT 50",
    "adds an item": "INSERT INTO content_items (title, content_data, prompt, creator_id)"
    " SELECT 't', '', 'p', id FROM users WHERE username = 'user 2'",
    "tags another": "INSERT INTO content_tags (content_id, source_type, tag_id)"
    " SELECT item.id, source_type, tags.id FROM content_items_all AS item, tags"
    " WHERE name = 'tag 1' AND creator_id = (SELECT id FROM users WHERE username = 'user 2')"
    " LIMIT 1 ON CONFLICT DO NOTHING",
    "folds": "",
    "renames a tag": "UPDATE tags SET name = 'other' WHERE name = 'tag 1'",
    "changes one of them": "SELECT FROM content_items_all WHERE id = %s FOR UPDATE",
}


def fill(database: Database, items: int, beside: int) -> list[int]:
    """The ids of the first user's items."""
    first, second = add_users(database, 2)
    run(database, "INSERT INTO tags (name) SELECT 'tag ' || n FROM generate_series(1, 20) AS n")
    for creator, number in ((second, beside), (first, items)):
        for statement in FILL:
            run(database, statement.format(creator=creator, items=number))
    build_counts(database, "the benchmark")
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    own = "SELECT id FROM content_items_all WHERE creator_id = %s ORDER BY id"
    return [one for (one,) in run(database, own, first)]


def who_waits(database: Database, one: int) -> str:
    """Which other clients get no lock within 50 ms; each is rolled back."""
    return ", ".join(name for name in OTHERS if _waits(database, name, one)) or "none"


def _waits(database: Database, name: str, one: int) -> bool:
    with Session(database.engine) as session:
        connection = session.connection()
        connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        try:
            if name == "folds":
                fold(session, GEN_SOURCE)
            else:
                given = (one,) if "%s" in OTHERS[name] else ()
                connection.exec_driver_sql(OTHERS[name], given)
        except DBAPIError:
            return True
        finally:
            session.rollback()
    return False


def measured(
    database: Database, name: str, work: Callable[[Session], object], one: int
) -> tuple[Any, ...]:
    """The figures of one transaction; then every count is compared with a recount."""
    started = time.perf_counter()
    with database.transaction() as session:
        work(session)
        done = time.perf_counter() - started
        pid = scalar(session, "SELECT pg_backend_pid()")
        [(locks, exclusive)] = run(database, LOCKS, pid)
        waiting = who_waits(database, one)
        committing = time.perf_counter()
    seconds = done + time.perf_counter() - committing
    with database.transaction() as session:
        if wrong := differences(session):
            raise SystemExit(f"Counts are wrong after {name}: {wrong[:3]}")
        ledger = scalar(session, "SELECT count(*) FROM gen_source_deltas")
        ledger += scalar(session, "SELECT count(*) FROM tag_cardinality_deltas")
    return name, f"{seconds:.2f}", locks, exclusive, ledger, waiting


def actions(ids: list[int], batch: UUID) -> list[tuple[str, Action, str]]:
    """What is done, and how many rows a statement has to find then."""
    tagged = "SELECT count(*) FROM content_tags JOIN tags ON tags.id = tag_id WHERE name = 'new'"
    hidden = "SELECT count(*) FROM content_items_all WHERE visibility = 'private'"
    among = ",".join(map(str, ids))
    there = f"SELECT {len(ids)} - count(*) FROM content_items_all WHERE id IN ({among})"
    return [
        ("tag", Tagging(("new",)), tagged),
        ("untag", Untagging(("new",)), f"SELECT {len(ids)} - ({tagged})"),
        ("make private", Showing("private"), hidden),
        ("make public", Showing("public"), f"SELECT {len(ids)} - ({hidden})"),
        ("delete", Deleting(batch), there),
    ]


def measure(database: Database, ids: list[int]) -> list[tuple[Any, ...]]:
    """All actions one after the other, and undoing the last."""
    batch, rows = uuid4(), []
    before = run(database, "SELECT to_jsonb(i) - 'updated_at' FROM content_items_all i ORDER BY id")
    for name, action, expected in actions(ids, batch):

        def work(session: Session, action: Action = action) -> None:
            done = do(session, ALL, action, ids)
            assert (done.done, done.failed) == (len(ids), ()), done.failed[:3]

        rows.append(measured(database, name, work, ids[0]))
        found = scalar(database, expected)
        if found != len(ids):
            raise SystemExit(f"{name} was done to {found} items of {len(ids)}.")

    def undo(session: Session) -> None:
        assert DeletionService(session).undo_together(batch, None).done == len(ids)

    rows.append(measured(database, "undo", undo, ids[0]))
    after = run(database, "SELECT to_jsonb(i) - 'updated_at' FROM content_items_all i ORDER BY id")
    if before != after:
        raise SystemExit("The items are not what they were.")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--beside", type=int, default=40_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="genonaut-bench-") as folder:
        Path(folder).chmod(0o711)
        settings = load_settings("test").model_copy(update={"home": Path(folder)})
        with open_database(settings, role="owner") as database:
            ids = fill(database, given.items, given.beside)
            rows = measure(database, ids)
    head = ["action", "seconds", "locks", "exclusive of a table", "ledger rows", "who waits"]
    print_table(head, rows)
    say(f"{given.items:,} items in one transaction, beside {given.beside:,}; all counts are exact.")


if __name__ == "__main__":
    main()
