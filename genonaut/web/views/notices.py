"""What was just done, told on the page that follows."""

from typing import Final

from starlette.datastructures import QueryParams

from genonaut.web.contexts import Notice, Viewer
from genonaut.web.page_services import PageServices
from genonaut.web.state import GalleryState, read_number

DELETED: Final = "deleted"
RESTORED: Final = "restored"


def notice_of(
    given: QueryParams, services: PageServices, viewer: Viewer, state: GalleryState
) -> Notice | None:
    """The notice that an address asks for, if it is still true."""
    if deleted := read_number(given.get(DELETED, "")):
        title = services.deletions.undoable(deleted, viewer.user_id)
        undo = f"/gallery/items/{deleted}/undo"
        return Notice(f"“{title}” is deleted.", undo, None) if title is not None else None
    if restored := read_number(given.get(RESTORED, "")):
        url = state.url(f"/gallery/items/{restored}")
        return Notice("It is back, as if nothing had happened.", None, url)
    return None
