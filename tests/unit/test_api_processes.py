"""The API's processes as they are started and replaced; here they are programs of one line."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from genonaut.api.monitoring.slots import SLOT
from genonaut.config import Settings, load_settings
from genonaut.errors import ConfigError
from genonaut.running import supervisor
from genonaut.running.api_processes import ApiProcesses
from genonaut.running.listening import PREPARE_VARIABLE
from genonaut.running.supervisor import Part
from tests.support.waiting import wait_until

READY = "import time; print('Genonaut is ready at x', flush=True); time.sleep(600)"
FAILS = "raise SystemExit(3)"
HANGS = "import time; time.sleep(600)"
Started = tuple[subprocess.Popen[str], dict[str, str]]
"""A process, and the variables that it was given."""


@dataclass(frozen=True)
class Program(Part):
    """A part that is another program than `genonaut NAME`."""

    started: list[Started] = field(default_factory=list)

    def start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", self.name],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | self.variables,
        )
        self.started.append((process, dict(self.variables)))
        return process


class Programs:
    """What is started, and which settings are read: both can be changed while they run."""

    def __init__(self, folder: Path, processes: int, program: str = READY) -> None:
        self.program, self.wanted = program, processes
        self.started: list[Started] = []
        self.said: list[str] = []
        self.processes = ApiProcesses(
            self._settings(),
            folder,
            self._part,
            on_line=self.said.append,
            on_death=lambda *_: None,
            read_again=self._read,
            variables={"WEATHER_AT_SEA": "calm"},
            prepare=True,
        )

    def _settings(self) -> Settings:
        settings = load_settings("test")
        api = settings.api.model_copy(update={"processes": self.wanted})
        return settings.model_copy(update={"api": api})

    def _read(self) -> Settings:
        if not self.wanted:
            raise ConfigError("api.processes is wrong.")
        return self._settings()

    def _part(self, on_line: Callable[[str], None], own: dict[str, str]) -> Part:
        return Program(self.program, "test", on_line, variables=own, started=self.started)

    def slots(self) -> list[str]:
        """Those of the processes that run."""
        given = [own[SLOT] for one, own in self.started if one.poll() is None]
        return [slot.rpartition("/")[2] for slot in given]

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Let them be looked after until something is so."""

        def look() -> object:
            self.processes.keep_running()
            return condition()

        wait_until(look, what)


@contextmanager
def running(folder: Path, processes: int) -> Iterator[Programs]:
    """So many, all of them ready."""
    programs = Programs(folder, processes)
    try:
        programs.until(lambda: len(programs.slots()) == processes, "all of them run")
        yield programs
    finally:
        programs.processes.terminate()
        programs.processes.wait_until_ended(0)


def test_the_first_is_ready_before_the_others_start_and_says_so_for_all(tmp_path: Path) -> None:
    programs = Programs(tmp_path, 3)
    programs.processes.keep_running()
    assert len(programs.started) == 1
    programs.until(lambda: len(programs.slots()) == 3, "the others follow")
    assert programs.slots() == ["1", "2", "3"]
    assert programs.said == ["Genonaut is ready at x"]
    programs.processes.terminate()
    programs.processes.wait_until_ended(0)


def test_the_first_one_prepares_the_database_and_not_again_when_it_was_restarted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LONGEST_PAUSE_SECONDS", 0.01)
    with running(tmp_path, 2) as programs:
        programs.started[0][0].kill()
        programs.until(lambda: len(programs.started) == 3, "it is restarted")
        given = [own for _, own in programs.started]
        assert [PREPARE_VARIABLE in own for own in given] == [True, False, False]
        assert given[2][SLOT] == given[0][SLOT]
        assert {own["WEATHER_AT_SEA"] for own in given} == {"calm"}


def test_one_that_fails_before_any_was_ready_ends_it_with_its_code(tmp_path: Path) -> None:
    programs = Programs(tmp_path, 3, FAILS)
    with pytest.raises(SystemExit) as ended:
        programs.until(lambda: False, "it ends")
    assert ended.value.code == 3
    assert len(programs.started) == 1


def test_new_ones_take_other_slots_until_the_old_ones_are_gone(tmp_path: Path) -> None:
    with running(tmp_path, 2) as programs:
        for wanted, slots in ((3, ["3", "4", "5"]), (1, ["1"]), (1, ["2"])):
            programs.wanted = wanted
            programs.processes.reload()
            programs.until(lambda: programs.slots() == slots, "they are replaced")  # noqa: B023
            assert int((tmp_path / "wanted").read_text()) == wanted


@pytest.mark.parametrize("program", [FAILS, READY], ids=["start", "settings"])
def test_if_new_ones_fail_the_old_ones_go_on(
    tmp_path: Path, program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(tmp_path, 2) as programs:
        programs.program, programs.wanted = program, 2 if program == FAILS else 0
        programs.processes.reload()
        printed = ""

        def is_said() -> bool:
            nonlocal printed
            printed += "".join(capsys.readouterr())
            return "eloaded" in printed

        programs.until(is_said, "it says what became of it")
        assert "Not reloaded, the API goes on with its old settings" in printed
        programs.until(lambda: programs.slots() == ["1", "2"], "only the old ones run")


def test_a_reload_while_one_is_under_way_begins_anew(tmp_path: Path) -> None:
    with running(tmp_path, 1) as programs:
        programs.program = HANGS
        programs.processes.reload()
        programs.until(lambda: programs.slots() == ["1", "2"], "a new one hangs at its start")
        programs.program = READY
        programs.processes.reload()
        programs.until(lambda: programs.slots() == ["3"], "another one has taken its place")
