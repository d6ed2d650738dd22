"""Who is viewing. Where the settings allow it, visitors choose a user, and a cookie keeps that."""

from typing import Annotated
from uuid import UUID

from fastapi import Cookie, Depends, Request, Response

from genonaut.api.repositories.growth_repository import GrowthRepository
from genonaut.api.schemas.values import as_uuid
from genonaut.api.services.user_service import UserService
from genonaut.config import Settings
from genonaut.web.contexts import Choice, Viewer

COOKIE = "genonaut_viewer"
_SECONDS = 30 * 24 * 3600


def can_choose_viewer(settings: Settings) -> bool:
    """Whether visitors choose a user, by a form, which a read-only gallery refuses."""
    return settings.gallery.viewing_as and not settings.api.read_only


def chosen_viewer(
    request: Request, chosen: Annotated[str | None, Cookie(alias=COOKIE)] = None
) -> UUID | None:
    """The user whom the cookie names, existing or not; None where visitors choose no user."""
    if not can_choose_viewer(request.app.state.settings):
        return None
    return as_uuid(chosen or "")


ViewerDep = Annotated[UUID | None, Depends(chosen_viewer)]


def remember_viewer(request: Request, response: Response, user_id: UUID | None) -> None:
    """Set the cookie, or delete it."""
    secure = request.url.scheme == "https"
    if user_id is None:
        response.delete_cookie(COOKIE, path="/gallery", secure=secure, httponly=True)
    else:
        response.set_cookie(
            COOKIE, str(user_id), _SECONDS, path="/gallery", secure=secure, httponly=True
        )


def viewer_among(
    users: UserService, growth: GrowthRepository, user_id: UUID | None, back: str
) -> Viewer:
    """The viewer, and the twenty largest creators to choose from; anonymous if the user is gone.

    `back` is the page to return to after choosing.
    """
    name = users.find_name(user_id) if user_id else None
    names = {creator.id: creator.name for creator in growth.largest_creators()}
    if user_id and name:
        names[user_id] = name
    return Viewer(
        can_choose=True,
        user_id=user_id if name else None,
        name=name,
        choices=tuple(Choice(str(key), names[key], key == user_id) for key in names),
        back=back,
    )
