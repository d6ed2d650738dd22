"""What the routes about tags return to the older client: pages by number, popular tags, one tag."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType

from genonaut.api.entities import CountedTag
from genonaut.api.schemas.numbered import NUMBERED_EXAMPLE, NumberedOut
from genonaut.api.schemas.tags import TAG_EXAMPLE, TagOut
from genonaut.api.schemas.values import FROM_ATTRIBUTES, example
from genonaut.db.schema import AUTO, PARTITIONS, REGULAR, SourceType

TagSort = TypeAliasType(
    "TagSort",
    Literal[
        "count",
        "name",
        "name-asc",
        "name-desc",
        "count-asc",
        "count-desc",
        "created-asc",
        "created-desc",
    ],
)
ContentSource = TypeAliasType("ContentSource", Literal["regular", "items", "auto"])
SOURCES: dict[str, SourceType] = {REGULAR: REGULAR, PARTITIONS[REGULAR]: REGULAR, AUTO: AUTO}


class TagPageOut(BaseModel):
    """A page of tags by number, and how many the sender knows."""

    items: list[TagOut]
    pagination: NumberedOut

    model_config = FROM_ATTRIBUTES | example(
        {"items": [TAG_EXAMPLE], "pagination": NUMBERED_EXAMPLE}
    )


class PopularTagOut(BaseModel):
    """A tag that many items carry."""

    id: UUID
    name: str
    cardinality: int = Field(description="How many items of the sources that were asked for.")

    model_config = FROM_ATTRIBUTES | example(
        {"id": TAG_EXAMPLE["id"], "name": "sea", "cardinality": 1023}
    )


class TagDetailOut(TagOut):
    """A tag, and the same as `tag`; no tag is above or below another."""

    tag: TagOut
    parents: list[TagOut] = Field(description="Empty.")
    children: list[TagOut] = Field(description="Empty.")

    model_config = example({**TAG_EXAMPLE, "tag": TAG_EXAMPLE, "parents": [], "children": []})

    @classmethod
    def of(cls, tag: CountedTag) -> "TagDetailOut":
        """A tag in the shape of an older client's."""
        shown = TagOut.model_validate(tag)
        return cls(**shown.model_dump(), tag=shown, parents=[], children=[])
