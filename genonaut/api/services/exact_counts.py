"""A declared count of some keys: from the cache, or counted if it was never built."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Session

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import read, read_live


def exact_counts(
    session: Session, count: CachedCount, keys: Collection[Any]
) -> Counter[tuple[Any, str]]:
    """The counts by (key, category). To count live reads the rows of these keys alone."""
    reading = read(session, count, keys)
    return (reading if reading.verified_at else read_live(session, count, keys)).counts
