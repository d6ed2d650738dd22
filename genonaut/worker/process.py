"""What a worker's processes do when they start, and the database that each keeps open."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import structlog
from celery.signals import worker_process_init, worker_process_shutdown, worker_ready

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import read
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database, open_database
from genonaut.embedded.parent import die_with_parent
from genonaut.errors import GenonautError
from genonaut.worker.celery_app import app
from genonaut.worker.schedules import when

STATEMENT_SHARE = 0.9  # of a task's time limit
CLOCKS_DIFFER = timedelta(minutes=5)  # the database's and ours, without either being wrong
log = structlog.get_logger(__name__)


class WorkerProcess:
    """Whether this process is one of a worker's, and the database that it keeps open."""

    def __init__(self) -> None:
        self.is_ours = False
        self._stack = ExitStack()
        self._database: Database | None = None

    def database(self) -> Database:
        """Opened when first needed; if the database is down, the next task tries again."""
        if self._database is None:
            # The server cancels a statement before Celery interrupts us in the middle of its
            # result.
            limit = app.settings.celery.task_seconds * STATEMENT_SHARE
            self._database = self._stack.enter_context(
                open_database(app.settings, role="counting", statement_timeout_seconds=limit)
            )
        return self._database

    def close(self) -> None:
        self._stack.close()
        self._database = None


_process = WorkerProcess()


@contextmanager
def worker_database() -> Iterator[Database]:
    """The database for a task: the worker process's own, or a new one outside of a worker.

    Raises:
        DatabaseError: it cannot be used.
        ServerStartError: the embedded server does not start.
    """
    if _process.is_ours:
        yield _process.database()
        return
    with open_database(app.settings, role="counting") as database:
        yield database


@worker_process_init.connect
def _on_process_start(**_: object) -> None:
    die_with_parent(signal.SIGKILL)  # a killed worker must not leave processes behind
    _process.is_ours = True


@worker_process_shutdown.connect
def _on_process_end(**_: object) -> None:
    _process.close()


def task_name(count: CachedCount) -> str:
    """The name of the task that refreshes a count."""
    return f"genonaut.worker.tasks.refresh_{count.table}"


@worker_ready.connect
def refresh_if_overdue(**_: object) -> None:
    """Refresh soon after a long stop, instead of waiting for the schedule."""
    try:
        with worker_database() as database, database.transaction() as session:
            verified = {
                task_name(count): read(session, count).verified_at for count in COUNTS.values()
            }
    except GenonautError as error:
        log.warning("cannot tell whether a refresh is overdue", reason=str(error))
        return
    for name, entry in app.settings.celery.beat_schedule.items():
        if entry.task in verified and entry.enabled:
            last = verified[entry.task]
            # One from the future was made while the clock was ahead, so it would never be due.
            ahead = last is not None and last > datetime.now(UTC) + CLOCKS_DIFFER
            if last is None or ahead or when(name, entry).is_due(last).is_due:
                log.info("refresh is overdue", task=entry.task, last=str(last))
                app.send_task(entry.task, expires=3600.0)
