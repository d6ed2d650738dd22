"""What the routes of favourites accept and return. The names are those of an older client."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from typing_extensions import TypeAliasType

from genonaut.api.bookmarks.entities import (
    MOST_ALBUMS,
    MOST_CHECKED,
    BookmarkChanges,
    BookmarkQuery,
    BookmarkSort,
    NewBookmark,
)
from genonaut.api.schemas.content import ITEM_EXAMPLE, ItemOut
from genonaut.api.schemas.named import SortOrder
from genonaut.api.schemas.people_values import EXAMPLE_ID, EXAMPLE_TIME, FORBID_EXTRA
from genonaut.api.schemas.values import FROM_ATTRIBUTES, Id, Storable, Utc, example
from genonaut.content.rules import check_marks
from genonaut.db import schema
from genonaut.db.schema.bookmarks import LONGEST_NOTE

ContentSourceType = TypeAliasType("ContentSourceType", schema.ContentSourceType)
BookmarkSortField = TypeAliasType(
    "BookmarkSortField",
    Literal[
        "datetime_added",
        "created_at",
        "updated_at",
        "datetime_created",
        "quality_score",
        "alphabetical",
        "title",
        "position",
        "user_rating",
        "user_rating_then_created",
    ],
)
_SORTS: Final[dict[str, BookmarkSort]] = {
    "updated_at": "updated",
    "datetime_created": "created",
    "quality_score": "quality",
    "alphabetical": "title",
    "title": "title",
    "position": "position",
}
"""All others: when it was added."""

LARGEST_SKIP: Final = 1_000_000
LARGEST_PLACE: Final = 1_000_000


def _composable(text: str) -> str:
    check_marks(text, "It")
    return text


Note = Annotated[
    Storable[Annotated[str, Field(max_length=LONGEST_NOTE)]], AfterValidator(_composable)
]
Position = Annotated[int, Field(ge=0, le=LARGEST_PLACE)]
BOOKMARK_EXAMPLE = {
    "id": "7c0f2f0e-0b63-4a4e-9d11-0c8f2f6d1a01",
    "user_id": EXAMPLE_ID,
    "content_id": 17,
    "content_source_type": "items",
    "note": "the light!",
    "pinned": False,
    "is_public": False,
    "created_at": EXAMPLE_TIME,
    "updated_at": EXAMPLE_TIME,
    "content": ITEM_EXAMPLE,
}
_PLACE = {
    "bookmark_id": BOOKMARK_EXAMPLE["id"],
    "category_id": "7c0f2f0e-0b63-4a4e-9d11-0c8f2f6d1a02",
    "user_id": EXAMPLE_ID,
    "position": 0,
    "added_at": EXAMPLE_TIME,
}


class BookmarkIn(BaseModel):
    """A favourite to add."""

    content_id: Id
    content_source_type: ContentSourceType = "items"
    note: Note | None = None
    pinned: bool = False
    is_public: bool = Field(False, description="Whether other users see that you keep it.")

    model_config = FORBID_EXTRA | example({"content_id": 17, "content_source_type": "items"})

    def new_bookmark(self) -> NewBookmark:
        """The same for the service."""
        return NewBookmark(
            content_id=self.content_id,
            content_source_type=self.content_source_type,
            note=self.note or None,
            pinned=self.pinned,
            is_public=self.is_public,
        )


class BookmarkChangeIn(BaseModel):
    """What to change of a favourite. A field that is missing or null stays as it is."""

    note: Note | None = Field(None, description="An empty one removes it.")
    pinned: bool | None = None
    is_public: bool | None = None

    model_config = FORBID_EXTRA | example({"pinned": True})

    def changes(self) -> BookmarkChanges:
        """The same for the service."""
        return BookmarkChanges(note=self.note, pinned=self.pinned, is_public=self.is_public)


class ListParams(BaseModel):
    """Which part of a list."""

    user_id: UUID | None = Field(
        None, description="Whose: default the sender. Of another user, what that user shows."
    )
    skip: int = Field(0, ge=0, le=LARGEST_SKIP)
    limit: int = Field(100, ge=1, le=1000)
    sort_order: SortOrder | None = Field(
        None, description="Default: `desc`, but `asc` by `position` and `sort_index`."
    )


class BookmarkParams(ListParams):
    """The parameters of a list of favourites."""

    sort_field: BookmarkSortField = Field(
        "datetime_added",
        description="`datetime_added`, `created_at` and both ratings: when it was added. "
        "`datetime_created`, `quality_score`, `alphabetical` and `title` are those of the item.",
    )
    pinned: bool | None = None
    is_public: bool | None = None
    category_id: UUID | None = Field(None, description="Only those in this album.")
    include_content: bool = Field(True, description="Whether each comes with its item.")

    def query(self) -> BookmarkQuery:
        """The same for the service."""
        sort = _SORTS.get(self.sort_field, "added")
        order = self.sort_order or ("asc" if sort == "position" else "desc")
        return BookmarkQuery(
            skip=self.skip,
            limit=self.limit,
            sort=sort,
            descending=order == "desc",
            pinned=self.pinned,
            is_public=self.is_public,
            category_id=self.category_id,
            include_content=self.include_content,
        )


class BookmarkOut(BaseModel):
    """A favourite."""

    id: UUID
    user_id: UUID
    content_id: int
    content_source_type: ContentSourceType
    note: str | None
    pinned: bool
    is_public: bool
    created_at: Utc
    updated_at: Utc
    content: ItemOut | None = Field(description="Null if it was not asked for.")

    model_config = FROM_ATTRIBUTES | example(BOOKMARK_EXAMPLE)


class BookmarksOut(BaseModel):
    """A page of favourites, and how many there are: exact, and of the same moment."""

    items: list[BookmarkOut]
    total: int
    skip: int
    limit: int

    model_config = FROM_ATTRIBUTES | example(
        {"items": [BOOKMARK_EXAMPLE], "total": 1, "skip": 0, "limit": 100}
    )


class BookmarkCheckOut(BaseModel):
    """Whether an item is a favourite."""

    bookmarked: bool
    bookmark: BookmarkOut | None

    model_config = FROM_ATTRIBUTES | example({"bookmarked": True, "bookmark": BOOKMARK_EXAMPLE})


class ContentKeyIn(BaseModel):
    """An item, and how it was made."""

    content_id: Id
    content_source_type: ContentSourceType = "items"

    model_config = FORBID_EXTRA | example({"content_id": 17, "content_source_type": "items"})


class CheckBatchIn(BaseModel):
    """Items of which to say whether they are favourites."""

    content_items: Annotated[list[ContentKeyIn], Field(max_length=MOST_CHECKED)]

    model_config = FORBID_EXTRA | example(
        {"content_items": [{"content_id": 17, "content_source_type": "items"}]}
    )


class CheckBatchOut(BaseModel):
    """By item, as `17-items`: the favourite, or null if it is none."""

    bookmarks: dict[str, BookmarkOut | None]

    model_config = FROM_ATTRIBUTES | example({"bookmarks": {"17-items": BOOKMARK_EXAMPLE}})


class PlaceIn(BaseModel):
    """An album to put a favourite into."""

    category_id: UUID
    position: Position | None = Field(None, description="Null comes behind, the newest first.")

    model_config = FORBID_EXTRA | example({"category_id": _PLACE["category_id"], "position": 0})


class PositionIn(BaseModel):
    """Another position in an album."""

    position: Position | None

    model_config = FORBID_EXTRA | example({"position": 3})


class PlacesIn(BaseModel):
    """All albums that a favourite is to be in."""

    category_ids: Annotated[list[UUID], Field(max_length=MOST_ALBUMS)]

    model_config = FORBID_EXTRA | example({"category_ids": [_PLACE["category_id"]]})


class PlaceOut(BaseModel):
    """A favourite's place in an album."""

    bookmark_id: UUID
    category_id: UUID
    user_id: UUID
    position: int | None
    added_at: Utc

    model_config = FROM_ATTRIBUTES | example(_PLACE)


class PlacesOut(BaseModel):
    """All places of a favourite."""

    items: list[PlaceOut]
    total: int

    model_config = FROM_ATTRIBUTES | example({"items": [_PLACE], "total": 1})


class DoneOut(BaseModel):
    """That something was deleted."""

    success: Literal[True] = True
    message: str

    model_config = example({"success": True, "message": "Favourite 7c0f2f0e was deleted."})
