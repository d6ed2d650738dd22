"""Users as the pages for administrators show them."""

from typing import Final

from fastapi import Request

from genonaut.api.http.modes import has_passwords
from genonaut.db.schema import User
from genonaut.people.identity import Role
from genonaut.people.users import state_of
from genonaut.web.contexts import Choice, Viewer
from genonaut.web.people.admin_contexts import ShownUser, UserContext
from genonaut.web.people.forms import NOT_SENT, Refusal
from genonaut.web.people.pages import notice
from genonaut.web.people.said import Secret

_ROLES: Final[dict[Role, str]] = {
    "member": "member: adds pictures, changes their own",
    "admin": "admin: changes all, and manages users",
}


def user_context(
    request: Request,
    user: User,
    viewer: Viewer,
    refusal: Refusal = NOT_SENT,
    secret: Secret | None = None,
) -> UserContext:
    """The page of a user, perhaps with a link that is shown once."""
    return UserContext(
        title=refusal.title(user.username),
        viewer=viewer,
        user=shown_user(user),
        roles=role_choices(user.role),
        with_passwords=has_passwords(request),
        secret=secret,
        problems=refusal.problems,
        notice=notice(request),
    )


def shown_user(user: User) -> ShownUser:
    """A user as administrators see it."""
    return ShownUser(
        id=user.id,
        username=user.username,
        role=user.role,
        state=state_of(user),
        email=user.email or "",
        created_at=user.created_at,
    )


def role_choices(chosen: str) -> tuple[Choice, ...]:
    """The roles to choose from."""
    return tuple(Choice(role, label, role == chosen) for role, label in _ROLES.items())


def link_of(request: Request, user: User, path: str) -> Secret:
    """The address of a link, with which a user chooses a password."""
    address = f"{request.url.scheme}://{request.url.netloc}{path}"
    return Secret("Link", address, f"for {user.username} to choose a password")
