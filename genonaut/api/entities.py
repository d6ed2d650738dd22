"""What routes, services and repositories pass to one another: items, tags, and pages of them.

Response models are made from these by their names (`from_attributes`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.db.schema import SourceType, Visibility

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Creator:
    """What is read of a creator to add items; the default is for items without a visibility."""

    username: str
    default_visibility: Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """An item to add, valid in every respect; without `created_at` it is made now.

    Without a visibility it has its creator's default. If `names_file` is false, `content_data` and
    `path_thumb` are text, even if files are named so.
    """

    title: str
    content_type: str
    content_data: str
    path_thumb: str | None
    prompt: str
    creator_id: UUID
    item_metadata: dict[str, Any]
    quality_score: float
    tags: tuple[str, ...]
    created_at: datetime | None
    visibility: Visibility | None = None
    names_file: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item of the gallery. `tags` are names, sorted; `rating` is the viewer's own."""

    id: int
    title: str
    content_type: str
    content_data: str
    path_thumb: str | None
    prompt: str
    creator_id: UUID
    creator_username: str
    item_metadata: dict[str, Any]
    quality_score: float
    created_at: datetime
    updated_at: datetime
    source_type: SourceType
    visibility: Visibility
    names_file: bool = True
    tags: Sequence[str] = ()
    rating: int | None = None
    rating_mean: float | None = None
    rating_count: int = 0


@dataclass(frozen=True, slots=True)
class ItemRating:
    """What an item is rated: by one user, and the mean of all. None if there is no rating."""

    item_id: int
    rating: int | None = None
    rating_mean: float | None = None
    rating_count: int = 0

    def put_on(self, item: Item) -> Item:
        """The item with it."""
        return replace(
            item,
            rating=self.rating,
            rating_mean=self.rating_mean,
            rating_count=self.rating_count,
        )


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of an uploaded file: an item, new or not, or the reason why there is none.

    An item that is not for the sender's eyes is not shown: another creator was named.
    """

    name: str
    result: Literal["added", "already_there", "rejected"]
    item: Item | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChanges:
    """What to change of an item; None stays as it is. Metadata and tags are replaced as a whole."""

    title: str | None = None
    prompt: str | None = None
    quality_score: float | None = None
    item_metadata: dict[str, Any] | None = None
    visibility: Visibility | None = None
    tags: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class ItemsCreated:
    """What was added, and the counts with it: the creator's, if all items have the same one."""

    items: Sequence[Item]
    stats: ViewerCounts


@dataclass(frozen=True, slots=True)
class ItemDeleted:
    """An item as it was, and its creator's counts without it."""

    deleted: Item
    stats: ViewerCounts


@dataclass(frozen=True, slots=True)
class CountedTag:
    """A tag, and how many items carry it: the three numbers belong to one snapshot."""

    id: UUID
    name: str
    regular_count: int
    auto_count: int
    count: int


@dataclass(frozen=True, slots=True)
class PopularTag:
    """A tag, and how many items of the source types that were asked for carry it."""

    id: UUID
    name: str
    cardinality: int


@dataclass(frozen=True, slots=True)
class RenamedTag:
    """A tag as it was, and what it has become: another one, if the two were merged."""

    before: CountedTag
    after: CountedTag

    @property
    def is_merged(self) -> bool:
        """Whether the tag is gone, and another one has its items."""
        return self.before.id != self.after.id

    @property
    def names(self) -> str:
        """Both names, for the record."""
        return f"{self.before.name} → {self.after.name}"


@dataclass(frozen=True, slots=True)
class Page(Generic[Entry]):
    """Some entries of a list, and where the next page begins: None if there is none."""

    entries: Sequence[Entry]
    next_after: str | None

    @classmethod
    def of(cls, found: Sequence[Entry], limit: int, place: Callable[[Entry], str]) -> "Page[Entry]":
        """The first `limit` entries; `found` has one more if there is a next page.

        `place` tells where an entry is in the list, in a form that `after` takes.
        """
        entries = found[:limit]
        return cls(entries, place(entries[-1]) if len(found) > limit else None)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of an item's file."""

    bytes: int
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Alike:
    """An item whose picture looks like another one: it differs in `distance` bits of 64."""

    item: Item
    distance: int
    file: FileFacts


@dataclass(frozen=True, slots=True)
class AlikeGroup:
    """An item's picture, and all that look like it; the item itself comes first.

    `count` is how many there are; if it is not exact, that many or more. Not all are loaded.
    """

    members: Sequence[Alike]
    count: int
    count_is_exact: bool


@dataclass(frozen=True, slots=True)
class AlikeGroups:
    """Some groups, and from which number on to look for more: None if there are none."""

    groups: Sequence[AlikeGroup]
    looked_at: int
    next_before: int | None
