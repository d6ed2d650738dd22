"""What the routes of pictures that look alike return."""

from typing import Any

from pydantic import BaseModel, Field

from genonaut.api.schemas.content import ITEM_EXAMPLE, ItemOut
from genonaut.api.schemas.values import FROM_ATTRIBUTES, example

_FILE: dict[str, Any] = {
    "bytes": 1_420_800,
    "media_type": "image/png",
    "width": 1024,
    "height": 768,
}
_ALIKE: dict[str, Any] = {"item": ITEM_EXAMPLE, "distance": 1, "file": _FILE}
_GROUP: dict[str, Any] = {"members": [_ALIKE], "count": 2, "count_is_exact": True}


class FileOut(BaseModel):
    """What is known of an item's file."""

    bytes: int
    media_type: str
    width: int
    height: int

    model_config = FROM_ATTRIBUTES | example(_FILE)


class AlikeOut(BaseModel):
    """An item that looks like another one."""

    item: ItemOut
    distance: int = Field(description="In how many of 64 bits they differ; 0: nearly the same.")
    file: FileOut

    model_config = FROM_ATTRIBUTES | example(_ALIKE)


class AlikeGroupOut(BaseModel):
    """An item, and all that look like it."""

    members: list[AlikeOut] = Field(description="The item itself first; at most 24.")
    count: int = Field(description="With the item. If not exact, there are as many or more.")
    count_is_exact: bool

    model_config = FROM_ATTRIBUTES | example(_GROUP)


class DuplicatesOut(BaseModel):
    """Some groups of pictures that look alike."""

    groups: list[AlikeGroupOut]
    looked_at: int = Field(description="How many pictures were gone through for them.")
    next_before: int | None = Field(description="Send it as `before` for more; null: no more.")

    model_config = FROM_ATTRIBUTES | example(
        {"groups": [_GROUP], "looked_at": 25_000, "next_before": 417}
    )
