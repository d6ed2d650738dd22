"""What the user routes accept and return."""

from uuid import UUID

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from genonaut.api.schemas.values import FROM_ATTRIBUTES, UserName, Utc, example

_USER = {
    "id": "0b5e0c3e-6a0f-4c55-9f3a-0f6e1f4f7a10",
    "username": "ada",
    "name": "ada",
    "created_at": "2026-11-22T15:04:05.123000Z",
}


class UserIn(BaseModel):
    """A user to add."""

    username: UserName = Field(
        description="Stored on one line, with single spaces, in Unicode's composed form (NFC)."
    )

    model_config = example({"username": "ada"}) | ConfigDict(extra="forbid")


class UserOut(BaseModel):
    """A user."""

    id: UUID
    username: str
    name: str = Field(validation_alias=AliasChoices("username", "name"), description="The same.")
    created_at: Utc

    model_config = example(_USER) | FROM_ATTRIBUTES


class UsersOut(BaseModel):
    """A page of users, by username."""

    users: list[UserOut] = Field(validation_alias=AliasChoices("entries", "users"))
    next_after: str | None = Field(description="`after` for the next page; null on the last.")

    model_config = example({"users": [_USER], "next_after": "ada"}) | FROM_ATTRIBUTES
