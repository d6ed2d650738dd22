"""Which cases of a test that is sampled are run."""

import pytest

from tests.support.sampling import chosen


@pytest.mark.parametrize(
    ("count", "wanted", "places"),
    [
        (10, 1, {0}),
        (10, 2, {0, 9}),
        (10, 4, {0, 3, 6, 9}),
        (3, 3, {0, 1, 2}),
        (2, 5, {0, 1}),
        (0, 3, set()),
    ],
)
def test_cases_are_chosen_from_end_to_end(count: int, wanted: int, places: set[int]) -> None:
    assert chosen(count, wanted) == places


@pytest.mark.parametrize("wanted", range(2, 41))
def test_so_many_as_are_wanted(wanted: int) -> None:
    assert len(chosen(41, wanted)) == wanted
