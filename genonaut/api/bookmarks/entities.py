"""Favourites and albums, as routes, services and repositories pass them to one another."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, Literal, TypeVar
from uuid import UUID

from genonaut.api.entities import Item
from genonaut.db.schema import ContentSourceType

Entry = TypeVar("Entry")
ContentKey = tuple[int, ContentSourceType]
"""An item as favourites name it: its id, and how it was made."""

MOST_AT_ONCE: Final = 10_000
"""Items that one request adds to or takes from favourites or an album."""
MOST_CHECKED: Final = 1000
MOST_BOOKMARKS: Final = 100_000
"""Favourites of one user."""
MOST_ALBUMS: Final = 1000
"""Albums of one user."""
DEEPEST: Final = 8
"""Albums in one another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBookmark:
    """A favourite to add."""

    content_id: int
    content_source_type: ContentSourceType
    note: str | None = None
    pinned: bool = False
    is_public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BookmarkChanges:
    """What to change of a favourite; None stays as it is, and an empty note is none."""

    note: str | None = None
    pinned: bool | None = None
    is_public: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Favourite:
    """A favourite of an item by that creator, and the item if it was asked for."""

    id: UUID
    user_id: UUID
    content_id: int
    content_source_type: ContentSourceType
    creator_id: UUID
    note: str | None
    pinned: bool
    is_public: bool
    created_at: datetime
    updated_at: datetime
    content: Item | None = None


BookmarkSort = Literal["added", "updated", "created", "quality", "title", "position"]
"""When it was added or changed; its item's time, score and title; its place in the album."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookmarkQuery:
    """Which favourites of a user, or in an album."""

    skip: int = 0
    limit: int = 100
    sort: BookmarkSort = "added"
    descending: bool = True
    pinned: bool | None = None
    is_public: bool | None = None
    category_id: UUID | None = None
    include_content: bool = True


@dataclass(frozen=True, slots=True)
class Listed(Generic[Entry]):
    """Some entries of a list, and how many it has: exact, and of the same moment."""

    items: Sequence[Entry]
    total: int
    skip: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A favourite's place in an album. Those without a position come behind, the newest first."""

    bookmark_id: UUID
    category_id: UUID
    user_id: UUID
    position: int | None
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbumValues:
    """What a user says of an album. In a change, None stays as it is, and an empty text is none.

    `to_top` takes it out of the album that it is in.
    """

    name: str | None = None
    description: str | None = None
    color: str | None = None
    icon: str | None = None
    cover_content_id: int | None = None
    cover_content_source_type: ContentSourceType | None = None
    parent_id: UUID | None = None
    to_top: bool = False
    sort_index: int | None = None
    is_public: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """An album, as it is for one viewer's eyes.

    `count` is how many pictures that viewer finds in it. The cover is the chosen one, or the first
    picture, if that viewer may see it. Only its owner is told the secret link.
    """

    id: UUID
    user_id: UUID
    name: str
    description: str | None
    color: str | None
    icon: str | None
    cover_content_id: int | None
    cover_content_source_type: ContentSourceType | None
    parent_id: UUID | None
    sort_index: int
    is_public: bool
    created_at: datetime
    updated_at: datetime
    count: int = 0
    share_token: str | None = None
    share_prompts: bool | None = None


AlbumSort = Literal["sort_index", "name", "created_at", "updated_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbumQuery:
    """Which albums of a user: of `parent` only, where "root" is in none."""

    skip: int = 0
    limit: int = 100
    sort: AlbumSort = "sort_index"
    descending: bool = False
    parent: UUID | Literal["root"] | None = None
    is_public: bool | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """The secret link to an album."""

    token: str
    with_prompts: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SharedAlbum:
    """An album as a stranger with its link finds it."""

    album: Album
    with_prompts: bool
    owner_name: str = field(default="")
