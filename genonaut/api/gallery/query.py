"""What is asked of the gallery, and what it answers."""

from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from genonaut.api.entities import Item
from genonaut.db.gen_source_counts import ViewerCounts

SourceSwitch = Literal["user-regular", "user-auto", "community-regular", "community-auto"]
SortField = Literal["created_at", "quality_score", "title", "updated_at"]
SortOrder = Literal["asc", "desc"]
TagMatch = Literal["any", "all"]

ALL_SWITCHES: frozenset[SourceSwitch] = frozenset(get_args(SourceSwitch))
LARGEST_PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class GalleryQuery:
    """A page of the gallery, as somebody asks for it.

    `sources` are the switches that are on; without a `user_id`, and for a user whom nobody knows,
    the user switches let nothing through. `search` has words and "exact phrases"; `tags` are names
    or ids.

    With a `cursor`, `page` is not looked at. A cursor knows which way it goes; `backward` says it
    anew, and without a cursor `backward` begins at the end.
    """

    sources: frozenset[SourceSwitch] = ALL_SWITCHES
    user_id: UUID | None = None
    search: str = ""
    tags: tuple[str, ...] = ()
    tag_match: TagMatch = "any"
    sort_field: SortField = "created_at"
    sort_order: SortOrder = "desc"
    page: int = 1
    cursor: str | None = None
    backward: bool | None = None
    page_size: int = 10
    include_stats: bool = False


@dataclass(frozen=True, slots=True)
class Pagination:
    """Where a page is among all.

    If `total_is_estimate`, there are `total_count` results or more: counting took too long.
    `page` is exact for pages by number; by cursor it is counted on from the page that gave the
    cursor, whatever was added or deleted since. `has_next` and `has_previous` are always exact,
    and whenever one is true there is a cursor that goes there.
    """

    page: int
    page_size: int
    total_count: int
    total_pages: int
    total_is_estimate: bool
    has_next: bool
    has_previous: bool
    next_cursor: str | None
    prev_cursor: str | None


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """A page of items, and the viewer's counts if they were asked for and are known."""

    items: list[Item]
    pagination: Pagination
    stats: ViewerCounts | None
