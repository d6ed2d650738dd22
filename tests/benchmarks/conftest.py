"""A stage for the tests of the benchmark."""

from collections.abc import Iterator

import pytest

from benchmarks.side_by_side.stage import Stage, open_stage
from tests.support.processes import nothing_left


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """One for all tests of a worker; when they are over, nothing of it may be running."""
    with open_stage() as stage:
        yield stage
    nothing_left(stage.home)
