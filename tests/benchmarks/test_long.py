"""The whole benchmark in its tiny form: every contestant, and an error planted in each."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.contestants.everyone import CONTESTANTS
from benchmarks.side_by_side.contestants.ours import Ours
from benchmarks.side_by_side.load import wrk
from benchmarks.side_by_side.measures import MEASURES, start
from benchmarks.side_by_side.proof import WrongAnswerError
from benchmarks.side_by_side.report.page import redraw, write
from benchmarks.side_by_side.run import Run
from benchmarks.side_by_side.stage import Stage
from benchmarks.side_by_side.suite import perform
from tests.benchmarks import wrong
from tests.benchmarks.tiny import TINY

pytestmark = pytest.mark.long

WHOLE = replace(TINY, refresh_users=(50, 200))
MEASURED = {"read", "query", "memory", "write", "copy", "staleness", "truth", "kill"}
MEASURED |= {"refresh", "readers", "page", "pages"}
MEASURED |= {"calibration"} if wrk.is_installed() else set()
LIARS = [kind for kind in vars(wrong).values() if getattr(kind, "__name__", "").startswith("Lying")]
WRONG: list[tuple[str, type[Contestant]]] = [
    *(("read", kind) for kind in LIARS),
    ("write", wrong.ForgetfulRowTrigger),
    ("write", wrong.ForgetfulStatementTrigger),
    ("write", wrong.ForgetfulRedis),
    ("write", wrong.ForgetfulOurs),
    ("copy", wrong.ForgetfulRowTrigger),
    ("copy", wrong.ForgetfulOurs),
    ("truth", wrong.CachingLive),
    ("truth", wrong.ForgetfulOurs),
    ("kill", wrong.ForgetfulOurs),
    ("refresh", wrong.LazyHourly),
    ("refresh", wrong.LazyMaterializedView),
    ("refresh", wrong.BusyOurs),
    ("page", wrong.LyingOurs),
]


def test_a_liar_is_planted_for_every_contestant() -> None:
    assert {kind.name for kind in LIARS} == CONTESTANTS.keys()


@pytest.mark.parametrize(("name", "kind"), WRONG)
def test_a_wrong_count_ends_the_run(stage: Stage, name: str, kind: type[Contestant]) -> None:
    with pytest.raises(WrongAnswerError, match=f"^The contestant '{kind.name}' .*no results"):
        MEASURES[name].measure(Run(stage, TINY, [kind]))


def test_a_wrong_first_number_ends_the_run(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(start.FIRST_NUMBERS, "test", (0, 0, 0, 1))
    with pytest.raises(WrongAnswerError, match=r"^The contestant 'ours' began with"):
        start.measure(Run(stage, replace(TINY, cold_starts=("test",)), [Ours]))


def test_every_contestant_is_measured_and_the_results_can_be_redrawn(tmp_path: Path) -> None:
    raw = perform(WHOLE)
    assert {record["measure"] for record in raw["records"]} == MEASURED
    for measure in ("read", "staleness", "kill"):
        without = {kind.name for kind in CONTESTANTS.values() if kind.answers_from_memory}
        measured = {r["contestant"] for r in raw["records"] if r["measure"] == measure}
        assert measured >= CONTESTANTS.keys() - without, measure
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
    assert all(f"| {name} |" in drawn["RESULTS.md"] for name in CONTESTANTS.keys() - {"ours"})


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
