"""The bars by month: each is as high as its numbers say, and months without items have a place."""

import pytest

from genonaut.web.month_chart import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MOST_MONTHS,
    RIGHT,
    TOP,
    WIDTH,
    Listed,
    Month,
    draw_months,
)

FLOOR = HEIGHT - BOTTOM


def month(written: str, regular: int, auto: int) -> Month:
    numbers = [Listed(number, "/gallery") for number in (regular, auto, regular + auto)]
    return Month(written, written, *numbers)


def test_nothing_to_draw() -> None:
    assert draw_months([]) is None


def test_auto_items_stand_on_regular_ones() -> None:
    chart = draw_months([month("2026-02", 25, 75), month("2026-01", 50, 0)])
    assert chart
    january, february = chart.stacks
    height = FLOOR - TOP
    assert february.auto == pytest.approx((TOP, 0.75 * height))
    assert february.regular == pytest.approx((TOP + 0.75 * height, 0.25 * height))
    assert january.regular == pytest.approx((TOP + 0.5 * height, 0.5 * height))
    assert january.auto == pytest.approx((TOP + 0.5 * height, 0))
    assert LEFT < january.x < january.x + january.width < february.x
    assert february.x + february.width < WIDTH - RIGHT


def test_months_without_items_have_a_place() -> None:
    chart = draw_months([month("2026-02", 1, 0), month("2025-11", 1, 0)])
    assert chart
    assert [text for _, text in chart.labels] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    old, new = chart.stacks
    assert new.x - old.x == pytest.approx(3 * (WIDTH - LEFT - RIGHT) / 4)


def test_only_the_last_two_years_are_drawn_and_few_of_them_are_named() -> None:
    months = [
        month(f"{year}-{number:02d}", 1, 1) for year in range(2020, 2027) for number in range(1, 13)
    ]
    chart = draw_months(months[::-1])
    assert chart
    assert len(chart.stacks) == MOST_MONTHS
    assert len(chart.labels) == 6
    assert chart.labels[-1][1] == "2026-12", "the newest among them"
