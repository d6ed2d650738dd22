"""What the lists of items of one source accept and return: those of the older client."""

from typing import Annotated, Final, Literal, get_args
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from typing_extensions import TypeAliasType

from genonaut.api.gallery.query import LARGEST_PAGE, LARGEST_PAGE_SIZE, GalleryQuery
from genonaut.api.gallery.searching.language import LONGEST_SEARCH
from genonaut.api.gallery.searching.parser import check_search
from genonaut.api.schemas.content import ITEM_EXAMPLE, ItemOut
from genonaut.api.schemas.named import SortField, SortOrder
from genonaut.api.schemas.tag_params import TagNameLists
from genonaut.api.schemas.values import FROM_ATTRIBUTES, Storable, example
from genonaut.db.schema import SourceType

_Sort = Literal[
    "recent",
    "top-rated",
    "created_at",
    "-created_at",
    "created_at-asc",
    "created_at-desc",
    "quality_score",
    "-quality_score",
    "quality_score-asc",
    "quality_score-desc",
    "title",
    "-title",
    "title-asc",
    "title-desc",
    "updated_at",
    "-updated_at",
    "updated_at-asc",
    "updated_at-desc",
]
ContentSort = TypeAliasType("ContentSort", _Sort)
_NAMED: Final[dict[str, tuple[SortField, SortOrder]]] = {
    "recent": ("created_at", "desc"),
    "top-rated": ("quality_score", "desc"),
}
_FIELDS: Final[dict[str, SortField]] = {
    "created_at": "created_at",
    "quality_score": "quality_score",
    "title": "title",
    "updated_at": "updated_at",
}
SearchTerm = Annotated[
    Storable[Annotated[str, Field(max_length=LONGEST_SEARCH)]], AfterValidator(check_search)
]


def order_of(sort: str) -> tuple[SortField, SortOrder]:
    """What a value of `sort` means; without a direction it is upwards, and `-` is downwards."""
    if sort in _NAMED:
        return _NAMED[sort]
    field = sort.removeprefix("-").removesuffix("-asc").removesuffix("-desc")
    return _FIELDS[field], "desc" if sort.startswith("-") or sort.endswith("-desc") else "asc"


ORDERS: Final = {sort: order_of(sort) for sort in get_args(_Sort)}


class ContentParams(BaseModel):
    """The parameters of a list of items of one source."""

    skip: int = Field(0, ge=0, le=LARGEST_PAGE, description="How many items to leave out.")
    limit: int = Field(100, ge=1, le=LARGEST_PAGE_SIZE)
    sort: ContentSort = Field("recent", description="`recent` is `-created_at`: downwards.")
    creator_id: UUID | None = Field(None, description="Only this user's items.")
    search_term: SearchTerm = Field("", description="As for the gallery.")
    search: SearchTerm = Field("", description="The same, without `search_term`.")
    tag: TagNameLists = Field([], description="Names or ids of tags; one is enough.")

    def query(self, source: SourceType) -> GalleryQuery:
        """The same, as the gallery understands it."""
        field, order = ORDERS[self.sort]
        return GalleryQuery(
            switches=frozenset({"community-regular" if source == "regular" else "community-auto"}),
            search=self.search_term or self.search,
            tags=tuple(self.tag),
            creator=self.creator_id,
            sort_field=field,
            sort_order=order,
            skip=self.skip,
            page_size=self.limit,
        )


class ContentListOut(BaseModel):
    """Items of one source, and how many there are."""

    items: list[ItemOut]
    total: int = Field(description="If `total_is_estimate`, there are as many or more.")
    total_is_estimate: bool = Field(description="Whether counting them all took too long.")
    skip: int
    limit: int

    model_config = FROM_ATTRIBUTES | example(
        {
            "items": [ITEM_EXAMPLE],
            "total": 100_000,
            "total_is_estimate": False,
            "skip": 0,
            "limit": 100,
        }
    )
