"""The counts under test: the gallery's own, the one of docs/add-a-count.md, and a spread one."""

from collections.abc import Iterator
from typing import Any

import pytest

from genonaut.counting.declaration import CachedCount
from genonaut.counting.rendering import definition, removal
from genonaut.db.counts import ALBUM, BOOKMARK, COUNTS, CREATOR_TAGS, PRIVATE_FACET, PRIVATE_TAGS
from genonaut.db.schema import AUTO
from genonaut.db.session import Database
from tests.support.guide import declared_in_the_guide
from tests.support.parts import SPREAD
from tests.support.rows import run

ADDED = [declared_in_the_guide(), SPREAD]


# These differ from others in their rows only: the suite compares them after each step too, but
# folds and refreshes the others.
LIKE_OTHERS = [ALBUM, BOOKMARK, PRIVATE_FACET, PRIVATE_TAGS[AUTO], *CREATOR_TAGS.values()]


def tried(count: CachedCount) -> Any:
    """A count, as a parameter."""
    marks = [pytest.mark.long, pytest.mark.alike] if count in LIKE_OTHERS else []
    return pytest.param(count, marks=marks, id=count.name)


@pytest.fixture(params=map(tried, [*COUNTS.values(), *ADDED]))
def count(request: pytest.FixtureRequest, database: Database) -> Iterator[CachedCount]:
    """Each count in turn; one that is not the gallery's is there for as long as it is tested."""
    count: CachedCount = request.param
    if count not in ADDED:
        yield count
        return
    run(database, definition(count))
    yield count
    run(database, removal(count))
