"""How many items match, and from that how best to find them."""

from dataclasses import dataclass

from genonaut.api.gallery.filters import Filters, Scope, Scopes, size
from genonaut.api.gallery.pager import NONE, Total
from genonaut.db.gen_source_counts import ViewerCounts

# What it costs to look at an item on the way, beside collecting and sorting one that matches: text
# has to be taken apart, a tag is looked up in an index. docs/listing.md has the measurements.
_COST_OF_TEXT = 25
_COST_OF_TAGS = 2
_COST_OF_SETTINGS = 2
_COST_OF_FIELDS = 10
_COST_OF_A_CREATOR = 1
_MANY_LOOKS = 20_000
# What is on a shelf was often made at one time: a walk may pass all the rest before it.
_FEW_ON_A_SHELF = 10_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the counts know about how many items match.

    `counts` are the viewer's: None if they were never built and counting took too long.
    `upper_bound` is the number of items with the tags: exact if the query is about one tag alone,
    None if there are no tags or their counts were never built. Of favourites and albums, it is
    known whether the bound is exact. A walk `by_id` passes all items.
    """

    filters: Filters
    counts: ViewerCounts | None
    upper_bound: int | None
    bound_is_exact: bool = False
    by_id: bool = False

    def total(self) -> Total | None:
        """The number of items that match; None if only counting can tell."""
        if not self.filters.scopes or self.upper_bound == 0:
            return NONE
        if self.filters.only_scopes:
            if self.counts is None:
                return Total(0, exact=False)
            return Total(size(self.filters.scopes, self.counts), exact=True)
        knows = self.filters.only_one_tag or self.bound_is_exact
        if self.upper_bound is not None and knows:
            return Total(self.upper_bound, exact=True)
        return None

    def should_collect(self, total: Total, rows: int) -> bool:
        """Whether to collect all items that match, rather than walk until `rows` of them were met.

        If m of n items match, collecting costs m, and walking about rows * n / m looks.
        """
        if self.counts is None:
            return not self.filters.only_scopes
        everything = size(self._passed(), self.counts)
        matching = total.count if total.exact else self.upper_bound
        if matching is not None:
            if self.filters.shelves and matching <= _FEW_ON_A_SHELF:
                return True
            return matching < everything and matching**2 <= self._cost() * rows * everything
        # Collecting would take as long as counting, which was too long; walking may take longer.
        return total.count < rows * everything / _MANY_LOOKS

    def _passed(self) -> Scopes:
        """What a walk passes: all items of a source type even if only others' are wanted.

        By id there is no walk of one creator's items: it passes all.
        """
        return {
            source_type: Scope.ALL if self.by_id or scope is Scope.OTHERS else scope
            for source_type, scope in self.filters.scopes.items()
        }

    def _cost(self) -> int:
        if self.filters.sought.reads_text:
            return _COST_OF_TEXT
        if self.filters.sought:
            return _COST_OF_FIELDS
        if self.filters.tags or self.filters.shelves:
            return _COST_OF_TAGS
        return _COST_OF_SETTINGS if self.filters.has_settings else _COST_OF_A_CREATOR
