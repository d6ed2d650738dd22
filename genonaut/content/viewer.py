"""Who looks at the gallery, what that viewer may see, and which counts the viewer is told."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_

from genonaut.counting.declaration import CachedCount
from genonaut.counting.engine import Reading
from genonaut.db.counts import GEN_SOURCE, PRIVATE_SOURCE, SOURCES
from genonaut.db.schema import PUBLIC


@dataclass(frozen=True, slots=True)
class Viewer:
    """A user, an admin or the gallery itself (`sees_all`), or a visitor (neither)."""

    user_id: UUID | None = None
    sees_all: bool = False

    def may_see(self, visibility: str, creator_id: UUID) -> bool:
        """Whether the viewer may see an item."""
        return self.sees_all or visibility == PUBLIC or creator_id == self.user_id

    def rater(self, named: UUID | None) -> UUID | None:
        """The user whose ratings are shown as one's own: one that is named only to the gallery."""
        return self.user_id or (named if self.sees_all else None)


VISITOR: Final = Viewer()
EVERYTHING: Final = Viewer(sees_all=True)


def visible_to(viewer: Viewer, rows: Any) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """The same as a condition on rows that have a `visibility` and a `creator_id`."""
    if viewer.sees_all:
        return
    if viewer.user_id is None:
        yield rows.visibility == PUBLIC
    else:
        yield or_(rows.visibility == PUBLIC, rows.creator_id == viewer.user_id)


def counts_to_read(viewer: Viewer) -> tuple[CachedCount, ...]:
    """The counts that have to be read to tell a viewer. They are read together, on one snapshot."""
    return (GEN_SOURCE,) if viewer.sees_all else (GEN_SOURCE, PRIVATE_SOURCE)


def keys_to_read(viewer: Viewer, user_id: UUID | None) -> set[UUID]:
    """The users whose counts have to be read, to tell a viewer about one of them."""
    return {one for one in (user_id, viewer.user_id) if one}


def own_told(viewer: Viewer, user_id: UUID, source: str, read: Mapping[str, Reading]) -> int:
    """How many of a user's items the viewer is told of: not of those that others hide."""
    key = user_id, source
    told = read[GEN_SOURCE.name].counts.get(key, 0)
    if viewer.sees_all or user_id == viewer.user_id:
        return told
    return told - read[PRIVATE_SOURCE.name].counts.get(key, 0)


def counts_told(viewer: Viewer, user_id: UUID | None, read: Mapping[str, Reading]) -> Reading:
    """The counts of all items and of a user's, as the viewer is told.

    `read` has the readings of `counts_to_read`. The viewer is told all, minus all that is private,
    plus the viewer's own private items.
    """
    everything = read[GEN_SOURCE.name]
    if viewer.sees_all:
        return everything
    private = read[PRIVATE_SOURCE.name]
    counts = Counter[tuple[Any, str]]()
    for source in SOURCES.values():
        own = private.counts[viewer.user_id, source] if viewer.user_id else 0
        hidden = private.counts[None, source] - own
        counts[None, source] = everything.counts[None, source] - hidden
        if user_id:
            counts[user_id, source] = own_told(viewer, user_id, source, read)
    verified = everything.verified_at, private.verified_at
    return Reading(
        counts,
        max(everything.ledger_rows, private.ledger_rows),
        everything.as_of,
        min(filter(None, verified)) if all(verified) else None,
        everything.one_moment and private.one_moment,
    )
