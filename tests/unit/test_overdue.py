"""A worker that starts asks for the refreshes that are overdue, and for no other."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery.signals import worker_ready
from structlog.testing import capture_logs

from genonaut.config import load_settings
from genonaut.counting.engine import Reading
from genonaut.db.counts import COUNTS
from genonaut.errors import DatabaseUnreachableError
from genonaut.worker import process
from genonaut.worker.celery_app import app
from genonaut.worker.jobs import task_name
from genonaut.worker.process import refresh_if_overdue

NOW = datetime.now(UTC)
ALL = {task_name(count) for count in COUNTS.values()}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were asked for. The database is there."""
    asked = list[str]()
    database = SimpleNamespace(transaction=nullcontext)
    monkeypatch.setattr(app, "settings", load_settings("test"))
    monkeypatch.setattr(app, "send_task", lambda task, **_: asked.append(task))
    monkeypatch.setattr(process, "worker_database", lambda: nullcontext(database))
    return asked


def start(monkeypatch: pytest.MonkeyPatch, verified_at: datetime | None) -> None:
    """What Celery does when a worker is ready; the counts were verified then."""
    monkeypatch.setattr(process, "read", lambda *_: Reading(Counter(), 0, NOW, verified_at))
    worker_ready.send(None)


@pytest.mark.parametrize("verified_at", [None, NOW - timedelta(days=2)])
def test_an_overdue_refresh_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, sent: list[str], verified_at: datetime | None
) -> None:
    start(monkeypatch, verified_at)
    assert set(sent) == ALL


def test_one_that_is_not_due_yet_is_left_to_the_schedule(
    monkeypatch: pytest.MonkeyPatch, sent: list[str]
) -> None:
    start(monkeypatch, datetime.now(UTC) + timedelta(minutes=1))
    assert sent == []


def test_a_worker_starts_without_the_database(
    monkeypatch: pytest.MonkeyPatch, sent: list[str]
) -> None:
    @contextmanager
    def gone() -> Iterator[Any]:
        raise DatabaseUnreachableError("The database is away.")
        yield

    monkeypatch.setattr(process, "worker_database", gone)
    with capture_logs() as logged:
        refresh_if_overdue()  # not by its signal, which passes no error on
    assert [line["reason"] for line in logged] == ["The database is away."]
    assert sent == []


def test_one_from_the_future_is_no_reason_to_wait(
    monkeypatch: pytest.MonkeyPatch, sent: list[str]
) -> None:
    start(monkeypatch, NOW + timedelta(days=3))
    assert set(sent) == ALL
