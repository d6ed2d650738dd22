"""The schedule in the settings: what Celery gets of it, and which mistakes are refused by key."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.schedules import crontab

from genonaut.config import Settings, load_settings
from genonaut.errors import ConfigError
from genonaut.worker.celery_app import configuration
from genonaut.worker.schedules import beat_schedule
from genonaut.worker.tasks import REFRESHES

REFRESH = "refresh-gen-source-stats"


def with_schedule(schedule: dict[str, Any], *, enabled: bool = True) -> Settings:
    settings = load_settings("test")
    entries = settings.celery.beat_schedule
    entry = entries[REFRESH].model_copy(update={"schedule": schedule, "enabled": enabled})
    celery = settings.celery.model_copy(update={"beat_schedule": {**entries, REFRESH: entry}})
    return settings.model_copy(update={"celery": celery})


def test_by_default_it_refreshes_every_hour_and_folds_every_five_seconds() -> None:
    schedule = beat_schedule(load_settings("test"))
    assert schedule[REFRESH]["task"] == "genonaut.worker.tasks.refresh_gen_source_stats"
    assert schedule[REFRESH]["schedule"] == crontab(minute=0)
    assert schedule["fold-deltas"]["schedule"].run_every == timedelta(seconds=5)
    tags = schedule["refresh-tag-stats"]
    assert tags["task"] == "genonaut.worker.tasks.refresh_tag_cardinality_stats"
    assert tags["schedule"] == crontab(hour=0, minute=0)


def test_every_count_is_refreshed_by_the_schedule() -> None:
    scheduled = {entry["task"] for entry in beat_schedule(load_settings("test")).values()}
    assert scheduled >= {task.name for task in REFRESHES.values()}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"minute": "*/10"}, crontab(minute="*/10")),
        ({"hour": 3}, crontab(minute=0, hour=3)),
        ({"minute": 30, "day-of-week": "mon"}, crontab(minute=30, day_of_week="mon")),
        ({"day-of-month": 1, "month-of-year": 6}, crontab(0, "*", "*", 1, 6)),
    ],
)
def test_crontab_fields_are_numbers_or_text(given: dict[str, Any], expected: crontab) -> None:
    assert beat_schedule(with_schedule(given))[REFRESH]["schedule"] == expected


def test_what_is_not_enabled_is_left_out() -> None:
    assert REFRESH not in beat_schedule(with_schedule({"minute": 0}, enabled=False))


def test_a_run_that_no_worker_took_does_not_pile_up() -> None:
    assert beat_schedule(load_settings("test"))["fold-deltas"]["options"] == {"expires": 5.0}


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"minutes": 0}, f"celery.beat-schedule.{REFRESH}.schedule.minutes"),
        ({"minute": 61}, f"celery.beat-schedule.{REFRESH}.schedule.minute"),
        ({"hour": "soon"}, f"celery.beat-schedule.{REFRESH}.schedule.hour"),
        ({"every-seconds": 0}, f"celery.beat-schedule.{REFRESH}.schedule.every-seconds"),
        ({"every-seconds": "5"}, f"celery.beat-schedule.{REFRESH}.schedule.every-seconds"),
        ({"every-seconds": 5, "minute": 0}, f"celery.beat-schedule.{REFRESH}.schedule"),
        ({}, f"celery.beat-schedule.{REFRESH}.schedule"),
    ],
)
def test_a_wrong_field_is_refused_with_its_key(wrong: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError, match=r"wrong|not a field|empty|other fields") as refused:
        configuration(with_schedule(wrong))
    assert str(refused.value).startswith(key)


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, "genonaut-demo"),
        ({"GENONAUT_ENV": "test"}, "genonaut-test"),
        ({"DATABASE_URL": "postgresql://here/gallery"}, "genonaut-own-gallery"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:5432/gallery"}, "genonaut-own-gallery"),
        ({"DB_HOST": "here", "DB_NAME": "another"}, "genonaut-own-another"),
        ({"DB_HOST": "here", "DB_NAME": "my/100% pictures"}, "genonaut-own-my_100__pictures"),
    ],
)
def test_galleries_that_share_a_broker_and_a_home_share_neither_queue_nor_file(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], name: str
) -> None:
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    made = configuration(load_settings())
    assert made["task_default_queue"] == name
    assert made["redbeat_key_prefix"] == f"{name}:"
    assert Path(made["beat_schedule_filename"]).name == name.replace("genonaut-", "beat-", 1)


def test_only_json_is_accepted_and_tasks_are_acknowledged_late() -> None:
    made = configuration(load_settings("test"))
    assert made["accept_content"] == ["json"]
    assert made["task_acks_late"]
    assert made["task_time_limit"] > made["task_soft_time_limit"]
    assert made["broker_transport_options"]["visibility_timeout"] > made["task_time_limit"]
