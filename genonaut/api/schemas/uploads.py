"""What a form with files has, and what the API returns of each."""

from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from genonaut.api.http.multipart import FILES
from genonaut.api.schemas.content import ITEM_EXAMPLE, ItemOut
from genonaut.api.schemas.values import FROM_ATTRIBUTES, example

_EXAMPLE: Final = {"name": "page.png", "result": "rejected", "item": None}
UPLOAD_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FILES],
                    "properties": {
                        FILES: {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "string", "format": "binary"},
                            "description": "PNG, JPEG, WebP, AVIF or GIF, by what is in them. "
                            "At most `library.upload-files`.",
                        },
                        "creator": {
                            "type": "string",
                            "description": "A user's name or id. Default: `imported`.",
                        },
                        "source": {"$ref": "#/components/schemas/SourceType"},
                        "visibility": {
                            "$ref": "#/components/schemas/Visibility",
                            "description": "Default: the creator's.",
                        },
                    },
                }
            }
        },
    }
}
"""For OpenAPI: the framework would read such a form into memory, so it is read without it."""


class UploadedOut(BaseModel):
    """What became of a file."""

    name: str = Field(description="As it was sent, without folders.")
    result: Literal["added", "already_there", "rejected"]
    item: ItemOut | None = Field(
        default=None, description="Null if rejected, or private and another's."
    )
    reason: str | None = Field(default=None, description="Why it was rejected.")

    model_config = FROM_ATTRIBUTES | example(
        _EXAMPLE | {"reason": "an HTML page: only PNG, JPEG, WebP, AVIF and GIF files are read"}
    )


class UploadsOut(BaseModel):
    """What became of every file, in the order in which they were sent."""

    results: list[UploadedOut]

    model_config = FROM_ATTRIBUTES | example(
        {"results": [_EXAMPLE | {"result": "added", "item": ITEM_EXAMPLE, "reason": None}]}
    )
