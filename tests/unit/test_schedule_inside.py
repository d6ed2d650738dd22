"""The schedule of an API without a worker: what is due runs, once, and again after a failure."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from genonaut.config import Settings, load_settings
from genonaut.errors import ConfigError, DatabaseUnreachableError
from genonaut.worker import inside
from genonaut.worker.inside import Job, jobs_of

NOW = datetime.now(UTC)
DATABASE: Any = None


def hourly(last: datetime) -> datetime:
    return last + timedelta(hours=1)


def test_each_enabled_entry_is_a_job_and_refreshes_know_when_they_were_made() -> None:
    settings = load_settings("test")
    jobs = jobs_of(settings)
    assert {job.task for job in jobs} == {
        entry.task for entry in settings.celery.beat_schedule.values() if entry.enabled
    }
    assert {job.task for job in jobs if job.verified_at} == {
        job.task for job in jobs if ".refresh_" in job.task
    }
    assert [job.task for job in jobs if job.is_frequent] == ["genonaut.worker.tasks.fold_deltas"]


def test_a_task_that_only_a_worker_has_is_refused() -> None:
    settings = load_settings("test")
    entries = settings.celery.beat_schedule
    entry = entries["fold-deltas"].model_copy(update={"task": "mine.backup"})
    with pytest.raises(ConfigError, match=r"beat-schedule\.mine\.task is 'mine\.backup'"):
        jobs_of(with_schedule(settings, {**entries, "mine": entry}))


def with_schedule(settings: Settings, schedule: dict[str, Any]) -> Settings:
    celery = settings.celery.model_copy(update={"beat_schedule": schedule})
    return settings.model_copy(update={"celery": celery})


def test_a_refresh_that_another_process_made_is_not_made_again() -> None:
    done = list[str]()
    made = [NOW - timedelta(hours=2), NOW]  # by the database: before it, and after another's
    job = Job("a", hourly, lambda _: done.append("a"), False, None, lambda _: made.pop())
    job.run_if_due(DATABASE)
    assert (done, job.last) == ([], NOW)
    job.last = NOW - timedelta(hours=2)
    job.run_if_due(DATABASE)
    assert done == ["a"]
    job.run_if_due(DATABASE)
    assert done == ["a"], "it is not due again"


def test_a_failure_is_logged_and_tried_again_after_a_pause_that_doubles(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(inside, "time", SimpleNamespace(monotonic=lambda: now))

    def fail(_: object) -> None:
        raise DatabaseUnreachableError("The database is away.")

    job, pauses = Job("a", hourly, fail, False, NOW - timedelta(hours=2)), list[float]()
    with capture_logs() as logged:
        for _ in range(10):
            job.run_if_due(DATABASE)
            job.run_if_due(DATABASE)  # within the pause it is not tried
            pauses.append(logged[-1]["again_in"])
            now += pauses[-1]
    assert len(logged) == 10
    assert {line["reason"] for line in logged} == {"The database is away."}
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
