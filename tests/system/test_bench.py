"""The benchmark in its tiny form: it measures everybody, and a wrong count ends it."""

import json
import signal
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from genonaut.bench import measure_page, measure_read, measure_refresh, measure_truth, measure_write
from genonaut.bench.contestants import CONTESTANTS
from genonaut.bench.errors import WrongAnswerError
from genonaut.bench.gallery import Connection
from genonaut.bench.profiles import TINY
from genonaut.bench.report import redraw, write
from genonaut.bench.run import Entrant, Run
from genonaut.bench.stage import Stage
from genonaut.bench.suite import perform
from tests.support.processes import genonaut, nothing_left, running
from tests.support.waiting import wait_until

pytestmark = pytest.mark.long

MEASURED = {"read", "query", "memory", "write", "copy", "staleness", "truth", "kill"}
MEASURED |= {"refresh", "readers", "page"}
ONLY_ONE_CELL = replace(TINY, copy_rows=(), kills=0, mixed_seconds=1.0, refresh_users=(50,))
# How a contestant is found out by each measurement. Who refreshes repairs itself before it is
# measured, and a count that is stale is no error of those who do not promise otherwise.
PLANTED: list[tuple[Callable[[Run], None], str]] = [
    *((measure_read.measure, name) for name in CONTESTANTS),
    *((measure_write.measure, name) for name in ("row trigger", "Redis", "ours")),
    *((measure_truth.measure, name) for name in ("live", "ours")),
    *((measure_refresh.measure, name) for name in ("materialized view", "ours")),
    (measure_page.measure, "ours"),
]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage
    nothing_left(stage.home)


def test_everybody_is_measured_and_the_results_can_be_drawn_again(tmp_path: Path) -> None:
    raw = perform(TINY)
    assert {record["measure"] for record in raw["records"]} == MEASURED
    for measure in ("read", "staleness", "kill"):
        measured = {r["contestant"] for r in raw["records"] if r["measure"] == measure}
        assert measured >= CONTESTANTS.keys() - {"none"}, measure
    assert errors_of(raw, "ours") == {0}
    write(tmp_path, raw)
    drawn = contents(tmp_path)
    for plot in (tmp_path / "plots").glob("*.svg"):
        assert ET.parse(plot).getroot().tag.endswith("svg")  # noqa: S314 - our own
        plot.unlink()
    (tmp_path / "RESULTS.md").unlink()
    redraw(tmp_path)
    assert contents(tmp_path) == drawn
    assert {"results.json", "RESULTS.md", "plots/refresh-nothing.svg"} <= drawn.keys()
    assert all(f"| {name} |" in drawn["RESULTS.md"] for name in CONTESTANTS)


def errors_of(raw: dict[str, Any], name: str) -> set[int]:
    return {
        error
        for record in raw["records"]
        if record["contestant"] == name
        for figure, error in record.items()
        if figure.startswith(("largest_error", "error_left"))
    }


def contents(folder: Path) -> dict[str, str]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {str(file.relative_to(folder)): file.read_text() for file in files}


@pytest.mark.parametrize(
    ("measure", "name"),
    PLANTED,
    ids=lambda value: value if isinstance(value, str) else value.__module__.rpartition("_")[2],
)
def test_a_wrong_count_that_was_planted_ends_the_run(
    stage: Stage, measure: Callable[[Run], None], name: str
) -> None:
    run = Run(stage, ONLY_ONE_CELL, [CONTESTANTS[name]], planted=name)
    with pytest.raises(WrongAnswerError, match=f"'{name}'") as error:
        measure(run)
    assert "There are no results" in str(error.value)


def test_what_fails_meanwhile_ends_the_run(stage: Stage) -> None:
    entrant = Entrant(CONTESTANTS["ours"](stage.dsn("postgres"), stage.redis_socket), "postgres")
    worked = threading.Event()

    def work(connection: Connection) -> None:
        worked.set()
        connection.execute("SELECT 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero), entrant.meanwhile(work):
        assert worked.wait(60)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whoever_interrupts_it_finds_nothing_running(
    new_home: Path, number: signal.Signals
) -> None:
    arguments = ["bench", "--quick", "--rows", "2000", "--measure", "read"]
    arguments += ["--output", str(new_home / "results")]
    with running(new_home, *arguments, TMPDIR=str(new_home)) as command:
        wait_until(
            lambda: list(new_home.glob("genonaut-bench-*/genonaut.bench.serve.log")), "it serves"
        )
        command.end(number)
        assert "Traceback" not in command.stderr.read_text()
    for home in new_home.glob("genonaut-bench-*"):
        nothing_left(home)
    nothing_left(new_home)
    assert not (new_home / "results").exists()


@pytest.mark.parametrize("option", ["--only", "--measure"])
def test_what_does_not_exist_is_not_measured(new_home: Path, option: str) -> None:
    done = genonaut(new_home, "bench", option, "nobody")
    assert done.returncode == 2
    assert "'nobody': use " in done.stderr


def test_drawing_again_needs_nothing_but_the_raw_figures(new_home: Path) -> None:
    folder = new_home / "results"
    folder.mkdir()
    raw = {"commit": "c", "started": "s", "minutes": 1, "machine": {}, "versions": {}}
    (folder / "results.json").write_text(
        json.dumps(raw | {"profile": asdict(TINY), "records": []}), encoding="utf-8"
    )
    done = genonaut(new_home, "bench", "--redraw", "--output", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "not measured in this run" in (folder / "RESULTS.md").read_text()
