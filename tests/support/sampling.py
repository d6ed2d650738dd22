"""Some of the cases of a test, where all of them take minutes and each is much like its neighbour.

`@pytest.mark.sampled(3)` takes three of them, from the first to the last, at equal distances: the
same ones in every run. `--every-case` takes all, and so does `make test-long`.
"""

from collections import defaultdict

import pytest

OPTION = "--every-case"


def add_option(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="store_true", help="all cases of the tests that are sampled")


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the cases that a usual run does without."""
    if config.getoption(OPTION):
        return
    left_out = {item for cases in _sampled(items) for item in cases}
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


def _sampled(items: list[pytest.Item]) -> list[list[pytest.Item]]:
    """For each test that is sampled, the cases that are left out."""
    tests = defaultdict[str, list[pytest.Item]](list)
    for item in items:
        if item.get_closest_marker("sampled"):
            tests[item.nodeid.split("[")[0]].append(item)
    return [_others(cases) for cases in tests.values()]


def _others(cases: list[pytest.Item]) -> list[pytest.Item]:
    marker = cases[0].get_closest_marker("sampled")
    kept = chosen(len(cases), marker.args[0] if marker else len(cases))
    return [case for at, case in enumerate(cases) if at not in kept]


def chosen(count: int, wanted: int) -> set[int]:
    """Places of `wanted` of `count` cases, with the first and the last."""
    if wanted >= count:
        return set(range(count))
    if wanted == 1:
        return {0}
    return {round(at * (count - 1) / (wanted - 1)) for at in range(wanted)}
