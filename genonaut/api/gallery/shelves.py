"""Which items a user keeps, or an album has: from the shelf to the items, or from an item to it."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, String, any_, exists, literal, select

from genonaut.api.gallery.item_refs import ItemRef, is_about
from genonaut.content.bookmark_kinds import Eyes, Wanted
from genonaut.db.schema import Bookmark, BookmarkCategoryMember, SourceType

_MEMBER: Final = BookmarkCategoryMember


@dataclass(frozen=True, slots=True)
class Shelf:
    """A user's favourites, or an album of the user's, as some eyes see it."""

    owner: UUID
    eyes: Eyes
    album: UUID | None = None


def probe(item: ItemRef, shelf: Shelf, source_type: SourceType) -> ColumnElement[bool]:
    """Whether an item is on a shelf, looked up for each item by itself."""
    rows = Bookmark if shelf.album is None else _MEMBER
    # The OFFSET, as for tags: a join might lose the order of the index that is walked along.
    return exists(refs(shelf, source_type).where(*is_about(rows, item)).offset(0))


def refs(shelf: Shelf, source_type: SourceType) -> Select[Any]:
    """The items on a shelf, of one source type, each once."""
    kinds = literal(Wanted(shelf.eyes, sources=[source_type]).kinds(), ARRAY(String))
    if shelf.album is None:
        kept = select(*ItemRef.of_row(Bookmark)).where(Bookmark.user_id == shelf.owner)
        return kept.where(Bookmark.kind == any_(kinds))
    inside = select(*ItemRef.of_row(_MEMBER)).where(_MEMBER.category_id == shelf.album)
    return inside.where(_MEMBER.kind == any_(kinds))
