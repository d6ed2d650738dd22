"""Lists of favourites and of albums: which items are in them."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, String, any_, literal, select

from genonaut.content.bookmark_kinds import Wanted, eyes_of
from genonaut.content.viewer import Viewer
from genonaut.db.schema import Bookmark, BookmarkCategoryMember


@dataclass(frozen=True, slots=True)
class Kept:
    """A user's favourites; with an `album`, what is in that album of the user's."""

    owner: UUID
    album: UUID | None = None


NOTHING: Final = Kept(UUID(int=0))
"""The favourites of no user: what is not for the viewer's eyes is as if it did not exist."""


def is_kept(item: Any, kept: Kept, viewer: Viewer) -> ColumnElement[bool]:  # noqa: ANN401
    """Whether an item is in the list, as far as the viewer is told of it."""
    kinds = literal(Wanted(eyes_of(viewer, kept.owner)).kinds(), ARRAY(String))
    member = BookmarkCategoryMember
    if kept.album is None:
        mine = Bookmark.user_id == kept.owner, Bookmark.kind == any_(kinds)
        return item.id.in_(select(Bookmark.content_id).where(*mine))  # type: ignore[no-any-return]
    inside = member.category_id == kept.album, member.kind == any_(kinds)
    return item.id.in_(select(member.content_id).where(*inside))  # type: ignore[no-any-return]
