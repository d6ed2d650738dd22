"""The contexts of the templates about a user's own account. `notice` is what was just done."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from genonaut.db.schema import ApiToken
from genonaut.web.contexts import Choice, Viewer
from genonaut.web.people.said import Problems, Secret


@dataclass(frozen=True, slots=True)
class AccountContext:
    """The details of the account, and the form that changes them."""

    template: ClassVar[str] = "account.html"

    title: str
    viewer: Viewer
    role: str
    since: datetime
    keeps_searches: bool
    email: str
    visibilities: tuple[Choice, ...]
    problems: Problems
    notice: str


@dataclass(frozen=True, slots=True)
class PasswordContext:
    """The form that changes the password, if the user has one."""

    template: ClassVar[str] = "password.html"

    title: str
    viewer: Viewer
    has_password: bool
    problems: Problems
    notice: str


@dataclass(frozen=True, slots=True)
class ShownSession:
    """A browser in which the user is signed in."""

    id: UUID
    device: str
    agent: str
    address: str
    last_seen_at: datetime
    created_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class SessionsContext:
    """The user's sessions."""

    template: ClassVar[str] = "sessions.html"

    title: str
    viewer: Viewer
    sessions: tuple[ShownSession, ...]
    notice: str


@dataclass(frozen=True, slots=True)
class TokensContext:
    """The user's tokens, the form that adds one, and the secret of one that was just added."""

    template: ClassVar[str] = "tokens.html"

    title: str
    viewer: Viewer
    tokens: tuple[ApiToken, ...]
    now: datetime
    name: str
    scopes: tuple[Choice, ...]
    lives: tuple[Choice, ...]
    secret: Secret | None
    problems: Problems
    notice: str


@dataclass(frozen=True, slots=True)
class ShownSearch:
    """A search that is kept; `url` repeats it."""

    id: int
    query: str
    url: str
    times: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SearchesContext:
    """The user's searches, and the switch that turns them off."""

    template: ClassVar[str] = "searches.html"

    title: str
    viewer: Viewer
    searches: tuple[ShownSearch, ...]
    are_kept: bool
    most: int
    kept_days: int
    notice: str
