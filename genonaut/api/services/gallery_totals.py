"""How many items match, and from that how best to find them."""

from collections.abc import Mapping
from typing import Any

from genonaut.api.gallery import sources
from genonaut.api.gallery.filters import Filters
from genonaut.api.gallery.pager import Total
from genonaut.api.gallery.sources import Scope
from genonaut.api.repositories.gallery_repository import GalleryRepository

# What it costs to look at an item on the way, beside collecting and sorting one that matches: text
# has to be taken apart, a tag is looked up in an index. docs/gallery.md has the measurements.
_COST_OF_TEXT = 25
_COST_OF_TAGS = 2
_COST_OF_A_CREATOR = 1
_FEW = 1_000

Stats = Mapping[str, Any] | None
"""The viewer's four counts; None if they were never built, and counting took too long."""


def total(
    gallery: GalleryRepository, filters: Filters, at_most: int | None, stats: Stats, seconds: float
) -> Total:
    """The number of items that match: from the counts if they know it, else counted for a while.

    `at_most` is what the counts say of the tags: the exact number, if it is about one tag alone.
    """
    if not filters.scopes or at_most == 0:
        return Total(0, exact=True)
    if filters.only_sources:
        return Total(sources.size(filters.scopes, stats), True) if stats else Total(0, False)
    if at_most is not None and filters.only_one_tag:
        return Total(at_most, exact=True)
    counted = gallery.count(filters, seconds)
    return Total(counted.rows, counted.complete)


def collects(filters: Filters, total: Total, at_most: int | None, stats: Stats, rows: int) -> bool:
    """Whether to collect all items that match, rather than walk until `rows` of them were met.

    If m of n items match, collecting costs m, and walking about rows * n / m looks.
    """
    matching = total.count if total.exact else at_most
    if matching is None:
        return False  # It ran out of time, so there are many.
    if stats is None:
        return matching <= _FEW
    if filters.only_sources:
        if Scope.OTHERS not in filters.scopes.values():
            return False
        everybody = dict.fromkeys(filters.scopes, Scope.ALL)
        return matching**2 <= _COST_OF_A_CREATOR * rows * sources.size(everybody, stats)
    cost = _COST_OF_TEXT if filters.phrases else _COST_OF_TAGS
    return matching**2 <= cost * rows * sources.size(filters.scopes, stats)
