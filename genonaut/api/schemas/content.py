"""What the API accepts (`...In`) and returns (`...Out`). Shapes may grow, never change."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from genonaut.api.entities import ItemChanges, NewItem
from genonaut.api.schemas.named import Metadata, ServerKind, SourceType, Visibility
from genonaut.api.schemas.values import (
    FROM_ATTRIBUTES,
    ContentData,
    ContentType,
    FilePath,
    NamePart,
    Number,
    Prompt,
    ShownData,
    ShownPath,
    StorableMetadata,
    TagNames,
    Time,
    Title,
    Utc,
    example,
)
from genonaut.content.rules import UNTITLED, short_title

MOST_ITEMS = 1000

_ITEM_IN = {
    "title": "Lighthouse at dusk",
    "prompt": "a lighthouse at dusk, oil on canvas",
    "creator_id": "0b5e0c3e-6a0f-4c55-9f3a-0f6e1f4f7a10",
    "content_data": "images/lighthouse.png",
    "item_metadata": {"seed": 7},
    "quality_score": 0.8,
    "visibility": "public",
    "tags": ["evening", "sea"],
}
ITEM_EXAMPLE = _ITEM_IN | {
    "id": 17,
    "content_type": "image",
    "path_thumb": "images/lighthouse-320.webp",
    "creator_username": "ada",
    "created_at": "2026-11-22T15:04:05.123000Z",
    "updated_at": "2026-11-22T15:04:05.123000Z",
    "source_type": "regular",
    "rating": 5,
    "rating_mean": 4.5,
    "rating_count": 2,
}
STATS_EXAMPLE = {
    "user_regular_count": 581,
    "user_auto_count": 1895,
    "community_regular_count": 100_000,
    "community_auto_count": 300_000,
    "exact": True,
    "source": "cache",
    "as_of": "2026-11-22T15:04:05.123000Z",
    "verified_at": "2026-11-22T15:00:00Z",
    "one_moment": True,
}


class ItemIn(BaseModel):
    """An item to add."""

    title: NamePart | None = Field(None, description="Default: the beginning of the prompt.")
    content_type: ContentType = "image"
    content_data: ContentData = Field("", description="Where the content is, or the content.")
    path_thumb: FilePath | None = None
    prompt: Prompt
    creator_id: UUID | None = Field(
        None, description="An existing user. Default: oneself; members can name no other."
    )
    item_metadata: StorableMetadata = Field(
        default_factory=dict,
        description="Any JSON object that PostgreSQL can store, at most 64 levels deep. An "
        "`import_key` in it is unique among the creator's items.",
    )
    quality_score: Number = 0.0
    tags: TagNames = Field(
        default_factory=list,
        description="Names, at most 50. Those that are new are added. Case, blanks around them and "
        "names that come twice do not matter.",
    )
    created_at: Time | None = Field(None, description="Default: now. With an offset from UTC.")
    visibility: Visibility | None = Field(
        None, description="Whether only its creator and admins see it. Default: the creator's."
    )

    model_config = example(_ITEM_IN) | ConfigDict(extra="forbid")

    def new_item(self, creator_id: UUID) -> NewItem:
        """The item to add; one without a title is called by its prompt's beginning."""
        return NewItem(
            title=(self.title or "").strip() or short_title(self.prompt) or UNTITLED,
            content_type=self.content_type,
            content_data=self.content_data,
            path_thumb=self.path_thumb,
            prompt=self.prompt,
            creator_id=creator_id,
            item_metadata=self.item_metadata,
            quality_score=self.quality_score,
            tags=tuple(self.tags),
            created_at=self.created_at,
            visibility=self.visibility,
        )


