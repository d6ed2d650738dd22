"""The tasks. Each opens the database and calls the same code as the commands.

Every count has a task `refresh_<its table>`; one task folds all ledgers. `make_thumbnails` is for
files that came in without: it may run twice, or be killed, and the next run makes the rest.

A task that fails raises, so Celery retries it and shows it as failed everywhere.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import structlog
from celery import Task

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import BUSY, fold
from genonaut.db.counts import COUNTS, refresh_count
from genonaut.db.session import Database
from genonaut.errors import DatabaseError, ServerStartError
from genonaut.library.registry import ServedFile, find_served, set_colour
from genonaut.library.roots import Library
from genonaut.library.thumbnails import Thumbnails, UndecodableError
from genonaut.people.audit import prune
from genonaut.worker.celery_app import app
from genonaut.worker.process import task_name, worker_database

log = structlog.get_logger(__name__)

RETRY: dict[str, Any] = {
    "max_retries": 5,
    "autoretry_for": (DatabaseError, ServerStartError),
    "retry_backoff": 2,  # seconds, doubled each time
    "retry_backoff_max": 300,
    "retry_jitter": True,
}


def refresh_task(count: CachedCount) -> Task:
    """The task that refreshes a count. If another one is running, it is `busy`: not a failure."""

    @app.task(name=task_name(count), **RETRY)
    def refresh() -> dict[str, Any]:
        """Recount, repair and record."""
        with worker_database() as database:
            done = refresh_count(database, count, "worker", wait=False)
        result = {
            "status": "skipped" if done.outcome == BUSY else "success",
            "stats_refreshed": done.outcome != BUSY,
            "timestamp": done.started_at.isoformat(),
            "outcome": done.outcome,
            "rows_checked": done.rows_checked,
            "rows_wrong": done.rows_wrong,
            "rows_written": done.rows_written,
            "largest_error": done.largest_error,
            "duration_seconds": round(done.duration_seconds, 3),
        }
        log.info("refreshed", count=count.name, **result)
        return result

    return refresh


REFRESHES = {name: refresh_task(count) for name, count in COUNTS.items()}
refresh_gen_source_stats = REFRESHES["gen_source"]
refresh_tag_cardinality_stats = REFRESHES["tag_cardinality"]
refresh_private_source_stats = REFRESHES["private_source"]
refresh_private_regular_tag_stats = REFRESHES["private_regular_tag"]
refresh_private_auto_tag_stats = REFRESHES["private_auto_tag"]


# Without events: Flower's list would hold nothing else, as there is one every five seconds.
@app.task(ignore_result=True, send_events=False)
def fold_deltas() -> dict[str, int]:
    """Fold every ledger; returns the rows taken. Not retried: the next fold comes in seconds."""
    with worker_database() as database:
        taken = {name: _fold(database, count) for name, count in COUNTS.items()}
    if any(taken.values()):
        log.info("folded", **taken)
    return taken


def _fold(database: Database, count: CachedCount) -> int:
    with database.transaction() as session:
        done = fold(session, count)
    return done.rows_taken if done else 0


@app.task(**RETRY)
def prune_people() -> dict[str, int]:
    """Remove old entries of the audit log, and expired sessions, tokens, links and failures."""
    with worker_database() as database, database.transaction() as session:
        removed = prune(session)
    log.info("pruned", **removed)
    return removed


MOST_THUMBNAILS: Final = 1000


@app.task(**RETRY | {"autoretry_for": (*RETRY["autoretry_for"], OSError)})
def make_thumbnails(names: Sequence[str]) -> dict[str, int]:
    """Make the missing thumbnails of files, by their names; returns what became of how many."""
    if len(names) > MOST_THUMBNAILS:
        raise ValueError(f"{len(names)} names: at most {MOST_THUMBNAILS} are taken at a time")
    library = Library.of(app.settings)
    done = Counter(unknown=len(names))
    with worker_database() as database:
        with database.transaction() as session:
            files = find_served(session, library, names)
        for file in files.values():
            done["unknown"] -= 1
            done[_thumbnail(database, library.thumbnails, file)] += 1
    log.info("thumbnails", **done)
    return dict(done)


def _thumbnail(database: Database, thumbnails: Thumbnails, file: ServedFile) -> str:
    if file.colour and thumbnails.exist(file.sha256):
        return "already_there"
    image = file.open()
    if image is None:
        return "missing"
    try:
        with image.file:
            shape = thumbnails.make(image.file, file.sha256)
    except UndecodableError as error:
        log.warning("no thumbnail", name=file.name, reason=str(error))
        return "undecodable"
    with database.transaction() as session:
        set_colour(session, file.sha256, shape.colour)
    return "made"
