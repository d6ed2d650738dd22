"""The supervisor: what dies is restarted, what is added is started, and in the end all stop."""

import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from genonaut.running import supervisor
from genonaut.running.supervisor import Part, Supervisor
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


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(signal, "signal", lambda *_: None)


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
