"""The tasks. Each opens the database and calls the same code as the commands.

Every count has a task `refresh_<its table>`; one task folds all ledgers. `make_thumbnails` is for
files that came in without: it may run twice, or be killed, and the next run makes the rest.

A task that fails raises, so Celery retries it and shows it as failed everywhere.
"""

from collections.abc import Sequence
from typing import Any

from celery import Task

from genonaut.counting.declaration import CachedCount
from genonaut.db.counts import COUNTS
from genonaut.errors import DatabaseError, ServerStartError
from genonaut.library.roots import Library
from genonaut.worker import jobs
from genonaut.worker.celery_app import app
from genonaut.worker.process import worker_database

RETRY: dict[str, Any] = {
    "max_retries": 5,
    "autoretry_for": (DatabaseError, ServerStartError),
    "retry_backoff": 2,  # seconds, doubled each time
    "retry_backoff_max": 300,
    "retry_jitter": True,
}


def refresh_task(count: CachedCount) -> Task:
    """The task that refreshes a count. If another one is running, it is `busy`: not a failure."""

    @app.task(name=jobs.task_name(count), **RETRY)
    def refresh() -> dict[str, Any]:
        """Recount, repair and record."""
        with worker_database() as database:
            return jobs.refresh(database, count, "worker")

    return refresh


REFRESHES = {name: refresh_task(count) for name, count in COUNTS.items()}
refresh_gen_source_stats = REFRESHES["gen_source"]
refresh_tag_cardinality_stats = REFRESHES["tag_cardinality"]
refresh_private_source_stats = REFRESHES["private_source"]
refresh_private_regular_tag_stats = REFRESHES["private_regular_tag"]
refresh_private_auto_tag_stats = REFRESHES["private_auto_tag"]
refresh_facet_stats = REFRESHES["facet"]
refresh_private_facet_stats = REFRESHES["private_facet"]
refresh_creator_regular_tag_stats = REFRESHES["creator_regular_tag"]
refresh_creator_auto_tag_stats = REFRESHES["creator_auto_tag"]
refresh_bookmark_stats = REFRESHES["bookmark"]
refresh_album_item_stats = REFRESHES["album_item"]
refresh_album_stats = REFRESHES["album"]
refresh_rating_stats = REFRESHES["rating"]


# Without events: Flower's list would hold nothing else, as there is one every five seconds.
@app.task(ignore_result=True, send_events=False)
def fold_deltas() -> dict[str, int]:
    """Fold every ledger; returns the rows taken. Not retried: the next fold comes in seconds."""
    with worker_database() as database:
        return jobs.fold_all(database)


@app.task(**RETRY)
def prune_people() -> dict[str, int]:
    """Remove old entries of the audit log, old searches, and expired sessions, tokens and so on."""
    with worker_database() as database:
        return jobs.prune_people(database)


@app.task(**RETRY | {"autoretry_for": (*RETRY["autoretry_for"], OSError)})
def make_thumbnails(names: Sequence[str]) -> dict[str, int]:
    """Make the missing thumbnails of files, by their names; returns what became of how many."""
    with worker_database() as database:
        return jobs.make_thumbnails(database, Library.of(app.settings), names)
