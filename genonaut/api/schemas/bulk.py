"""What the routes for many items accept and return."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, model_validator
from typing_extensions import TypeAliasType

from genonaut.api.schemas.gallery import GalleryParams
from genonaut.api.schemas.named import Visibility
from genonaut.api.schemas.values import FROM_ATTRIBUTES, Id, TagNames, Utc, example
from genonaut.api.services import bulk_actions
from genonaut.api.services.bulk_actions import Action, Deleting, Showing, Tagging, Untagging
from genonaut.api.services.bulk_keeping import Dropping, Keeping, Placing, TakingOut
from genonaut.api.services.bulk_service import MOST_AT_ONCE, MOST_OF_A_LIST, Target
from genonaut.api.services.ownership import user_to_change
from genonaut.people.identity import Identity

BulkAction = TypeAliasType(
    "BulkAction",
    Literal[
        "tag",
        "untag",
        "favourite",
        "unfavourite",
        "add_to_album",
        "remove_from_album",
        "visibility",
        "delete",
    ],
)
Reason = TypeAliasType("Reason", bulk_actions.Reason)

_MAKE: Final[Mapping[str, Callable[["BulkIn", Identity], Action]]] = {
    "tag": lambda sent, _: Tagging(tuple(sent.tags)),
    "untag": lambda sent, _: Untagging(tuple(sent.tags)),
    "favourite": lambda sent, identity: Keeping(user_to_change(identity, sent.user_id)),
    "unfavourite": lambda sent, identity: Dropping(user_to_change(identity, sent.user_id)),
    "add_to_album": lambda sent, _: Placing(sent.known_album),
    "remove_from_album": lambda sent, _: TakingOut(sent.known_album),
    "visibility": lambda sent, _: Showing(sent.visibility or "private"),
    "delete": lambda sent, _: Deleting(sent.request_key or uuid4()),
}
_TAKES: Final = {
    "tag": "tags",
    "untag": "tags",
    "add_to_album": "album_id",
    "remove_from_album": "album_id",
    "visibility": "visibility",
}
"""What an action does not work without."""
_GIVEN: Final[Any] = {"not": {"type": "null"}}
_FILLED: Final = {"tags": {"minItems": 1}, "visibility": _GIVEN, "album_id": _GIVEN}
_BULK_IN: Final[dict[str, Any]] = {
    "action": "tag",
    "tags": ["sea"],
    "query": {"search_term": "lighthouse"},
    "expected": 120,
}
_FAILED: Final = {"id": 17, "reason": "forbidden"}
_UNDO: Final = {
    "url": "/api/v1/content/bulk/3f1c7b52-93d1-4a53-8d0a-6f3f0a4e9d11/undo",
    "until": "2026-11-22T15:14:05Z",
}
_SHAPES: Final[dict[str, Any]] = {
    "allOf": [
        {"oneOf": [{"required": ["ids"]}, {"required": ["query"]}]},
        {
            "anyOf": [
                {
                    "properties": {"action": {"const": action}, field: _FILLED[field]},
                    "required": [field],
                }
                for action, field in _TAKES.items()
            ]
            + [{"properties": {"action": {"enum": ["favourite", "unfavourite", "delete"]}}}]
        },
    ]
}


def _left_out(schema: dict[str, Any]) -> None:
    """Describe a field that may be left out, and is not null: that would name no items."""
    schema["allOf"] = schema.pop("anyOf")[:1]
    del schema["default"]


class ListIn(GalleryParams):
    """A list, by the parameters of `GET /api/v1/content/unified`. Its pages do not matter."""

    model_config = ConfigDict(extra="forbid") | example({"search_term": "lighthouse"})


class ItemsOf(BaseModel):
    """Items: by their ids, or all of a list."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_AT_ONCE)] = Field(
        default_factory=list, description=f"At most {MOST_AT_ONCE:,}."
    )
    query: ListIn | None = Field(
        None,
        description=f"All items of a list, of one moment: at most {MOST_OF_A_LIST:,}.",
        json_schema_extra=_left_out,
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.ids) == (self.query is not None):
            raise ValueError("It should have either `ids` or `query`")
        return self


class BulkIn(ItemsOf):
    """What to do, and to which items."""

    action: BulkAction
    expected: int | None = Field(
        None, ge=0, description="With `query`: how many items the list had when you read it."
    )
    go_on: bool = Field(False, description="Do it also if the list has another number by now.")
    tags: TagNames = Field(default_factory=list, description="For `tag` and `untag`.")
    visibility: Visibility | None = Field(None, description="For `visibility`.")
    album_id: UUID | None = Field(
        None, description="For `add_to_album` and `remove_from_album`: an album of yours."
    )
    user_id: UUID | None = Field(
        None,
        description="For `favourite` and `unfavourite`: whose. Default: yours; members name no "
        "other user.",
    )
    request_key: UUID | None = Field(
        None,
        description="For `delete`: a new UUID of yours. The same request sent again then deletes "
        "nothing more, and has the same response.",
    )

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_BULK_IN], **_SHAPES})

    @model_validator(mode="after")
    def _complete(self) -> Self:
        field = _TAKES.get(self.action)
        if field and not getattr(self, field):
            raise ValueError(f"It should have `{field}`, which `{self.action}` takes")
        return self

    @property
    def known_album(self) -> UUID:
        """The album, which the actions that take one do not work without."""
        assert self.album_id is not None  # noqa: S101 - it was validated
        return self.album_id

    def wanted(self, identity: Identity) -> Action:
        """What to do, for the sender.

        Raises:
            InvalidRequestError: the sender is not a user, and names none.
            ForbiddenError: a member names another user.
        """
        return _MAKE[self.action](self, identity)

    def target(self) -> Target:
        """To which items."""
        query = self.query.query() if self.query else None
        return Target(tuple(self.ids), query, self.expected, self.go_on)


class FailedOut(BaseModel):
    """An item that was left as it is."""

    id: int
    reason: Reason

    model_config = FROM_ATTRIBUTES | example(_FAILED)


class UndoOut(BaseModel):
    """How to put back what was deleted."""

    url: str = Field(description="To be sent a POST.")
    until: Utc

    model_config = example(_UNDO)


class BulkOut(BaseModel):
    """What was done. What is not listed in `failed` is as it was wanted."""

    done: int
    failed: list[FailedOut]
    undo: UndoOut | None = Field(description="For `delete`, if anything was deleted.")

    model_config = example({"done": 119, "failed": [_FAILED], "undo": _UNDO})


class UndoneOut(BaseModel):
    """What was put back."""

    done: int
    failed: list[FailedOut]

    model_config = example({"done": 119, "failed": []})


class DownloadIn(ItemsOf):
    """Which pictures to download."""

    sidecars: bool = Field(False, description="Whether each has a JSON file with its item beside.")

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"ids": [17, 18]}],
            "oneOf": [{"required": ["ids"]}, {"required": ["query"]}],
        },
    )


class DownloadParams(GalleryParams):
    """The same in an address: all of a list, or some items by their ids."""

    ids: Annotated[list[Id], Field(max_length=1000)] = Field(
        [], description="At most 1,000; more take POST."
    )
    sidecars: bool = Field(False, description="Whether each has a JSON file with its item beside.")


def undo_of(batch: UUID | None, until: datetime) -> UndoOut | None:
    """How to put back a batch."""
    if batch is None:
        return None
    return UndoOut(url=f"/api/v1/content/bulk/{batch}/undo", until=until)
