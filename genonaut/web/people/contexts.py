"""The contexts of the templates that sign people in, and of all that are about people."""

from dataclasses import dataclass, field
from typing import ClassVar

from genonaut.web.contexts import Link, Viewer
from genonaut.web.people.admin_contexts import AuditContext, UserContext, UsersContext
from genonaut.web.people.own_contexts import (
    AccountContext,
    PasswordContext,
    SearchesContext,
    SessionsContext,
    TokensContext,
)
from genonaut.web.people.said import Problems
from genonaut.web.people.tag_contexts import TagContext, TagsContext


@dataclass(frozen=True, slots=True)
class SignInContext:
    """The form that signs in; `why` it was asked for, and `back` where it leads."""

    template: ClassVar[str] = "sign_in.html"

    title: str
    viewer: Viewer
    problems: Problems = field(default_factory=dict)
    notice: str = ""
    why: str = ""
    username: str = ""
    back: str = ""
    providers: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkContext:
    """The form that a one-time link leads to: for a password, and for a name as well to set up."""

    template: ClassVar[str] = "link.html"

    title: str
    viewer: Viewer
    secret: str
    is_set_up: bool
    problems: Problems = field(default_factory=dict)
    username: str = ""


PeopleContext = (
    SignInContext
    | LinkContext
    | AccountContext
    | PasswordContext
    | SessionsContext
    | TokensContext
    | SearchesContext
    | UsersContext
    | UserContext
    | AuditContext
    | TagsContext
    | TagContext
)
