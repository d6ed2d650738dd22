"""What the routes of albums accept and return. An older client calls them bookmark categories."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AliasChoices, BaseModel, Field
from typing_extensions import TypeAliasType

from genonaut.api.bookmarks.entities import (
    MOST_ALBUMS,
    MOST_AT_ONCE,
    AlbumQuery,
    AlbumValues,
)
from genonaut.api.schemas.bookmarks import (
    BOOKMARK_EXAMPLE,
    LARGEST_PLACE,
    BookmarkOut,
    ContentSourceType,
    ListParams,
    Note,
)
from genonaut.api.schemas.content import ITEM_EXAMPLE, ItemOut
from genonaut.api.schemas.named import TopLevel
from genonaut.api.schemas.people_values import EXAMPLE_ID, EXAMPLE_TIME, FORBID_EXTRA
from genonaut.api.schemas.values import FROM_ATTRIBUTES, NAME, Id, Utc, example, formed
from genonaut.content.rules import user_name

AlbumName = Annotated[
    str,
    AfterValidator(lambda written: user_name(written, "It")),
    Field(json_schema_extra=NAME),
]
Color = Annotated[str, *formed(r"(#([0-9A-Fa-f]{3}){1,2})?", "It should be a colour, as #1a7f37")]
Icon = Annotated[
    str,
    *formed(
        r"([A-Za-z0-9][A-Za-z0-9_-]{0,49})?",
        "It should be an icon's name: letters, digits, _ and -, at most 50",
    ),
]
SortIndex = Annotated[int, Field(ge=0, le=LARGEST_PLACE)]
AlbumSortField = TypeAliasType(
    "AlbumSortField", Literal["sort_index", "name", "created_at", "updated_at"]
)
_ALBUM = {
    "id": "7c0f2f0e-0b63-4a4e-9d11-0c8f2f6d1a02",
    "user_id": EXAMPLE_ID,
    "name": "Lighthouses",
    "description": "By night",
    "color": "#1a7f37",
    "icon": "star",
    "cover_content_id": 17,
    "cover_content_source_type": "items",
    "parent_id": None,
    "sort_index": 0,
    "is_public": False,
    "share_token": None,
    "share_prompts": None,
    "created_at": EXAMPLE_TIME,
    "updated_at": EXAMPLE_TIME,
    "count": 1,
}
_LISTED = {"total": 1, "skip": 0, "limit": 100}


class _AlbumFields(BaseModel):
    description: Note | None = None
    color: Color | None = None
    icon: Icon | None = None
    cover_content_id: Id | None = Field(
        None, description="A picture of the album, or a public one. Default: the first in it."
    )
    cover_content_source_type: ContentSourceType | None = None
    sort_index: SortIndex | None = None
    is_public: bool | None = Field(
        None, description="Whether others see the album, and what is public in it. Default: false."
    )


class AlbumIn(_AlbumFields):
    """An album to add."""

    name: AlbumName = Field(description="Unique among the albums beside it.")
    parent_id: UUID | None = Field(None, description="The album that it is in.")

    model_config = FORBID_EXTRA | example({"name": "Lighthouses", "color": "#1a7f37"})

    def values(self) -> AlbumValues:
        """The same for the service."""
        return AlbumValues(**self.model_dump())


class AlbumChangeIn(_AlbumFields):
    """What to change of an album. A field that is missing or null stays; an empty text goes."""

    name: AlbumName | None = None
    parent_id: UUID | Literal["root"] | None = Field(
        None, description="The album that it is to be in; `root` for none."
    )

    model_config = FORBID_EXTRA | example({"name": "Towers", "parent_id": "root"})

    def values(self) -> AlbumValues:
        """The same for the service."""
        to_top = self.parent_id == "root"
        parent = None if isinstance(self.parent_id, str) else self.parent_id
        given = self.model_dump(exclude={"parent_id"})
        return AlbumValues(**given, parent_id=parent, to_top=to_top)


class AlbumParams(ListParams):
    """The parameters of a list of albums."""

    sort_field: AlbumSortField = "sort_index"
    parent_id: UUID | TopLevel | None = Field(
        None, description="Only those in this album; `root` or `null`: in none."
    )
    is_public: bool | None = None

    def query(self) -> AlbumQuery:
        """The same for the service."""
        order = self.sort_order or ("desc" if self.sort_field.endswith("_at") else "asc")
        return AlbumQuery(
            skip=self.skip,
            limit=self.limit,
            sort=self.sort_field,
            descending=order == "desc",
            parent="root" if isinstance(self.parent_id, str) else self.parent_id,
            is_public=self.is_public,
        )


class AlbumOut(BaseModel):
    """An album, as it is for the sender's eyes."""

    id: UUID
    user_id: UUID
    name: str
    description: str | None = None
    color: str | None = None
    icon: str | None = None
    cover_content_id: int | None = Field(
        None, description="The chosen cover, or the first picture."
    )
    cover_content_source_type: ContentSourceType | None = None
    parent_id: UUID | None = None
    sort_index: int
    is_public: bool
    share_token: str | None = Field(None, description="Of its secret link; told to its owner only.")
    share_prompts: bool | None = Field(None, description="Whether the link shows prompts.")
    created_at: Utc
    updated_at: Utc
    count: int = Field(description="How many pictures the sender finds in it: exact.")

    model_config = FROM_ATTRIBUTES | example(_ALBUM)


