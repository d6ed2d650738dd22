"""What the gallery's route accepts and returns."""

from typing import Annotated, Literal, cast
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from genonaut.api.gallery.query import (
    ALL_SWITCHES,
    LARGEST_PAGE,
    LARGEST_PAGE_SIZE,
    LONGEST_LORA,
    LONGEST_MODEL,
    LONGEST_SAMPLER,
    LONGEST_SEED,
    MOST_LORAS,
    GalleryQuery,
    SwitchName,
)
from genonaut.api.gallery.search_limits import MOST_WORDS
from genonaut.api.gallery.searching.language import LONGEST_SEARCH
from genonaut.api.gallery.searching.parser import check_search
from genonaut.api.gallery.settings import MONTH
from genonaut.api.schemas.content import ITEM_EXAMPLE, STATS_EXAMPLE, ItemOut, StatsOut
from genonaut.api.schemas.named import SortField, SortOrder, Switch, TagMatch
from genonaut.api.schemas.tag_params import TagNameLists
from genonaut.api.schemas.values import FROM_ATTRIBUTES, NamePart, Storable, example, formed
from genonaut.content.tag_names import MOST_TAGS

SourceTypes = Annotated[
    str,
    *formed(r"((regular|auto)(,(regular|auto))*)?", "It should be regular, auto or regular,auto"),
]
Month = Annotated[str, *formed(rf"({MONTH})?", "It should be a year and a month, as 2026-11")]
_SIDES = {"all": ("user", "community"), "user": ("user",), "community": ("community",)}
_PAGINATION = {
    "page": 3,
    "page_size": 10,
    "total_count": 402_476,
    "total_pages": 40_248,
    "total_is_estimate": False,
    "has_next": True,
    "has_previous": True,
    "next_cursor": "k3cVtBqH0OJbZmFsc2UsMzBd",
    "prev_cursor": "Yb0mS9yK5ZdbdHJ1ZSwyMF0",
}


class GalleryParams(BaseModel):
    """The parameters of a page of the gallery."""

    page: int = Field(1, ge=1, le=LARGEST_PAGE, description="Ignored if there is a cursor.")
    page_size: int = Field(10, ge=1, le=LARGEST_PAGE_SIZE)
    cursor: str | None = Field(None, description="`next_cursor` or `prev_cursor` of a page before.")
    backward: bool | None = Field(
        None,
        description="Which way to go from the cursor; default: the way it was made for. "
        "`true` without a cursor begins at the end.",
    )
    content_source_types: list[Switch] | None = Field(
        None, description="The switches that are on; one empty value: none. Default: all."
    )
    content_types: SourceTypes = Field(
        "regular,auto",
        description="The older way, without `content_source_types`: types, separated by commas.",
    )
    creator_filter: Literal["all", "user", "community"] = Field(
        "all", description="With `content_types`: whose items."
    )
    user_id: UUID | None = Field(
        None, description="The viewer. Without one, the `user-` switches let nothing through."
    )
    search_term: Annotated[
        Storable[Annotated[str, Field(max_length=LONGEST_SEARCH)]], AfterValidator(check_search)
    ] = Field(
        "",
        description='Words, "exact phrases", parts of words (`light*`), fields (`model:sdxl`), '
        f"each to be left out with a hyphen (`-fox`); at most {MOST_WORDS} words.",
    )
    sort_field: SortField = "created_at"
    sort_order: SortOrder = "desc"
    tag: list[NamePart] = Field([], max_length=MOST_TAGS, description="Names or ids of tags.")
    tag_names: TagNameLists = Field([], description="The same, also separated by commas.")
    tag_match: TagMatch = Field("any", description="Whether one of the tags is enough.")
    model: Storable[Annotated[str, Field(max_length=LONGEST_MODEL)]] = Field(
        "", description="The model that `item_metadata` names, exactly as it is there."
    )
    seed: Storable[Annotated[str, Field(max_length=LONGEST_SEED)]] = Field(
        "", description="The seed that `item_metadata` has."
    )
    sampler: Storable[Annotated[str, Field(max_length=LONGEST_SAMPLER)]] = Field(
        "", description="The sampler that `item_metadata` names, exactly as it is there."
    )
    lora: list[Storable[Annotated[str, Field(max_length=LONGEST_LORA)]]] = Field(
        [], max_length=MOST_LORAS, description="LoRAs that `item_metadata` names: all of these."
    )
    month: Month = Field("", description="The month of `created_at` in UTC, as `2026-11`.")
    creator: UUID | None = Field(
        None, description="Only this user's items, of those that the switches let through."
    )
    favourites: bool = Field(
        False, description="Only your own favourites; without accounts, those of `user_id`."
    )
    album: UUID | None = Field(None, description="Only what is in this album.")
    include_stats: bool = False

    def query(self) -> GalleryQuery:
        """The same, as the gallery understands it."""
        return GalleryQuery(
            switches=self._switches(),
            user_id=self.user_id,
            search=self.search_term,
            tags=(*self.tag, *self.tag_names),
            tag_match=self.tag_match,
            model=self.model,
            seed=self.seed,
            sampler=self.sampler,
            loras=tuple(filter(None, self.lora)),
            month=self.month,
            creator=self.creator,
            favourites=self.favourites,
            album=self.album,
            sort_field=self.sort_field,
            sort_order=self.sort_order,
            page=self.page,
            cursor=self.cursor,
            backward=self.backward,
            page_size=self.page_size,
            include_stats=self.include_stats,
        )

    def _switches(self) -> frozenset[SwitchName]:
        if self.content_source_types is not None:
            return ALL_SWITCHES.intersection(self.content_source_types)
        types = self.content_types.split(",")
        chosen = {f"{side}-{one}" for side in _SIDES[self.creator_filter] for one in types}
        return ALL_SWITCHES.intersection(cast("set[SwitchName]", chosen))


class PaginationOut(BaseModel):
    """Where the page is among all."""

    page: int = Field(
        description="By cursor, an estimate: counted from the page that issued the cursor."
    )
    page_size: int
    total_count: int = Field(description="If `total_is_estimate`, there are as many or more.")
    total_pages: int
    total_is_estimate: bool = Field(description="Whether counting them all took too long.")
    has_next: bool
    has_previous: bool
    next_cursor: str | None = Field(description="Null if there is no next page.")
    prev_cursor: str | None = Field(description="Null if there is no page before.")

    model_config = example(_PAGINATION) | FROM_ATTRIBUTES


class GalleryOut(BaseModel):
    """A page of the gallery."""

    items: list[ItemOut]
    pagination: PaginationOut
    stats: StatsOut | None = Field(description="The viewer's four counts, with `include_stats`.")

    model_config = FROM_ATTRIBUTES | example(
        {"items": [ITEM_EXAMPLE], "pagination": _PAGINATION, "stats": STATS_EXAMPLE}
    )
