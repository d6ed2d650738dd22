"""Beat's file: damaged, or written while the clock was ahead. Tasks are sent all the same."""

import shelve
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.beat import ScheduleEntry
from structlog.testing import CapturingLogger

from genonaut.config import load_settings
from genonaut.worker import file_scheduler
from genonaut.worker.celery_app import SCHEDULERS
from genonaut.worker.file_scheduler import FileScheduler
from genonaut.worker.schedules import beat_schedule

SCHEDULE = beat_schedule(load_settings("test"))
HOURS = timedelta(hours=2)


class Recorder(FileScheduler):
    """Sends nothing, and remembers what it would have sent."""

    producer = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.sent = set[str]()
        super().__init__(*arguments, **options)

    def apply_entry(self, entry: ScheduleEntry, producer: object = None) -> None:  # noqa: ARG002
        self.sent.add(entry.name)


@contextmanager
def beat(folder: Path) -> Iterator[Recorder]:
    app = Celery(set_as_current=False)
    app.conf.update(beat_schedule=SCHEDULE, timezone="UTC", result_expires=None)
    scheduler = Recorder(app, schedule_filename=str(folder / "beat-test"))
    try:
        yield scheduler
    finally:
        scheduler.close()


def all_ran_at(scheduler: Recorder, moment: datetime) -> None:
    for entry in scheduler.schedule.values():
        entry.last_run_at = moment


def sent_in_a_few_ticks(scheduler: Recorder) -> set[str]:
    scheduler.sent.clear()
    for _ in range(2 * len(SCHEDULE)):
        scheduler.tick()
    return scheduler.sent


def test_the_settings_name_it() -> None:
    module, name = SCHEDULERS["persistent"].split(":")
    assert (module, name) == (FileScheduler.__module__, FileScheduler.__name__)


def test_it_remembers_when_a_task_was_sent(tmp_path: Path) -> None:
    moment = datetime.now(UTC)
    with beat(tmp_path) as scheduler:
        all_ran_at(scheduler, moment)
    with beat(tmp_path) as scheduler:
        assert {entry.last_run_at for entry in scheduler.schedule.values()} == {moment}


def test_what_was_sent_while_the_clock_was_ahead_is_sent_at_once(tmp_path: Path) -> None:
    with beat(tmp_path) as scheduler:
        all_ran_at(scheduler, datetime.now(UTC) + timedelta(days=3))
    with beat(tmp_path) as scheduler:
        assert sent_in_a_few_ticks(scheduler) == SCHEDULE.keys()
        assert max(entry.last_run_at for entry in scheduler.schedule.values()) <= datetime.now(UTC)


def test_a_clock_that_goes_back_while_it_runs_stops_nothing(tmp_path: Path) -> None:
    with beat(tmp_path) as scheduler:
        all_ran_at(scheduler, datetime.now(UTC))
        assert sent_in_a_few_ticks(scheduler) == set()  # and Celery has sorted the entries
        all_ran_at(scheduler, datetime.now(UTC) + HOURS)
        assert sent_in_a_few_ticks(scheduler) == SCHEDULE.keys()


def test_a_small_step_back_sends_nothing_twice(tmp_path: Path) -> None:
    with beat(tmp_path) as scheduler:
        all_ran_at(scheduler, datetime.now(UTC) + timedelta(seconds=30))
        assert sent_in_a_few_ticks(scheduler) == set()


def files(folder: Path) -> list[Path]:
    """Those that beat uses, as opposed to those that were set aside."""
    return [file for file in folder.glob("beat-test*") if ".damaged" not in file.name]


def overwrite(folder: Path) -> None:
    """Of the same length, as blocks that a power cut left unwritten."""
    for file in files(folder):
        if file.suffix not in {".dir", ".bak"}:
            file.write_bytes(b"\xff" * file.stat().st_size)


def truncate(folder: Path) -> None:
    for file in files(folder):
        file.write_bytes(file.read_bytes()[:20])


def empty(folder: Path) -> None:
    for file in files(folder):
        file.write_bytes(b"")


def lose_the_data(folder: Path) -> None:
    for file in files(folder):
        if file.suffix not in {".dir", ".bak"}:
            file.unlink()


def be_a_folder(folder: Path) -> None:
    for file in files(folder):
        file.unlink()
    (folder / "beat-test").mkdir()
    (folder / "beat-test" / "file").touch()


def write_the_format_of_another_python(folder: Path) -> None:
    for file in files(folder):
        file.unlink()
    (folder / "beat-test").write_bytes(b"\xcf\x9a\x57\x13" + bytes(16_380))  # GDBM's


def write_something_else(folder: Path) -> None:
    with shelve.open(folder / "beat-test") as kept:  # noqa: S301 - our own
        kept["entries"] = {"refresh-gen-source-stats": "every hour"}


@pytest.mark.parametrize(
    "damage",
    [
        overwrite,
        truncate,
        empty,
        lose_the_data,
        be_a_folder,
        write_the_format_of_another_python,
        write_something_else,
    ],
)
def test_a_damaged_file_is_set_aside_and_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    log = CapturingLogger()  # the module's own may belong to a stream of an earlier test
    monkeypatch.setattr(file_scheduler, "log", log)
    for _ in range(2):  # and what was set aside before is no obstacle
        with beat(tmp_path) as scheduler:
            all_ran_at(scheduler, datetime.now(UTC))
        damage(tmp_path)
        left = files(tmp_path)  # none, if this Python keeps it all in one file, and that is lost
        log.calls.clear()
        with beat(tmp_path) as scheduler:
            assert scheduler.schedule.keys() == SCHEDULE.keys()
        assert bool(list(tmp_path.glob("*.damaged*"))) == bool(left)
        assert [call.args for call in log.calls] == [("beat's file is damaged",)] * bool(left)
