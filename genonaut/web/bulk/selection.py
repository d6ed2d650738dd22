"""Selecting on the gallery's page: what its bar needs to know, and what it says was done."""

from typing import Final
from urllib.parse import urlencode

from genonaut.api.gallery.query import Pagination
from genonaut.content.ids import as_uuid
from genonaut.web.contexts import Notice, Selection
from genonaut.web.page_view import PageView
from genonaut.web.rendering import plural
from genonaut.web.state import GALLERY, GalleryState, read_number

SELECTION: Final = f"{GALLERY}/selection"
DID: Final = "did"
"""The parameter that the URL has right after something was done to a selection."""
ITEMS: Final = "n"
BATCH: Final = "batch"
DELETE: Final = "delete"
_SAID: Final = {
    "tag": "{} tagged.",
    "untag": "Tags taken from {}.",
    "private": "{} made private.",
    "public": "{} made public.",
    "undo": "{} restored.",
    "favourite": "{} added to your favourites.",
    "unfavourite": "{} removed from your favourites.",
    "add_to_album": "{} added to the album.",
    "remove_from_album": "{} removed from the album.",
}


def selection_of(view: PageView, pagination: Pagination) -> Selection:
    """What the bar needs. How a list is shown and where one is in it does not matter to it."""
    shown = GalleryState()
    same = view.state.but(sort=shown.sort, size=shown.size, view=shown.view, density=shown.density)
    at_least = "at least " if pagination.total_is_estimate else ""
    return Selection(
        key=same.url(),
        back=urlencode(view.state.parameters()),
        total=None if pagination.total_is_estimate else pagination.total_count,
        words=f"{at_least}{plural(pagination.total_count, 'result')}",
        can_change=view.eyes.sees_all or view.viewer.user_id is not None,
        can_keep=view.viewer.user_id is not None,
    )


def bulk_notice(view: PageView) -> Notice | None:
    """What was done to a selection just now; with a way to undo it while there is one."""
    did, items = view.parameters.get(DID, ""), read_number(view.parameters.get(ITEMS, ""))
    if did == DELETE:
        return _deleted(view)
    words = _SAID.get(did)
    return Notice(words.format(plural(items, "item")), None, None) if words else None


def _deleted(view: PageView) -> Notice | None:
    batch = as_uuid(view.parameters.get(BATCH, ""))
    if batch is None:
        return None
    items = view.services.deletions.undoable_together(batch, view.viewer.user_id)
    if not items:
        return None
    return Notice(f"{plural(items, 'item')} deleted.", f"{SELECTION}/{batch}/undo", None)