class AlbumsOut(BaseModel):
    """A page of albums, and how many there are."""

    items: list[AlbumOut]
    total: int
    skip: int
    limit: int

    model_config = FROM_ATTRIBUTES | example({"items": [_ALBUM]} | _LISTED)


class AlbumItemsOut(BaseModel):
    """An album, and a page of what is in it."""

    category: AlbumOut
    items: list[BookmarkOut]
    total: int
    skip: int
    limit: int

    model_config = FROM_ATTRIBUTES | example(
        {"category": _ALBUM, "items": [BOOKMARK_EXAMPLE]} | _LISTED
    )


class SharedAlbumOut(AlbumOut):
    """An album and a page of what is in it, as its secret link shows them."""

    owner_username: str
    with_prompts: bool = Field(
        description="If not, items have no prompt, settings, metadata, tags or file names."
    )
    items: list[ItemOut]
    total: int
    skip: int
    limit: int

    model_config = example(
        _ALBUM | {"owner_username": "ada", "with_prompts": True, "items": [ITEM_EXAMPLE]} | _LISTED
    )


class ShareIn(BaseModel):
    """How to share an album."""

    with_prompts: bool = Field(False, description="Whether the link shows how pictures were made.")
    renew: bool = Field(
        False, description="Whether to make another link, so that the old one ends."
    )

    model_config = FORBID_EXTRA | example({"with_prompts": False})


class ShareOut(BaseModel):
    """The secret link to an album."""

    share_token: str = Field(validation_alias=AliasChoices("token", "share_token"))
    with_prompts: bool
    created_at: Utc

    model_config = FROM_ATTRIBUTES | example(
        {"share_token": "x" * 43, "with_prompts": False, "created_at": EXAMPLE_TIME}
    )


class AlbumOrderIn(BaseModel):
    """Albums in the order that they are to have."""

    category_ids: Annotated[list[UUID], Field(max_length=MOST_ALBUMS)]

    model_config = FORBID_EXTRA | example({"category_ids": [_ALBUM["id"]]})


class ItemOrderIn(BaseModel):
    """Favourites of an album in the order that they are to have there."""

    bookmark_ids: Annotated[list[UUID], Field(max_length=MOST_AT_ONCE)]

    model_config = FORBID_EXTRA | example({"bookmark_ids": [BOOKMARK_EXAMPLE["id"]]})
