"""How many items match, and from that how best to find them."""

from genonaut.api.gallery import sources
from genonaut.api.gallery.filters import Filters
from genonaut.api.gallery.pager import NONE, Total
from genonaut.api.gallery.sources import Scope
from genonaut.api.repositories.gallery_repository import GalleryRepository
from genonaut.db.gen_source_counts import ViewerCounts

# What it costs to look at an item on the way, beside collecting and sorting one that matches: text
# has to be taken apart, a tag is looked up in an index. docs/listing.md has the measurements.
_COST_OF_TEXT = 25
_COST_OF_TAGS = 2
_COST_OF_A_CREATOR = 1
_MANY_LOOKS = 20_000

Counts = ViewerCounts | None
"""The viewer's four counts; None if they were never built, and counting took too long."""


def total(
    gallery: GalleryRepository,
    filters: Filters,
    upper_bound: int | None,
    counts: Counts,
    seconds: float,
) -> Total:
    """The number of items that match: from the counts if they know it, else counted for a while.

    `upper_bound` is what the counts say of the tags: exact, if the query is about one tag alone.
    """
    if not filters.scopes or upper_bound == 0:
        return NONE
    if filters.only_sources:
        return Total(sources.size(filters.scopes, counts), True) if counts else Total(0, False)
    if upper_bound is not None and filters.only_one_tag:
        return Total(upper_bound, exact=True)
    counted = gallery.count(filters, seconds)
    return Total(counted.rows, counted.complete)


def should_collect(
    filters: Filters, total: Total, upper_bound: int | None, counts: Counts, rows: int
) -> bool:
    """Whether to collect all items that match, rather than walk until `rows` of them were met.

    If m of n items match, collecting costs m, and walking about rows * n / m looks.
    """
    if counts is None:
        return not filters.only_sources
    everything = sources.size(_passed(filters), counts)
    if total.exact or upper_bound is not None:
        matching = total.count if total.exact or upper_bound is None else upper_bound
        return matching < everything and matching**2 <= _cost(filters) * rows * everything
    # Collecting would take as long as counting, which was too long; walking may be longer still.
    return total.count < rows * everything / _MANY_LOOKS


def _passed(filters: Filters) -> sources.Scopes:
    """What a walk comes by: of a source where others' items are wanted, all."""
    return {
        source: Scope.ALL if scope is Scope.OTHERS else scope
        for source, scope in filters.scopes.items()
    }


def _cost(filters: Filters) -> int:
    if filters.phrases:
        return _COST_OF_TEXT
    return _COST_OF_TAGS if filters.tags else _COST_OF_A_CREATOR
