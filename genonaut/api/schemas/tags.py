"""What the tag routes accept and return."""

from uuid import UUID

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from genonaut.api.schemas.values import FROM_ATTRIBUTES, TagName, example

TAG_EXAMPLE = {
    "id": "5a1c7b52-93d1-4a53-8d0a-6f3f0a4e9d11",
    "name": "sea",
    "regular_count": 120,
    "auto_count": 903,
    "count": 1023,
}


class TagIn(BaseModel):
    """What to call a tag."""

    name: TagName

    model_config = example({"name": "sea"}) | ConfigDict(extra="forbid")


class TagOut(BaseModel):
    """A tag, and how many items carry it: exact, and all three of one moment."""

    id: UUID
    name: str
    regular_count: int
    auto_count: int
    count: int = Field(description="Regular and auto items together.")

    model_config = example(TAG_EXAMPLE) | FROM_ATTRIBUTES


class TagsOut(BaseModel):
    """A page of tags."""

    tags: list[TagOut] = Field(validation_alias=AliasChoices("entries", "tags"))
    next_after: str | None = Field(description="`after` for the next page; null on the last.")

    model_config = example({"tags": [TAG_EXAMPLE], "next_after": "1023:sea"}) | FROM_ATTRIBUTES


class TagDeletedOut(BaseModel):
    """The tag as it was: its items do not carry it any more."""

    deleted: TagOut

    model_config = example({"deleted": TAG_EXAMPLE})
