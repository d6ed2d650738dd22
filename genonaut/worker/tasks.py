"""The tasks. Each is a door: it opens the database and calls what commands call as well.

A task that fails raises: so Celery retries it, and it is seen as failed wherever one looks.
"""

from dataclasses import asdict
from typing import Any

import structlog

from genonaut.api.exceptions import DatabaseError
from genonaut.counting.engine import fold
from genonaut.counting.refreshing import refresh_now
from genonaut.errors import ServerStartError
from genonaut.worker.celery_app import app
from genonaut.worker.process import worker_database

log = structlog.get_logger()

RETRY: dict[str, Any] = {
    "max_retries": 5,
    "autoretry_for": (DatabaseError, ServerStartError),
    "retry_backoff": 2,  # seconds, doubled each time
    "retry_backoff_max": 300,
    "retry_jitter": True,
}


@app.task(name="genonaut.worker.tasks.refresh_gen_source_stats", **RETRY)
def refresh_gen_source_stats() -> dict[str, Any]:
    """Recount, repair, prove. Another one at work makes this one `busy`, which is no failure."""
    with worker_database() as database:
        done = refresh_now(database, "worker", wait=False)
    result = {
        "outcome": done.outcome,
        "rows_checked": done.rows_checked,
        "rows_wrong": done.rows_wrong,
        "rows_written": done.rows_written,
        "largest_error": done.largest_error,
        "duration_seconds": round(done.duration_seconds, 3),
    }
    log.info("refreshed", **result)
    return result


@app.task(name="genonaut.worker.tasks.fold_gen_source_deltas", ignore_result=True)
def fold_gen_source_deltas() -> dict[str, int] | None:
    """Fold the ledger. Not retried: the next one comes in seconds."""
    with worker_database() as database, database.transaction() as session:
        done = fold(session)
    if done and done.rows_taken:
        log.info("folded", rows_taken=done.rows_taken, rows_written=done.rows_written)
    return asdict(done) if done else None
