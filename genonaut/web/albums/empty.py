"""Favourites and albums in which there is nothing yet: what to do about that."""

from genonaut.web.contexts import Empty, Link, Viewer
from genonaut.web.state import GALLERY, GalleryState

_TO_GALLERY = (Link("Go to the gallery", GALLERY),)


def nothing_kept(state: GalleryState, viewer: Viewer) -> Empty | None:
    """Why a list of favourites or an album has nothing, if nothing else is sought in it."""
    only_this = state.all_with(favourites=state.favourites, album=state.album)
    if not (state.favourites or state.album) or state.but() != only_this:
        return None
    if viewer.user_id is None:
        return Empty("Favourites belong to a user", _whose(viewer), _TO_GALLERY)
    if state.album:
        return Empty("There is nothing in this album yet", _TO_AN_ALBUM, _TO_GALLERY)
    return Empty("You have no favourites yet", _TO_FAVOURITES, _TO_GALLERY)


_TO_FAVOURITES = "Press the star on a picture, or the key f, to find it again here."
_TO_AN_ALBUM = (
    "On a picture, press the button with the two sheets, or the key b, and choose this album."
)


def _whose(viewer: Viewer) -> str:
    if viewer.can_choose:
        return "Choose a user under “Viewing as”."
    return "This gallery has no accounts, so it cannot know whose favourites to show."
