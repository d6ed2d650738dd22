"""Which items a query lets through, and how many those are as far as the counts know it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from genonaut.api.gallery.facets import FacetName
from genonaut.api.gallery.query import GalleryQuery, TagMatch
from genonaut.api.gallery.searching.sought import NOTHING_SOUGHT, Sought
from genonaut.api.gallery.shelves import Shelf
from genonaut.content.viewer import Viewer
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.db.schema import AUTO, REGULAR, SourceType


class Scope(Enum):
    """Whose items of a source type."""

    ALL = "all"
    OWN = "own"
    OTHERS = "others"


Scopes = Mapping[SourceType, Scope]
"""Whose items of each source type are let through; a type that lets none through is absent."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters as statements are made of them, with everything looked up that has to be.

    `viewer` is for whose eyes it is. `scopes` are about the items of `whose`: of a creator, if the
    query names one.

    `tags` are ids, the rarest first; an item needs one of them or all (`tag_match`). If the first
    is known to be on few items (`lead_is_rare`), these are looked at one by one for the others.
    Of the `shelves`, it has to be on all.
    """

    scopes: Scopes = field(hash=False)
    viewer: Viewer
    whose: UUID | None = None
    sought: Sought = NOTHING_SOUGHT
    tags: tuple[UUID, ...] = ()
    tag_match: TagMatch = "any"
    lead_is_rare: bool = False
    model: str = ""
    seed: str = ""
    sampler: str = ""
    loras: tuple[str, ...] = ()
    month: str = ""
    shelves: tuple[Shelf, ...] = ()

    @property
    def only_scopes(self) -> bool:
        """Whether the scopes decide alone, so that the counts know how many items there are."""
        return not (self.sought or self.tags or self.has_settings or self.shelves)

    @property
    def only_one_tag(self) -> bool:
        """Whether it is all items with a tag, so that the tag's count is their number."""
        everything = all(scope is Scope.ALL for scope in self.scopes.values())
        only_tags = not (self.sought or self.has_settings or self.shelves)
        return everything and only_tags and len(self.tags) == 1

    @property
    def only_one_shelf(self) -> bool:
        """Whether it is what the scopes let through of one shelf."""
        return len(self.shelves) == 1 and not (self.sought or self.tags or self.has_settings)

    @property
    def has_settings(self) -> bool:
        """Whether it is about how items were made, which no count knows."""
        return bool(self.model or self.seed or self.sampler or self.loras or self.month)

    @property
    def only_value(self) -> tuple[FacetName, str] | None:
        """The value of a facet, if they are about one alone, besides the scopes."""
        values: list[tuple[FacetName, str]] = [
            *((name, value) for name, value in self._settings() if value),
            *(("lora", name) for name in self.loras),
            *(("tag", str(tag)) for tag in self.tags),
        ]
        others = self.sought or self.seed or self.shelves
        return values[0] if len(values) == 1 and not others else None

    def _settings(self) -> tuple[tuple[FacetName, str], ...]:
        return ("model", self.model), ("sampler", self.sampler), ("month", self.month)


def scopes(query: GalleryQuery) -> Scopes:
    """What the switches mean for the user of the query.

    Without a user the user switches let nothing through, and the community is everyone. With a
    creator, the scopes are about that creator.
    """
    both: tuple[SourceType, ...] = (REGULAR, AUTO)
    found = {source_type: _scope(query, source_type) for source_type in both}
    if query.creator is None:
        return {source_type: scope for source_type, scope in found.items() if scope}
    # One creator's: their own, where the switches let them through.
    hidden = Scope.OTHERS if query.creator == query.user_id else Scope.OWN
    return {one: Scope.OWN for one, scope in found.items() if scope not in (None, hidden)}


def _scope(query: GalleryQuery, source_type: SourceType) -> Scope | None:
    own = query.user_id is not None and f"user-{source_type}" in query.switches
    community = f"community-{source_type}" in query.switches
    if own and community:
        return Scope.ALL
    if own:
        return Scope.OWN
    if community:
        return Scope.OTHERS if query.user_id else Scope.ALL
    return None


def size(scopes: Scopes, counts: ViewerCounts) -> int:
    """The number of items, from a viewer's four counts and without counting."""
    return sum(_size(source_type, scope, counts) for source_type, scope in scopes.items())


def _size(source_type: SourceType, scope: Scope, counts: ViewerCounts) -> int:
    own, community = counts.of_user(source_type), counts.of_community(source_type)
    match scope:
        case Scope.ALL:
            return community
        case Scope.OWN:
            return own
        case Scope.OTHERS:
            return community - own
