"""The contexts of the templates for administrators. `notice` is what was just done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from genonaut.db.schema import AuditEntry
from genonaut.web.contexts import Choice, Viewer
from genonaut.web.people.said import Problems, Secret


@dataclass(frozen=True, slots=True)
class ShownUser:
    """A user as administrators see it."""

    id: UUID
    username: str
    role: str
    state: str
    email: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UsersContext:
    """A page of users, and the form that adds one; `typed` is what is in it."""

    template: ClassVar[str] = "users.html"

    title: str
    viewer: Viewer
    users: tuple[ShownUser, ...]
    search: str
    with_creators: bool
    next: str | None
    typed: Mapping[str, str]
    roles: tuple[Choice, ...]
    problems: Problems
    notice: str


@dataclass(frozen=True, slots=True)
class UserContext:
    """A user, and what an administrator can change."""

    template: ClassVar[str] = "user.html"

    title: str
    viewer: Viewer
    user: ShownUser
    roles: tuple[Choice, ...]
    with_passwords: bool
    secret: Secret | None
    problems: Problems
    notice: str


@dataclass(frozen=True, slots=True)
class AuditContext:
    """A page of the record of who did what."""

    template: ClassVar[str] = "audit.html"

    title: str
    viewer: Viewer
    entries: tuple[AuditEntry, ...]
    actions: tuple[Choice, ...]
    words: Mapping[str, str]
    first: str | None
    next: str | None
    kept_days: int
