"""The classes of frames: near to every picture's proportions and colour, and all in the sheet."""

import re

import pytest

from genonaut.web.contexts import PagePicture
from genonaut.web.frames import ROWS, frame, sizes, stylesheet

SHEET = stylesheet().decode()


def ratio(picture: PagePicture) -> float:
    name = frame(picture).split(" ")[0]
    [found] = re.findall(rf"\.{name}{{--ratio:([0-9.]+)}}", SHEET)
    return float(found)


def picture(width: int, height: int, colour: str | None = None) -> PagePicture:
    return PagePicture("", "", width, height, colour=colour)


def test_proportions_are_kept_to_half_a_percent() -> None:
    for width in range(410, 4000, 37):
        assert ratio(picture(width, 1000)) == pytest.approx(width / 1000, rel=0.0051)


def test_what_is_extreme_is_cut() -> None:
    assert ratio(picture(1, 9000)) == pytest.approx(0.4)
    assert ratio(picture(9000, 1)) == pytest.approx(4.0, rel=0.01)


@pytest.mark.parametrize(
    ("colour", "tone"),
    [("#000000", "000"), ("#ffffff", "eee"), ("#1f80A3", "08a"), ("#10ef99", "0e8")],
)
def test_colours_are_rounded(colour: str, tone: str) -> None:
    assert frame(picture(1, 1, colour)).endswith(f" tone-{tone}")
    assert SHEET.count(f".tone-{tone}{{--tone:#{tone}}}") == 1


def test_sizes_follow_the_rows() -> None:
    assert sizes(picture(100, 100), "large").endswith("px")
    widths = [int(sizes(picture(100, 100), density)[:-2]) for density in ROWS]
    assert widths == sorted(widths)
    assert ROWS["medium"] < widths[1] < 2 * ROWS["medium"]
