"""How long a test searches: for a short time in `make test`, and longer in `make test-long`."""

import os

import pytest


def effort(short: float, long: float, variable: str) -> pytest.MarkDecorator:
    """Run a test twice, its parameter `effort` being a number. The variable makes it a long search.

    The second run is marked `long`. There is none if it would search no further than the first.
    """
    longer = type(long)(os.environ.get(variable, long))
    runs = [pytest.param(short, id="short")]
    if longer > short:
        runs.append(pytest.param(longer, id="long", marks=pytest.mark.long))
    return pytest.mark.parametrize("effort", runs)
