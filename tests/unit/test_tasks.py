"""A task that cannot do its work fails: it never reports success."""

import os
import warnings

import pytest

from genonaut.config import load_settings
from genonaut.errors import DatabaseUnreachableError
from genonaut.worker import launching
from genonaut.worker.celery_app import app
from genonaut.worker.tasks import fold_deltas, refresh_gen_source_stats


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_HOST", "127.0.0.1")
    monkeypatch.setenv("DB_PORT", "1")
    monkeypatch.setattr(app, "settings", load_settings("test"))


def test_the_settings_are_read_once_and_given_to_all_of_celery(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app, "settings", load_settings("test"))
    monkeypatch.setattr(launching, "configure_logs", lambda _: None)
    monkeypatch.setenv("GENONAUT_ENV", "test")
    with warnings.catch_warnings():
        read = launching.celery_settings("dev")
    assert app.settings is read
    assert read.environment == os.environ["GENONAUT_ENV"] == "dev"


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize("task", [refresh_gen_source_stats, fold_deltas])
def test_it_raises_when_called(task) -> None:
    with pytest.raises(DatabaseUnreachableError):
        task()


@pytest.mark.usefixtures("no_database")
def test_it_is_retried_and_then_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh_gen_source_stats, "max_retries", 2)
    result = refresh_gen_source_stats.apply()
    assert result.state == "FAILURE"
    assert isinstance(result.result, DatabaseUnreachableError)
