"""Who looks: in demo anybody may be chosen, and a cookie remembers it."""

from typing import Annotated
from uuid import UUID

from fastapi import Cookie, Depends, Request, Response

from genonaut.api.schemas.values import as_uuid

COOKIE = "genonaut_viewer"
_SECONDS = 30 * 24 * 3600


def chosen_viewer(
    request: Request, chosen: Annotated[str | None, Cookie(alias=COOKIE)] = None
) -> UUID | None:
    """The user whom the cookie names, known or not; nobody unless `gallery.viewing-as` is set."""
    if not request.app.state.settings.gallery.viewing_as:
        return None
    return as_uuid(chosen or "")


ViewerDep = Annotated[UUID | None, Depends(chosen_viewer)]


def remember_viewer(request: Request, answer: Response, user_id: UUID | None) -> None:
    """Set the cookie, or take it away."""
    secure = request.url.scheme == "https"
    if user_id is None:
        answer.delete_cookie(COOKIE, path="/gallery", secure=secure, httponly=True)
    else:
        answer.set_cookie(
            COOKIE, str(user_id), _SECONDS, path="/gallery", secure=secure, httponly=True
        )
