"""The viewer of a request, who decides what the response shows: found here and nowhere else."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request

from genonaut.api.http.identities import get_identity
from genonaut.config import Settings
from genonaut.content.ids import as_uuid
from genonaut.content.viewer import EVERYTHING, VISITOR, Viewer
from genonaut.people.identity import OPEN

COOKIE: Final = "genonaut_viewer"
"""Names the user as whom the pages are viewed, where `gallery.viewing-as` is set."""
_PAGES: Final = "/gallery"


def can_choose_viewer(settings: Settings) -> bool:
    """Whether visitors choose a user, by a form, which a read-only gallery refuses."""
    return settings.gallery.viewing_as and not settings.api.read_only


async def chosen_user(request: Request) -> UUID | None:
    """The user who is signed in; without accounts, the one whom the cookie names, existing or not.

    None if no user is signed in and none was chosen.
    """
    identity = await get_identity(request)
    if identity is not None and identity.user_id is not None:
        return identity.user_id
    if not can_choose_viewer(request.app.state.settings):
        return None
    return as_uuid(request.cookies.get(COOKIE, ""))


async def get_viewer(request: Request) -> Viewer:
    """The sender of a request; on pages that are viewed as a chosen user, that user."""
    if request.scope["path"].startswith(_PAGES):
        viewing_as: bool = request.app.state.settings.gallery.viewing_as
        if viewing_as:
            return Viewer(await chosen_user(request))
    identity = await get_identity(request)
    if identity is None:
        return VISITOR
    return EVERYTHING if identity is OPEN else Viewer(identity.user_id, sees_all=identity.is_admin)


ViewerDep = Annotated[Viewer, Depends(get_viewer)]
