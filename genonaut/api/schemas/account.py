"""What the routes about signing in and the sender's own account accept and return."""

from typing import Literal
from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field

from genonaut.api.schemas.named import Role, Scope, Visibility
from genonaut.api.schemas.people_values import (
    EXAMPLE_ID,
    FORBID_EXTRA,
    Email,
    LinkToken,
    NewPassword,
    Password,
)
from genonaut.api.schemas.values import FROM_ATTRIBUTES, NamePart, UserName, example

_ME = {"id": EXAMPLE_ID, "username": "ada", "role": "member", "scope": "write", "via": "session"}
_SECRET = "a link's token, as in its address"  # noqa: S105 - an example


class SignInIn(BaseModel):
    """A name and its password."""

    username: NamePart
    password: Password

    model_config = example({"username": "ada", "password": "correct horse"}) | FORBID_EXTRA


class SetUpIn(BaseModel):
    """The first administrator, by the link that `genonaut up` prints."""

    token: LinkToken
    username: UserName
    password: NewPassword

    model_config = FORBID_EXTRA | example(
        {"token": _SECRET, "username": "ada", "password": "correct horse"}
    )


class ChosenPasswordIn(BaseModel):
    """A new password, by a link."""

    token: LinkToken
    password: NewPassword

    model_config = FORBID_EXTRA | example({"token": _SECRET, "password": "correct horse"})


class PasswordChangeIn(BaseModel):
    """A new password, by the current one."""

    current_password: Password
    new_password: NewPassword

    model_config = FORBID_EXTRA | example(
        {"current_password": "correct horse", "new_password": "battery staple"}
    )


class MeOut(BaseModel):
    """Who sends the request."""

    id: UUID | None = Field(
        None,
        validation_alias=AliasChoices("user_id", "id"),
        description="Null if `auth.mode` is open.",
    )
    username: str
    role: Role
    scope: Scope = Field(description="What this session or token allows.")
    via: Literal["session", "token", "header", "open"]

    model_config = FROM_ATTRIBUTES | example(_ME)


class DetailsChangeIn(BaseModel):
    """What to change of your own account; what is not sent stays."""

    email: Email | None = None
    default_visibility: Visibility | None = Field(
        None, description="Of items that you add without a `visibility`."
    )
    keeps_searches: bool | None = Field(
        None, description="Whether your searches are kept. False deletes those that there are."
    )

    model_config = FORBID_EXTRA | example({"default_visibility": "private"})


class DetailsOut(BaseModel):
    """What you can change of your own account."""

    email: str | None = None
    default_visibility: Visibility
    keeps_searches: bool

    model_config = FROM_ATTRIBUTES | example(
        {"email": None, "default_visibility": "private", "keeps_searches": True}
    )
