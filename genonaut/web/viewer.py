"""Who is viewing. Where the settings allow it, visitors choose a user, and a cookie keeps that."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from genonaut.api.http.viewer import COOKIE, chosen_user
from genonaut.api.repositories.growth_repository import GrowthRepository
from genonaut.api.services.user_service import UserService
from genonaut.content.viewer import Viewer as Eyes
from genonaut.people.identity import OPEN, Identity
from genonaut.web.contexts import ANONYMOUS, Choice, Viewer
from genonaut.web.returning import here, sign_in_path

_SECONDS = 30 * 24 * 3600

ChosenDep = Annotated[UUID | None, Depends(chosen_user)]


def remember_viewer(request: Request, response: Response, user_id: UUID | None) -> None:
    """Set the cookie, or delete it."""
    secure = request.url.scheme == "https"
    if user_id is None:
        response.delete_cookie(COOKIE, path="/gallery", secure=secure, httponly=True)
    else:
        response.set_cookie(
            COOKIE, str(user_id), _SECONDS, path="/gallery", secure=secure, httponly=True
        )


def viewer_of(request: Request, identity: Identity | None) -> Viewer:
    """The viewer of a page, from the identity of the request."""
    settings = request.app.state.settings
    if identity is None:
        sign_in = sign_in_path(here(request)) if settings.auth.mode == "accounts" else None
        return Viewer(can_choose=False, user_id=None, name=None, sign_in=sign_in, can_add=False)
    if identity.via == OPEN.via:
        return ANONYMOUS
    return Viewer(
        can_choose=False,
        user_id=identity.user_id,
        name=identity.username,
        can_sign_out=identity.via == "session",
        is_admin=identity.is_admin,
    )


def known_viewer(request: Request) -> Viewer:
    """The viewer, if already known. For pages about errors, which must not ask the database."""
    known: dict[str, Identity | None] = request.scope.get("state", {})
    if "identity" in known:
        return viewer_of(request, known["identity"])
    is_open = request.app.state.settings.auth.mode == "open"
    return ANONYMOUS if is_open else replace(ANONYMOUS, can_add=False)


def viewer_among(
    users: UserService, growth: GrowthRepository, eyes: Eyes, user_id: UUID | None, back: str
) -> Viewer:
    """The viewer, and the twenty largest creators to choose from; anonymous if the user is gone.

    `back` is the page to return to after choosing.
    """
    name = users.find_name(user_id) if user_id else None
    names = {creator.id: creator.name for creator in growth.largest_creators(eyes)}
    if user_id and name:
        names[user_id] = name
    return Viewer(
        can_choose=True,
        user_id=user_id if name else None,
        name=name,
        choices=tuple(Choice(str(key), names[key], key == user_id) for key in names),
        back=back,
    )
