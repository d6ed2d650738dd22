"""What the routes for administrators accept and return. A link is returned when it is made."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from genonaut.api.schemas.named import Role
from genonaut.api.schemas.people_values import (
    EXAMPLE_ID,
    EXAMPLE_TIME,
    FORBID_EXTRA,
    Email,
    NewPassword,
)
from genonaut.api.schemas.values import FROM_ATTRIBUTES, UserName, Utc, example

_ACCOUNT = {
    "id": EXAMPLE_ID,
    "username": "ada",
    "role": "member",
    "state": "active",
    "email": None,
    "created_at": EXAMPLE_TIME,
}


class AccountIn(BaseModel):
    """A user to add. Without a password, the response has a link to choose one with."""

    username: UserName
    role: Role = "member"
    email: Email | None = None
    password: NewPassword | None = None

    model_config = FORBID_EXTRA | example({"username": "grace", "role": "member"})


class AccountChangeIn(BaseModel):
    """What to change of a user; what is not sent stays."""

    role: Role | None = None
    disabled: bool | None = Field(None, description="True ends all sessions and tokens at once.")
    email: Email | None = None

    model_config = FORBID_EXTRA | example({"role": "admin"})


class AccountOut(BaseModel):
    """A user as administrators see it."""

    id: UUID
    username: str
    role: Role
    state: Literal["active", "disabled", "creator"] = Field(
        description="A `creator` has items, and no way to sign in."
    )
    email: str | None = None
    created_at: Utc

    model_config = example(_ACCOUNT)


class AccountsOut(BaseModel):
    """A page of users, by name."""

    users: list[AccountOut]
    next_after: str | None = Field(None, description="`after` for the next page; null on the last.")

    model_config = example({"users": [_ACCOUNT], "next_after": "ada"})


class LinkOut(BaseModel):
    """A link that works once."""

    path: str = Field(description="To put behind the gallery's address. It holds the secret.")
    hours: int = Field(description="How long it works.")

    model_config = example({"path": "/gallery/password?token=...", "hours": 24})


class NewAccountOut(BaseModel):
    """A user who was just added."""

    user: AccountOut
    link: LinkOut | None = Field(
        None, description="Null if a password was sent, or if a proxy signs users in."
    )

    model_config = example({"user": _ACCOUNT, "link": None})


class AuditEntryOut(BaseModel):
    """What was done, and by whom."""

    id: int
    at: Utc
    actor_id: UUID | None = None
    actor: str | None = Field(
        None, description="The user's name then; null for visitors and commands."
    )
    via: str = Field(description="`password`, `session`, `token`, `link`, `command`, ...")
    action: str
    subject: str | None = Field(None, description="To what or whom; never a secret.")
    address: str | None = None

    model_config = FROM_ATTRIBUTES | example(
        {
            "id": 17,
            "at": EXAMPLE_TIME,
            "actor_id": EXAMPLE_ID,
            "actor": "ada",
            "via": "session",
            "action": "item-deleted",
            "subject": "17",
            "address": "192.0.2.7",
        }
    )


class AuditOut(BaseModel):
    """Entries, the newest first."""

    entries: list[AuditEntryOut]
    next_before: int | None = Field(
        None, description="`before` for the next page; null on the last."
    )

    model_config = example({"entries": [], "next_before": None})
