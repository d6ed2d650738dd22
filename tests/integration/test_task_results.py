"""What the tasks return, as a program that waits for them reads it."""

import json
from datetime import UTC, datetime

import pytest

from genonaut.config import Settings
from genonaut.counting.engine import execute
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database
from genonaut.worker.celery_app import app
from genonaut.worker.tasks import REFRESHES, fold_deltas
from tests.support.rows import add_items, add_user

KEYS = {
    "status", "stats_refreshed", "timestamp", "outcome", "rows_checked", "rows_wrong",
    "rows_written", "largest_error", "duration_seconds",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(app, "settings", settings)


@pytest.mark.parametrize("name", COUNTS)
def test_a_refresh_says_that_it_succeeded_and_when(database: Database, name: str) -> None:
    add_items(database, add_user(database), 3)
    started = datetime.now(UTC)
    result = REFRESHES[name]()
    assert result.keys() == KEYS
    assert (result["status"], result["stats_refreshed"]) == ("success", True)
    assert started <= datetime.fromisoformat(result["timestamp"]) <= datetime.now(UTC)
    assert json.loads(json.dumps(result)) == result


@pytest.mark.parametrize("name", COUNTS)
def test_a_refresh_beside_another_one_says_that_it_was_skipped(
    database: Database, name: str
) -> None:
    with database.transaction() as session:
        execute(session, COUNTS[name], "lock_refresh")
        result = REFRESHES[name]()
    assert (result["status"], result["stats_refreshed"]) == ("skipped", False)
    assert (result["outcome"], result.keys()) == ("busy", KEYS)


def test_folds_are_not_listed_by_flower_and_refreshes_are() -> None:
    assert not fold_deltas.send_events
    assert all(task.send_events for task in REFRESHES.values())
    assert not app.conf.task_send_sent_event
