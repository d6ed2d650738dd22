"""What the simulation computes, and that docs/growing.md prints it."""

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.capacity.__main__ import main, published
from benchmarks.capacity.costs import RESULTS, Assumptions, Costs
from benchmarks.capacity.model import Traffic, needs, usual_traffic
from benchmarks.capacity.page import MARKS, PAGE, PART, PICTURE, write
from benchmarks.side_by_side.measures.pages import VARIED

ASSUMED = {
    "items-per-user": 100.0, "active-share": 0.1, "pages-per-day": 86.4, "items-per-day": 8.64,
    "peak": 5.0, "headroom": 0.5, "cores": 11.0, "most-replicas": 5.0, "max-connections": 300.0,
    "fold-seconds": 5.0, "ledger-rows": 50_000.0, "refresh-seconds": 600.0,
    "connections-per-process": 15.0, "connections-besides": 20.0, "bytes-per-item": 2_000.0,
    "fold-rows-per-second": 1e6, "commits-per-second": 20_000.0, "replay-per-second": 10_000.0,
}  # fmt: skip
COSTS = {
    "page, API": 0.003, "counts, API": 0.001, "page, database": 0.004, "counts, database": 0.001,
    "write": 0.001, "log of a write": 2_000.0, "refresh of an item": 1e-7,
}  # fmt: skip


def test_the_page_prints_what_is_computed_from_the_published_figures() -> None:
    parts, drawn = published()
    page = PAGE.read_text(encoding="utf-8")
    stale = [name for name, part in parts.items() if PART.format(name, part) not in page]
    assert stale == [], "run `python -m benchmarks.capacity --write`"
    assert PICTURE.read_text(encoding="utf-8") == drawn


def test_writing_changes_what_is_between_the_marks(tmp_path: Path) -> None:
    page, drawn = tmp_path / "page.md", tmp_path / "picture.svg"
    page.write_text(f"before\n{PART.format('needs', 'old')}\nafter\n")
    write(page, drawn, {"needs": "new"}, "<svg/>")
    assert page.read_text() == f"before\n{PART.format('needs', 'new')}\nafter\n"
    assert drawn.read_text() == "<svg/>"
    with pytest.raises(LookupError, match="no place for 'costs'"):
        write(page, drawn, {"costs": ""}, "")


def test_traffic_follows_the_community() -> None:
    # 10^7 items: 10^5 users, of whom 10^4 come on a day; each opens a page in 1,000 seconds.
    found = usual_traffic(10**7, ASSUMED)
    assert found.pages == pytest.approx(50)
    assert found.writes == pytest.approx(5)


def test_what_a_small_gallery_needs() -> None:
    found = needs(10**6, Traffic(100, 10), COSTS, ASSUMED)
    assert (
        found.api_processes == 1
    )  # 100 pages of 4 ms are 0.4 processors, which are to be half idle
    assert found.reading_cores == pytest.approx(0.5)
    assert found.writing_cores == pytest.approx(0.01 + 10 / 1e6 + 0.1 * 2 / 3600)
    assert (found.replicas, found.disk, found.log) == (0, 2e9, 20_000)
    assert (found.ledger_rows, found.connections) == (50, 35)
    assert found.refresh_seconds == pytest.approx(0.1)


def test_replicas_take_what_the_primary_cannot() -> None:
    # Of eleven processors half may be used, and of each replica's one replays.
    fits = needs(10**6, Traffic(1_050, 10), COSTS, ASSUMED)
    assert (fits.replicas, fits.api_processes) == (0, 9)
    more = needs(10**6, Traffic(2_100, 10), COSTS, ASSUMED)
    assert (more.replicas, more.api_processes) == (3, 17)


@pytest.mark.parametrize(
    ("traffic", "items", "replay", "first"),
    [
        (Traffic(1, 5_000), 10**6, 9_000.0, "replay on a standby"),
        (Traffic(1, 5_000), 10**6, 20_000.0, "primary: processors"),
        (Traffic(6_000, 1), 10**6, 9_000.0, "connections"),
        (Traffic(1, 1), 10**11, 9_000.0, "time of a refresh"),
    ],
)
def test_what_binds_first(traffic: Traffic, items: int, replay: float, first: str) -> None:
    found = needs(items, traffic, COSTS, ASSUMED | {"replay-per-second": replay})
    assert found.first_limit == first
    assert found.limits[first] < 1.2
    assert found.limits.keys() == MARKS.keys()


def test_twice_the_traffic_leaves_half_of_each_limit_but_that_of_the_items() -> None:
    costs = COSTS | {"refresh of an item": 1e-12}
    once, twice = (needs(10**7, Traffic(2_000, 500).times(n), costs, ASSUMED) for n in (1, 2))
    for name, times in once.limits.items():
        factor = 1 if name == "time of a refresh" else 2
        assert times == pytest.approx(twice.limits[name] * factor, rel=0.06), name


# The costs


def test_the_processor_time_of_a_page_is_taken_if_it_was_measured(tmp_path: Path) -> None:
    shutil.copy(RESULTS, tmp_path)
    file = tmp_path / "results.json"
    run = json.loads(file.read_text())
    run["records"] = [each for each in run["records"] if each["measure"] != "pages"]
    file.write_text(json.dumps(run))
    guessed = Costs(Assumptions(), file)
    assert "page.p50_ms" in next(c.source for c in guessed.all if c.name == "page, API")
    run["records"].append(
        {
            "measure": "pages",
            "contestant": "ours",
            "asked": VARIED,
            "round": 0,
            "processor_us": 1_234.0,
        }
    )
    file.write_text(json.dumps(run))
    assert Costs(Assumptions(), file)["page, API"] == pytest.approx(0.001234)


def test_a_run_without_a_figure_is_refused(tmp_path: Path) -> None:
    shutil.copy(RESULTS, tmp_path)
    file = tmp_path / "results.json"
    run = json.loads(file.read_text())
    run["records"] = [each for each in run["records"] if each["measure"] != "write"]
    file.write_text(json.dumps(run))
    with pytest.raises(LookupError, match="no figure for 'write'"):
        Costs(Assumptions(), file)


def test_each_assumption_says_how_sure_it_is() -> None:
    for each in Assumptions().all:
        assert each.sure in {"measured", "estimated", "chosen"}, each
        assert each.source, each


def test_another_question(capsys: pytest.CaptureFixture[str]) -> None:
    main(items=[10**9], writes=50_000)
    printed = capsys.readouterr().out
    assert "| 1,000,000,000 |" in printed
    assert "| 50,000 |" in printed
