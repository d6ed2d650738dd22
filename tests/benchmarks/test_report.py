"""What the page says about figures, and that the published page is what the code draws."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmarks.side_by_side.measures import MEASURES
from benchmarks.side_by_side.report.page import ORDER, redraw, write
from benchmarks.side_by_side.report.results import FEWEST, MOST, Figure, Results
from benchmarks.side_by_side.report.tables import Table
from benchmarks.side_by_side.report.targets import OurFigures, Quotient, at_least, at_most, ours_to
from benchmarks.side_by_side.run import in_turn, percentiles

PUBLISHED = Path(__file__).parents[2] / "benchmarks"
PER_SECOND, P50 = Figure("read", "per_second"), Figure("read", "p50_ms", ",.1f")


def test_the_published_page_is_drawn_from_the_published_figures(tmp_path: Path) -> None:
    shutil.copy(PUBLISHED / "results.json", tmp_path)
    redraw(tmp_path)
    names = ["RESULTS.md", *(f"plots/{each.name}" for each in (PUBLISHED / "plots").iterdir())]
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.*")) == sorted(
        ["results.json", *names]
    )
    for name in names:
        assert (tmp_path / name).read_text() == (PUBLISHED / name).read_text(), name


def test_every_measure_is_on_the_page() -> None:
    assert sorted(ORDER) == sorted(MEASURES)


def read(contestant: str, number: int, **figures: Any) -> dict[str, Any]:
    return {"measure": "read", "contestant": contestant, "round": number, "rows": 10, **figures}


@pytest.fixture
def results() -> Results:
    """Two rounds of two contestants, and one of ours with more items."""
    return Results(
        [
            read("ours", 0, per_second=100.0, p50_ms=1.0),
            read("ours", 1, per_second=300.0, p50_ms=2.0),
            read("live", 0, per_second=10.0, p50_ms=None),
            read("live", 1, per_second=10.0, p50_ms=8.0, unanswered=3),
            read("ours", 0, per_second=100.0, p50_ms=4.0) | {"rows": 1000},
        ]
    )


def test_a_quotient_compares_figures_of_the_same_round(results: Results) -> None:
    spread = ours_to("live", PER_SECOND, {"rows": 10}).spread(results)
    assert spread
    assert (spread.low, spread.median, spread.high) == (10.0, 20.0, 30.0)


def test_a_quotient_compares_sizes(results: Results) -> None:
    growth = Quotient(P50, {"rows": MOST}, {"rows": FEWEST}, {"contestant": "ours"})
    assert at_most(4, growth).row("growth", results) == [
        "growth (1,000 / 10 items)",
        "<= 4",
        "4.00",
        "met",
    ]
    only_one = Results(results.records("read", {"rows": 10}))
    assert at_most(4, growth).row("growth", only_one)[-1] == "not measured in this run"


@pytest.mark.parametrize(
    ("limit", "verdict"),
    [
        (20, "met"),
        (21, "**not met**, by a factor of 1.05"),
        (40, "**not met**, by a factor of 2.00"),
    ],
)
def test_a_target_says_by_how_much_it_was_missed(
    results: Results, limit: float, verdict: str
) -> None:
    target = at_least(limit, ours_to("live", PER_SECOND, {"rows": 10}))
    assert target.row("quick", results)[-1] == verdict


def test_a_target_of_zero_is_missed_by_a_number(results: Results) -> None:
    target = at_most(0, OurFigures([PER_SECOND], {"rows": 10}))
    measured = "200.00 (100.00 to 300.00)"
    assert target.row("none", results) == ["none", "<= 0", measured, "**not met**, by 200"]


def test_a_table_marks_bounds_and_ours(results: Results) -> None:
    table = Table("p50", P50, "rows", plot_name="p50")
    assert table.text(results) == (
        "![p50](plots/p50.svg)\n\n"
        "p50, by items:\n\n"
        "|  | 10 | 1,000 |\n"
        "| --- | ---: | ---: |\n"
        "| **ours** | 1.5 (1.0 to 2.0) | 4.0 |\n"
        "| live | > 8.0 |  |"
    )


def test_a_plot_leaves_out_bounds(results: Results) -> None:
    plot = Table("p50", P50, "rows", plot_name="p50").plot(results)
    assert plot
    assert plot.curves == {"ours": [(10.0, 1.5, 1.0, 2.0), (1000.0, 4.0, 4.0, 4.0)]}


def test_results_are_strict_json(tmp_path: Path) -> None:
    json.loads((PUBLISHED / "results.json").read_text(), parse_constant=pytest.fail)
    with pytest.raises(ValueError, match="not JSON compliant"):
        write(tmp_path, {"records": [{"p50_ms": float("nan")}]})


def test_percentiles() -> None:
    assert percentiles([float(number) for number in range(101)]) == {"p50_ms": 50, "p99_ms": 99}
    assert percentiles([7.0]) == {"p50_ms": 7.0, "p99_ms": 7.0}
    assert percentiles([]) == {"p50_ms": None, "p99_ms": None}


def test_every_round_begins_with_another_one() -> None:
    rounds = ["".join(in_turn("abc", number)) for number in range(4)]
    assert rounds == ["abc", "bca", "cab", "abc"]
    assert in_turn([], 1) == []
