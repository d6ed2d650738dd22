"""What a worker does when it starts, and the database that it keeps open for all its threads."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import structlog
from celery.signals import worker_init, worker_ready, worker_shutdown

from genonaut.counting.engine import read
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database, open_database
from genonaut.errors import GenonautError
from genonaut.worker.celery_app import app
from genonaut.worker.jobs import task_name
from genonaut.worker.schedules import is_due, when

STATEMENT_SHARE = 0.9  # of a task's time limit
log = structlog.get_logger(__name__)


class WorkerProcess:
    """Whether this process is a worker, and the database that it keeps open."""

    def __init__(self) -> None:
        self.is_ours = False
        self._stack = ExitStack()
        self._database: Database | None = None
        self._opening = threading.Lock()

    def database(self) -> Database:
        """Opened when first needed; if the database is down, the next task tries again."""
        with self._opening:
            if self._database is None:
                # The server cancels a statement: a thread cannot be interrupted.
                limit = app.settings.celery.task_seconds * STATEMENT_SHARE
                self._database = self._stack.enter_context(
                    open_database(
                        app.settings,
                        role="counting",
                        pool_size=app.settings.celery.worker_threads,
                        statement_timeout_seconds=limit,
                    )
                )
            return self._database

    def close(self) -> None:
        self._stack.close()
        self._database = None


_process = WorkerProcess()


@contextmanager
def worker_database() -> Iterator[Database]:
    """The database for a task: the worker's own, or a new one outside of a worker.

    Raises:
        DatabaseError: it cannot be used.
        ServerStartError: the embedded server does not start.
    """
    if _process.is_ours:
        yield _process.database()
        return
    with open_database(app.settings, role="counting") as database:
        yield database


@worker_init.connect
def _on_start(**_: object) -> None:
    _process.is_ours = True


@worker_shutdown.connect
def _on_end(**_: object) -> None:
    _process.close()


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
            if is_due(when(name, entry), last):
                log.info("refresh is overdue", task=entry.task, last=str(last))
                app.send_task(entry.task, expires=3600.0)
