"""What a user may change of an account by `PUT`, and what is returned of it."""

from uuid import UUID

from pydantic import BaseModel, Field

from genonaut.api.schemas.people_values import (
    EXAMPLE_ID,
    EXAMPLE_TIME,
    FORBID_EXTRA,
    Email,
)
from genonaut.api.schemas.values import UserName, Utc, example
from genonaut.db.schema import User


class UserChangeIn(BaseModel):
    """What to change of a user; what is not sent stays."""

    username: UserName | None = None
    name: UserName | None = Field(None, description="The same, without `username`.")
    email: Email | None = Field(None, description="Null removes it.")

    model_config = FORBID_EXTRA | example({"username": "ada", "email": "ada@example.org"})


class UserAccountOut(BaseModel):
    """A user as that user and administrators see it."""

    id: UUID
    username: str
    name: str = Field(description="The same.")
    email: str | None
    is_active: bool = Field(description="Whether the account is not disabled.")
    created_at: Utc

    model_config = example(
        {
            "id": EXAMPLE_ID,
            "username": "ada",
            "name": "ada",
            "email": "ada@example.org",
            "is_active": True,
            "created_at": EXAMPLE_TIME,
        }
    )

    @classmethod
    def of(cls, user: User) -> "UserAccountOut":
        """A user."""
        return cls(
            id=user.id,
            username=user.username,
            name=user.username,
            email=user.email,
            is_active=user.disabled_at is None,
            created_at=user.created_at,
        )
