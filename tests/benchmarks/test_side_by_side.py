"""The benchmark in its tiny form: it measures everybody, and a wrong count ends it."""

import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from benchmarks.side_by_side import (
    measure_page,
    measure_read,
    measure_refresh,
    measure_truth,
    measure_write,
)
from benchmarks.side_by_side.contestants import CONTESTANTS
from benchmarks.side_by_side.errors import WrongAnswerError
from benchmarks.side_by_side.gallery import Connection
from benchmarks.side_by_side.profiles import TINY
from benchmarks.side_by_side.report import redraw, write
from benchmarks.side_by_side.run import Entrant, Run
from benchmarks.side_by_side.stage import Stage
from benchmarks.side_by_side.suite import perform
from tests.support.processes import nothing_left

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
