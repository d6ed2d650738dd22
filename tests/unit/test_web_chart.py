"""The chart: every point is where its numbers say."""

from datetime import UTC, datetime, timedelta

import pytest

from genonaut.api.repositories.growth_repository import GrowthPoint
from genonaut.web.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, draw_chart

START = datetime(2026, 1, 1, tzinfo=UTC)


def totals(*counts: tuple[int, int], step: timedelta = timedelta(hours=1)) -> list[GrowthPoint]:
    return [
        GrowthPoint(START + i * step, regular, auto) for i, (regular, auto) in enumerate(counts)
    ]


def test_nothing_to_draw() -> None:
    assert draw_chart([]) is None


def test_one_refresh_is_a_point_at_the_right() -> None:
    chart = draw_chart(totals((100, 400)))
    assert chart
    auto, regular = chart.lines
    assert (auto.name, regular.name) == ("Auto-gens", "Gens")
    assert auto.end == (WIDTH - RIGHT, TOP)  # 400 is the top of the chart
    assert regular.end == (WIDTH - RIGHT, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) / 4)


def test_lines_begin_left_and_end_right() -> None:
    chart = draw_chart(totals((0, 0), (5, 10), (10, 20)))
    assert chart
    for line in chart.lines:
        places = [tuple(map(float, point.split(","))) for point in line.points.split()]
        assert [x for x, _ in places] == [LEFT, (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT]
        assert places[0][1] == HEIGHT - BOTTOM
        assert places[0][1] > places[1][1] > places[2][1]


@pytest.mark.parametrize(
    ("largest", "top"),
    [(0, "4"), (3, "4"), (4, "4"), (5, "8"), (100, "100"), (101, "200"), (99_000, "100k"),
     (100_000, "100k"), (7_300_000, "8M")],
)  # fmt: skip
def test_levels_are_round_and_high_enough(largest: int, top: str) -> None:
    chart = draw_chart(totals((largest, 0)))
    assert chart
    assert chart.levels[-1] == (TOP, top)
    assert chart.levels[0] == (HEIGHT - BOTTOM, "0")
    assert all(TOP <= line.end[1] <= HEIGHT - BOTTOM for line in chart.lines)


def test_labels_do_not_lie_upon_each_other() -> None:
    chart = draw_chart(totals((100, 100)))
    assert chart
    first, second = chart.lines
    assert abs(first.label_y - second.label_y) >= 30
    assert first.end == second.end


@pytest.mark.parametrize(
    ("step", "form"),
    [(timedelta(minutes=1), "00:00:00"), (timedelta(days=1), "01 Jan 00:00"),
     (timedelta(days=30), "01 Jan"), (timedelta(days=365), "Jan 2026")],
)  # fmt: skip
def test_moments_are_written_by_the_time_between_them(step: timedelta, form: str) -> None:
    chart = draw_chart(totals((1, 1), (2, 2), step=step))
    assert chart
    assert chart.moments[0] == (LEFT, form)
    assert len(chart.moments) == 4
