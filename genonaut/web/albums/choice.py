"""The page on which the albums of an item are chosen; with script it is a window over another."""

from genonaut.api.entities import Item
from genonaut.content.ids import as_uuid
from genonaut.web.albums.contexts import AlbumChoice, AlbumChoiceContext
from genonaut.web.albums.shelf import tree
from genonaut.web.albums.stars import albums_of
from genonaut.web.page_view import PageView


def choice_context(view: PageView, item: Item, back: str, problem: str = "") -> AlbumChoiceContext:
    """Everything on it; `back` is where it leads afterwards."""
    choices = _choices(view, item)
    shown = as_uuid(view.parameters.get("album", ""))
    return AlbumChoiceContext(
        title="Error: Albums" if problem else f"Albums of “{item.title}”",
        viewer=view.viewer,
        item_id=item.id,
        item_title=item.title,
        back=back,
        choices=choices,
        album=next((one for one in choices if one.id == shown and one.chosen), None),
        problem=problem,
    )


def _choices(view: PageView, item: Item) -> tuple[AlbumChoice, ...]:
    """All of the viewer's albums, each behind the one that it is in."""
    owner = view.viewer.user_id
    if owner is None:
        return ()
    chosen = albums_of(view, item)
    albums = view.services.albums.tree(view.eyes, owner)
    return tuple(
        AlbumChoice(album.id, album.name, album.count, step.depth, album.id in chosen)
        for first in tree(albums)
        for step in first.all()
        for album in [step.album]
    )
