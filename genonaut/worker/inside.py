"""The schedule in the API's own process (`lite`): no broker, no worker, no beat.

What is done is the same, and the same advisory locks keep two processes from doing it at once.
A refresh is due by the time that the database has of the last one, whichever process made it; so
several APIs make one, and one that was missed is made when the API starts.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog

from genonaut.config import ScheduleEntry, Settings
from genonaut.counting.engine import read
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database
from genonaut.errors import ConfigError
from genonaut.worker.jobs import scheduled, task_name
from genonaut.worker.timing import EVERY, Timing, is_due, timing

TICK_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 300.0
STOP_SECONDS = 2.0

log = structlog.get_logger(__name__)


@dataclass
class Job:
    """One entry of the schedule, and when it ran last."""

    task: str
    next_after: Timing
    work: Callable[[Database], Any]
    is_frequent: bool
    last: datetime | None
    verified_at: Callable[[Database], datetime | None] | None = None
    """When a refresh was last made, by any process."""
    _try_after: float = field(default=0.0, init=False)
    _pause: float = field(default=FIRST_PAUSE_SECONDS, init=False)

    def run_if_due(self, database: Database) -> None:
        """A failure is logged, and it is tried again after a pause that doubles."""
        if time.monotonic() < self._try_after or not self._is_due():
            return
        try:
            self._run(database)
        except Exception as error:  # noqa: BLE001 - this is the edge of a thread
            log.warning("task failed", task=self.task, reason=str(error), again_in=self._pause)
            self._try_after = time.monotonic() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        else:
            self._pause = FIRST_PAUSE_SECONDS

    def _run(self, database: Database) -> None:
        if self.verified_at is not None:
            self.last = self.verified_at(database)
            if not self._is_due():
                return  # another process was faster
        began = datetime.now(UTC)
        self.work(database)
        self.last = began

    def _is_due(self) -> bool:
        return is_due(self.next_after, self.last, datetime.now(UTC))


def jobs_of(settings: Settings) -> list[Job]:
    """The enabled entries of the schedule.

    Raises:
        ConfigError: a schedule is wrong, or names a task that only a worker can have.
    """
    entries = settings.celery.beat_schedule.items()
    return [_job(name, entry) for name, entry in entries if entry.enabled]


def _job(name: str, entry: ScheduleEntry) -> Job:
    works, refreshes = scheduled("api"), {task_name(count): count for count in COUNTS.values()}
    if entry.task not in works:
        raise ConfigError(
            f"celery.beat-schedule.{name}.task is {entry.task!r}, which only a worker can do: "
            "disable it, or run without lite (GENONAUT_LITE)."
        )
    next_after, is_frequent = timing(name, entry), EVERY in entry.schedule
    if count := refreshes.get(entry.task):

        def verified_at(database: Database) -> datetime | None:
            with database.transaction() as session:
                return read(session, count).verified_at

        return Job(entry.task, next_after, works[entry.task], is_frequent, None, verified_at)
    return Job(entry.task, next_after, works[entry.task], is_frequent, datetime.now(UTC))


@contextmanager
def schedule_inside(settings: Settings, database: Database) -> Iterator[None]:
    """Do what is due, in threads, until the end of the `with`.

    What is frequent has a thread of its own, so that folds do not wait for a refresh.
    """
    jobs, stopped = jobs_of(settings), threading.Event()
    frequent = [job for job in jobs if job.is_frequent]
    others = [job for job in jobs if not job.is_frequent]
    threads = [
        threading.Thread(target=_keep, args=(some, database, stopped), name="schedule", daemon=True)
        for some in (frequent, others)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join(STOP_SECONDS)


def _keep(jobs: list[Job], database: Database, stopped: threading.Event) -> None:
    while not stopped.is_set():
        for job in jobs:
            if not stopped.is_set():
                job.run_if_due(database)
        stopped.wait(TICK_SECONDS)