class ItemChangeIn(BaseModel):
    """What to change of an item. A field that is missing or null stays as it is."""

    title: Title | None = None
    prompt: Prompt | None = None
    quality_score: Number | None = None
    item_metadata: StorableMetadata | None = Field(
        None, description="All of it, not only what differs."
    )
    tags: TagNames | None = Field(None, description="All of them, not only the new ones.")
    visibility: Visibility | None = None

    model_config = example({"title": "Dusk", "tags": ["sea"]}) | ConfigDict(extra="forbid")

    def changes(self) -> ItemChanges:
        """The same for the service."""
        return ItemChanges(
            title=self.title,
            prompt=self.prompt,
            quality_score=self.quality_score,
            item_metadata=self.item_metadata,
            visibility=self.visibility,
            tags=self.tags,
        )


# A tag is part of an error's location; `problems.py` knows these two, to leave them out.
_ONE, _SEVERAL = "one item", "several items"
BODY_SHAPES = frozenset({_ONE, _SEVERAL})
ItemsIn = Annotated[
    Annotated[ItemIn, Tag(_ONE)]
    | Annotated[
        list[ItemIn], Field(min_length=1, max_length=MOST_ITEMS, fail_fast=True), Tag(_SEVERAL)
    ],
    Discriminator(lambda body: _SEVERAL if isinstance(body, list) else _ONE),
]


class ItemOut(BaseModel):
    """An item of the gallery."""

    id: int
    title: str
    content_type: str
    content_data: ShownData = Field(description="Empty if it is an absolute path.")
    path_thumb: ShownPath = Field(description="Null if it is an absolute path.")
    prompt: str
    creator_id: UUID
    creator_username: str
    item_metadata: Metadata
    quality_score: float
    created_at: Utc
    updated_at: Utc
    source_type: SourceType
    visibility: Visibility = Field(description="`private`: its creator and admins see it.")
    tags: list[str] = Field(description="Names, sorted.")
    rating: int | None = Field(description="Your own, 1 to 5; null if there is none.")
    rating_mean: float | None = Field(description="The mean of all users'; null without any.")
    rating_count: int = Field(description="How many users rated it.")

    model_config = example(ITEM_EXAMPLE) | FROM_ATTRIBUTES


class StatsOut(BaseModel):
    """How many items there are, by how they were made: of one user, and of all."""

    user_regular_count: int = Field(description="0 without a `user_id`.")
    user_auto_count: int = Field(description="0 without a `user_id`.")
    community_regular_count: int = Field(description="All users, this one included.")
    community_auto_count: int = Field(description="All users, this one included.")
    exact: bool = Field(description="Whether every commit before `as_of` is counted.")
    source: Literal["cache", "live"] = Field(
        description="`live` if the cache was never built, and the items themselves were counted."
    )
    as_of: Utc = Field(description="The moment for which this is true.")
    verified_at: Utc | None = Field(description="The last recount; null before the first.")
    one_moment: bool = Field(
        True,
        description="Whether all four are of the same moment. On a distributed gallery the "
        "community's add up parts that were each read after `as_of`.",
    )
    read_from: ServerKind | None = Field(
        None,
        serialization_alias="from",
        exclude_if=lambda name: name is None,
        description="The kind of server that was read from. Only where there are replicas.",
    )
    position: str | None = Field(
        None,
        exclude_if=lambda position: position is None,
        description="From a replica: everything up to this position of the log is counted.",
    )

    model_config = example(STATS_EXAMPLE) | FROM_ATTRIBUTES | ConfigDict(serialize_by_alias=True)


class ItemsCreatedOut(BaseModel):
    """What was added, and the counts with it."""

    items: list[ItemOut] = Field(description="In the order of the request.")
    stats: StatsOut = Field(description="Of the items' creator, if they have one in common.")

    model_config = example({"items": [ITEM_EXAMPLE], "stats": STATS_EXAMPLE}) | FROM_ATTRIBUTES


class ItemDeletedOut(BaseModel):
    """What was deleted, so that it can be added again, and the counts without it."""

    deleted: ItemOut
    stats: StatsOut = Field(description="Of the item's creator.")

    model_config = example({"deleted": ITEM_EXAMPLE, "stats": STATS_EXAMPLE}) | FROM_ATTRIBUTES
