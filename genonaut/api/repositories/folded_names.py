"""Names in the form in which the indexes of migration 0013_search have them."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, collate, func

LAST: Final = "\U0010ffff"
"""Behind every other letter: what begins with a text stands between it and it with this."""


def folded_name(name: Any) -> ColumnElement[str]:  # noqa: ANN401
    """A name without case and accents, in the order of its letters' numbers."""
    return collate(func.search_name(name), "C")


def begins_with(name: Any, prefix: str) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """Whether a name begins so, as a range of the index."""
    folded = folded_name(name)
    yield folded >= prefix
    yield folded < prefix + LAST
