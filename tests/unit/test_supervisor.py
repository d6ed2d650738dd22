"""The supervisor: what dies is restarted, what is added is started, and in the end all stop."""

import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from unittest.mock import create_autospec

import pytest
from structlog.testing import capture_logs

from genonaut.running import supervisor
from genonaut.running.supervisor import Part, PartProcess, Supervisor
from tests.support.waiting import PATIENCE_SECONDS

DIES = "import os; print(os.getpid())"
STAYS = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"


@dataclass(frozen=True)
class Program(Part):
    """A part that is another program than `genonaut NAME`."""

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", self.name], stdout=subprocess.PIPE, text=True
        )


class Brief(Part):
    """A part whose process has ended by the time that it is looked at."""

    def start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(["true"], text=True)
        process.wait()
        return process


class Observed(Part):
    """A part whose process runs, and notes what it is asked to do."""

    process = create_autospec(subprocess.Popen, instance=True, stdout=None)

    def start(self) -> subprocess.Popen[str]:
        self.process.poll.return_value = None
        return cast("subprocess.Popen[str]", self.process)


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(signal, "signal", lambda *_: None)


@pytest.mark.usefixtures("_at_once")
def test_a_process_that_dies_is_restarted_and_one_that_stays_is_stopped() -> None:
    dying, staying = list[str](), list[str]()
    deadline = time.monotonic() + PATIENCE_SECONDS

    def until_both_are_seen() -> None:
        if len(dying) >= 3 and staying:
            raise KeyboardInterrupt
        assert time.monotonic() < deadline, (dying, staying)

    running = Supervisor(until_both_are_seen)

    def add_another(line: str) -> None:
        if not dying:
            running.add(Program(STAYS, "test", staying.append))
        dying.append(line)

    running.add(Program(DIES, "test", add_another))
    with pytest.raises(KeyboardInterrupt):
        running.run()
    assert len(set(dying)) >= 3, "each time another process"
    [stayed] = staying
    assert not Path(f"/proc/{stayed}").exists()


def test_a_part_is_asked_to_end_before_it_is_killed() -> None:
    process = PartProcess(Observed("observed", "test"))
    process.keep_running()
    process.terminate()
    process.wait_until_ended(time.monotonic())
    Observed.process.terminate.assert_called_once()
    Observed.process.kill.assert_not_called()


def test_the_pause_doubles_up_to_half_a_minute_and_is_short_again_after_a_steady_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(supervisor, "time", SimpleNamespace(monotonic=lambda: now))
    process = PartProcess(Brief("brief", "test"))

    def pause_after(seconds: float) -> float:
        """Start it, let it run for so long, and see for how long it is not started again."""
        nonlocal now
        process.keep_running()
        now += seconds
        with capture_logs() as logged:
            process.keep_running()
        [died] = logged
        now += died["restart_in_seconds"]
        return float(died["restart_in_seconds"])

    assert [pause_after(1) for _ in range(7)] == [2, 4, 8, 16, 30, 30, 30]
    assert [pause_after(61), pause_after(1)] == [1, 2]
