"""Which items are let through, with everything looked up that has to be."""

from dataclasses import dataclass
from uuid import UUID

from genonaut.api.gallery.query import TagMatch
from genonaut.api.gallery.sources import Scope, Scopes


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters as statements are made of them.

    `tags` are ids, the rarest first; an item needs one of them or all (`tag_match`). If the first
    is known to be on few items (`lead_is_rare`), these are looked at one by one for the others.
    """

    scopes: Scopes
    viewer: UUID | None = None
    phrases: tuple[str, ...] = ()
    tags: tuple[UUID, ...] = ()
    tag_match: TagMatch = "any"
    lead_is_rare: bool = False

    @property
    def only_sources(self) -> bool:
        """Whether the sources decide alone, so that the counts know how many items there are."""
        return not self.phrases and not self.tags

    @property
    def only_one_tag(self) -> bool:
        """Whether it is all items with a tag, so that the tag's count is their number."""
        everybody = all(scope is Scope.ALL for scope in self.scopes.values())
        return everybody and not self.phrases and len(self.tags) == 1
