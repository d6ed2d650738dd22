"""The counts under test: the gallery's own, the one of docs/add-a-count.md, and a spread one."""

from collections.abc import Iterator

import pytest

from genonaut.counting.declaration import CachedCount
from genonaut.counting.rendering import definition, removal
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database
from tests.support.guide import declared_in_the_guide
from tests.support.parts import SPREAD
from tests.support.rows import run

ADDED = [declared_in_the_guide(), SPREAD]


@pytest.fixture(params=[*COUNTS.values(), *ADDED], ids=lambda count: count.name)
def count(request: pytest.FixtureRequest, database: Database) -> Iterator[CachedCount]:
    """Each count in turn; one that is not the gallery's is there for as long as it is tested."""
    count: CachedCount = request.param
    if count not in ADDED:
        yield count
        return
    run(database, definition(count))
    yield count
    run(database, removal(count))
