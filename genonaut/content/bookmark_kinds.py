"""The kinds of favourites, by which they are counted and listed.

A favourite is of one kind, which its row says in words, as `other public regular pinned`: whose the
item is and who may see it, how it was made, and the favourite's own two marks. So each list of
favourites is one of some kinds, and its total is the sum of their counts.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, Literal
from uuid import UUID

from genonaut.content.viewer import Viewer
from genonaut.db.schema import AUTO, PRIVATE, PUBLIC, REGULAR, SourceType, Visibility

Eyes = Literal["owner", "all", "others"]
"""Who looks: the favourites' owner, who sees what is public and what is the owner's; an
administrator, who sees all; or another viewer, who sees what is public."""
BOTH_SOURCES: Final[tuple[SourceType, ...]] = (REGULAR, AUTO)
_BOTH_VISIBILITIES: Final[tuple[Visibility, ...]] = (PUBLIC, PRIVATE)


@dataclass(frozen=True, slots=True)
class Kind:
    """Whether the item is the favourite's owner's own, and so on."""

    is_own: bool
    visibility: Visibility
    source_type: SourceType
    pinned: bool
    is_public: bool

    def __str__(self) -> str:
        """As in the database: the same as the generated column of `bookmarks`."""
        marks = (" pinned" if self.pinned else "") + (" shown" if self.is_public else "")
        whose = "own" if self.is_own else "other"
        return f"{whose} {self.visibility} {self.source_type}{marks}"

    def seen_by(self, eyes: Eyes) -> bool:
        """Whether the item is for these eyes."""
        return eyes == "all" or self.visibility == PUBLIC or (eyes == "owner" and self.is_own)


_EITHER: Final = (False, True)
KINDS: Final = {
    str(kind): kind
    for each in product(_EITHER, _BOTH_VISIBILITIES, BOTH_SOURCES, _EITHER, _EITHER)
    for kind in [Kind(*each)]
}


def eyes_of(viewer: Viewer, owner: UUID) -> Eyes:
    """With whose eyes a viewer looks at a user's favourites."""
    if viewer.sees_all:
        return "all"
    return "owner" if viewer.user_id == owner else "others"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which kinds a list has: those that the eyes see, and of these what is asked for."""

    eyes: Eyes
    pinned: bool | None = None
    is_public: bool | None = None
    is_own: bool | None = None
    sources: Collection[SourceType] = BOTH_SOURCES

    def kinds(self) -> list[str]:
        """Their names."""
        return [name for name, kind in KINDS.items() if self._has(kind)]

    def total(self, counts: Mapping[tuple[Any, str], int], key: UUID) -> int:
        """How many favourites these are, of a user or in an album, by the counts by kind."""
        return sum(counts.get((key, name), 0) for name in self.kinds())

    def _has(self, kind: Kind) -> bool:
        return kind.seen_by(self.eyes) and all(self._agrees(kind))

    def _agrees(self, kind: Kind) -> Iterator[bool]:
        yield kind.source_type in self.sources
        for asked, found in (
            (self.pinned, kind.pinned),
            (self.is_public, kind.is_public),
            (self.is_own, kind.is_own),
        ):
            yield asked is None or asked == found
