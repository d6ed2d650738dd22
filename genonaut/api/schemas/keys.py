"""Sessions and tokens as the API returns them. A secret is returned once, when it is made."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from genonaut.api.schemas.named import Scope
from genonaut.api.schemas.people_values import EXAMPLE_TIME, FORBID_EXTRA
from genonaut.api.schemas.values import FROM_ATTRIBUTES, NAME, Utc, example
from genonaut.people.tokens import LONGEST_LIFE_DAYS, LONGEST_TOKEN_NAME, token_name

_SESSION = {
    "id": "5a1c7b52-93d1-4a53-8d0a-6f3f0a4e9d11",
    "created_at": EXAMPLE_TIME,
    "last_seen_at": EXAMPLE_TIME,
    "expires_at": "2026-12-22T15:04:05.123000Z",
    "address": "192.0.2.7",
    "agent": "Mozilla/5.0",
    "is_this": True,
}
_TOKEN = {
    "id": "5a1c7b52-93d1-4a53-8d0a-6f3f0a4e9d12",
    "name": "backup",
    "prefix": "gno_1bQ7xK2p",
    "scope": "read",
    "created_at": EXAMPLE_TIME,
    "expires_at": None,
    "last_used_at": None,
}
TokenName = Annotated[
    str,
    AfterValidator(lambda written: token_name(written, "It")),
    Field(json_schema_extra=NAME | {"maxLength": LONGEST_TOKEN_NAME}),
]


class SessionOut(BaseModel):
    """A browser in which you are signed in."""

    id: UUID
    created_at: Utc
    last_seen_at: Utc = Field(description="To the hour.")
    expires_at: Utc = Field(description="If it is not used until then.")
    address: str
    agent: str = Field(description="What the browser says it is.")
    is_this: bool = Field(description="Whether this request came with it.")

    model_config = example(_SESSION)


class SessionsOut(BaseModel):
    """Your own sessions, the last used first."""

    sessions: list[SessionOut]

    model_config = example({"sessions": [_SESSION]})


class TokenIn(BaseModel):
    """A token to add."""

    name: TokenName = Field(description="What it is for.")
    scope: Scope = Field("read", description="At most what your role allows.")
    days: Annotated[int, Field(ge=1, le=LONGEST_LIFE_DAYS)] | None = Field(
        None, description="Until it expires; null is never."
    )

    model_config = FORBID_EXTRA | example({"name": "backup", "scope": "read", "days": 90})


class TokenOut(BaseModel):
    """A token, without its secret."""

    id: UUID
    name: str
    prefix: str = Field(description="How it begins.")
    scope: Scope
    created_at: Utc
    expires_at: Utc | None = Field(None, description="Null is never.")
    last_used_at: Utc | None = Field(None, description="To the minute; null if never.")

    model_config = FROM_ATTRIBUTES | example(_TOKEN)


class TokensOut(BaseModel):
    """Your own tokens, the newest first."""

    tokens: list[TokenOut]

    model_config = example({"tokens": [_TOKEN]})


class NewTokenOut(BaseModel):
    """A token that was just added."""

    token: TokenOut
    secret: str = Field(description="The token itself. It cannot be shown again.")

    model_config = FROM_ATTRIBUTES | example({"token": _TOKEN, "secret": "gno_1bQ7xK2p..."})
