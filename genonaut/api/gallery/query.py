"""A request for a page of the gallery, and the page."""

from dataclasses import dataclass
from typing import Final, Literal, get_args
from uuid import UUID

from genonaut.api.entities import Item
from genonaut.api.gallery.facets import Facets
from genonaut.db.gen_source_counts import ViewerCounts

SwitchName = Literal["user-regular", "user-auto", "community-regular", "community-auto"]
ColumnField = Literal["created_at", "quality_score", "title", "updated_at"]
RatingField = Literal["rating", "rating_mean"]
SortField = Literal[ColumnField, RatingField]
SortOrder = Literal["asc", "desc"]
TagMatch = Literal["any", "all"]

ALL_SWITCHES: frozenset[SwitchName] = frozenset(get_args(SwitchName))
BY_RATING: Final[frozenset[SortField]] = frozenset(get_args(RatingField))
"""The orders by ratings: the viewer's own, and the mean of all."""
LARGEST_PAGE = 1_000_000_000
LARGEST_PAGE_SIZE = 1000
LONGEST_MODEL = 200
LONGEST_SAMPLER = 200
LONGEST_LORA = 200
LONGEST_SEED = 40
"""Characters. An index has so many; a longer one in an item is found by its beginning."""
MOST_LORAS = 8


@dataclass(frozen=True, slots=True)
class GalleryQuery:
    """A request for a page of the gallery.

    `switches` are those that are on; without a `user_id`, and for a user who does not exist, the
    user switches let nothing through. `search` has words and "exact phrases"; `tags` are names or
    ids. `model`, `seed` and `sampler` are those of `item_metadata`, exactly; of `loras` an item has
    all; `month` is that of `created_at` in UTC, as `2026-11`. `creator` lets only one user's items
    through, of those that the switches do. `favourites` lets only those of the viewer through, and
    `album` those that are in one.

    With a `cursor`, `page` is ignored. A cursor knows which way it goes; `backward` overrides it,
    and without a cursor `backward` begins at the end. Pages by number begin behind `skip` items.
    """

    switches: frozenset[SwitchName] = ALL_SWITCHES
    user_id: UUID | None = None
    search: str = ""
    tags: tuple[str, ...] = ()
    tag_match: TagMatch = "any"
    model: str = ""
    seed: str = ""
    sampler: str = ""
    loras: tuple[str, ...] = ()
    month: str = ""
    creator: UUID | None = None
    favourites: bool = False
    album: UUID | None = None
    sort_field: SortField = "created_at"
    sort_order: SortOrder = "desc"
    page: int = 1
    cursor: str | None = None
    backward: bool | None = None
    page_size: int = 10
    include_stats: bool = False
    include_metadata: bool = True
    include_facets: bool = False
    skip: int = 0

    @property
    def offset(self) -> int:
        """How many items come before a page by number."""
        return self.skip + (self.page - 1) * self.page_size


@dataclass(frozen=True, slots=True)
class Pagination:
    """Where a page is among all.

    If `total_is_estimate`, there are `total_count` results or more: counting took too long.
    `page` is exact for pages by number; by cursor it is counted on from the page that gave the
    cursor, and ignores what was added or deleted since. `has_next` and `has_previous` are always
    exact, and whenever one is true there is a cursor that goes there.
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
    """A page of items, and the viewer's counts if the query includes them and they are known.

    `creator_counts` are those of the query's creator; `facets` those of the list, with
    `include_facets`.
    """

    items: list[Item]
    pagination: Pagination
    stats: ViewerCounts | None
    creator_counts: ViewerCounts | None = None
    facets: Facets | None = None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The items before and behind a place in a list; None at its ends.

    `place` is the place as text: it is found again when its item is gone.
    """

    previous: Item | None
    next: Item | None
    place: str
