"""Who sends a request, and what that allows.

A role is a person's. A scope is what they gave a token, so it narrows the role and never widens it.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal
from uuid import UUID

Role = Literal["admin", "member"]
Scope = Literal["metrics", "read", "write", "admin"]
Via = Literal["session", "token", "header", "open"]

ADMIN: Final = "admin"
MEMBER: Final = "member"
SCOPES: Final[tuple[Scope, ...]] = ("read", "write", "admin")
"""Each includes those before it."""
METRICS: Final = "metrics"
"""Not one of these: it is for programs that watch the service, and allows no item to be seen."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sends a request. `key_id` is the id of the session or token that came with it."""

    user_id: UUID | None
    username: str
    role: Role
    scope: Scope
    via: Via
    key_id: UUID | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the sender is an administrator, with any scope: all items are visible then."""
        return self.role == ADMIN

    def may(self, scope: Scope) -> bool:
        """Whether the sender may do what this scope is needed for."""
        return scope in _allowed(self.scope, self.role)


@cache
def _allowed(scope: Scope, role: Role) -> tuple[Scope, ...]:
    if scope == METRICS:
        return ()
    return SCOPES[: min(SCOPES.index(scope), SCOPES.index(widest_scope(role))) + 1]


def widest_scope(role: Role) -> Scope:
    """What a role allows at most."""
    return "admin" if role == ADMIN else "write"


def scopes_of(role: Role) -> tuple[Scope, ...]:
    """The scopes that tokens of a role may have."""
    upwards = SCOPES[: SCOPES.index(widest_scope(role)) + 1]
    return (METRICS, *upwards) if role == ADMIN else upwards


OPEN: Final = Identity(None, "", ADMIN, "admin", "open")
"""Who sends any request if `auth.mode` is `open`: no user, but allowed everything."""
