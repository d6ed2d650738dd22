"""The counts under test: the gallery's own, and the one that docs/add-a-count.md adds."""

from collections.abc import Iterator

import pytest

from genonaut.counting.declaration import CachedCount
from genonaut.counting.rendering import definition, removal
from genonaut.db.counts import COUNTS
from genonaut.db.session import Database
from tests.support.guide import declared_in_the_guide
from tests.support.rows import run

GUIDE = declared_in_the_guide()


@pytest.fixture(params=[*COUNTS.values(), GUIDE], ids=lambda count: count.name)
def count(request: pytest.FixtureRequest, database: Database) -> Iterator[CachedCount]:
    """Each count in turn; the guide's is there for as long as it is tested."""
    count: CachedCount = request.param
    if count is not GUIDE:
        yield count
        return
    run(database, definition(count))
    yield count
    run(database, removal(count))
