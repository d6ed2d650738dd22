"""What is done in the background, as functions of an open database.

Celery's tasks call them (`tasks.py`), and so does an API that has no worker (`inside.py`).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import structlog

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import BUSY, fold
from genonaut.db.counts import COUNTS, refresh_count
from genonaut.db.session import Database
from genonaut.library.registry import ServedFile, find_served, keep_likenesses, set_colour
from genonaut.library.roots import Library
from genonaut.library.thumbnails import Thumbnails, UndecodableError
from genonaut.people.audit import prune

TASKS: Final = "genonaut.worker.tasks"
MOST_THUMBNAILS: Final = 1000

log = structlog.get_logger(__name__)


def task_name(count: CachedCount) -> str:
    """The name of the task that refreshes a count."""
    return f"{TASKS}.refresh_{count.table}"


def scheduled(requested_by: str) -> dict[str, Callable[[Database], Any]]:
    """What a schedule may name, by the names of the tasks."""
    refreshes = {
        task_name(count): partial(refresh, count=count, requested_by=requested_by)
        for count in COUNTS.values()
    }
    return {**refreshes, f"{TASKS}.fold_deltas": fold_all, f"{TASKS}.prune_people": prune_people}


def refresh(database: Database, count: CachedCount, requested_by: str) -> dict[str, Any]:
    """Recount, repair and record. If another refresh is running, it is `busy`: not a failure."""
    done = refresh_count(database, count, requested_by, wait=False)
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


def fold_all(database: Database) -> dict[str, int]:
    """Fold every ledger; returns the rows taken."""
    taken = {name: _fold(database, count) for name, count in COUNTS.items()}
    if any(taken.values()):
        log.debug("folded", **taken)
    return taken


def _fold(database: Database, count: CachedCount) -> int:
    with database.transaction() as session:
        done = fold(session, count)
    return done.rows_taken if done else 0


def prune_people(database: Database) -> dict[str, int]:
    """Remove old entries of the audit log, old searches, and expired sessions, tokens and so on."""
    with database.transaction() as session:
        removed = prune(session)
    log.info("pruned", **removed)
    return removed


def make_thumbnails(database: Database, library: Library, names: Sequence[str]) -> dict[str, int]:
    """Make the missing thumbnails of files, by their names; returns the number of each outcome."""
    if len(names) > MOST_THUMBNAILS:
        raise ValueError(f"{len(names)} names: at most {MOST_THUMBNAILS} are taken at a time")
    done = Counter(unknown=len(names))
    with database.transaction() as session:
        files = find_served(session, library, names)
    for file in files.values():
        done["unknown"] -= 1
        done[_thumbnail(database, library.thumbnails, file)] += 1
    log.info("thumbnails", **done)
    return dict(done)


def _thumbnail(database: Database, thumbnails: Thumbnails, file: ServedFile) -> str:
    if file.colour and file.is_compared and thumbnails.exist(file.sha256):
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
        keep_likenesses(session, {file.sha256: shape.likeness})
    return "made"
