"""Which items are favourites of the viewer, and in which albums one of them is."""

from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from genonaut.api.bookmarks.entities import ContentKey, Favourite
from genonaut.api.entities import Item
from genonaut.db.schema import REGULAR
from genonaut.web.contexts import Link
from genonaut.web.page_view import PageView
from genonaut.web.state import album_page


def key_of(item: Item) -> ContentKey:
    """An item as favourites name it."""
    return item.id, "items" if item.source_type == REGULAR else "auto"


def stars_of(view: PageView, items: Collection[Item]) -> Callable[[Item], bool | None]:
    """Tells of each item whether it is a favourite, by one query for all; None without a viewer."""
    if view.viewer.user_id is None:
        return lambda _item: None
    kept = _kept(view, items)
    return lambda item: item.id in kept


def albums_of(view: PageView, item: Item) -> Sequence[UUID]:
    """The ids of the viewer's albums that an item is in."""
    favourite = _kept(view, [item]).get(item.id)
    if favourite is None:
        return ()
    places = view.services.places.of_bookmark(view.eyes, favourite.id)
    return [place.category_id for place in places]


def album_links(view: PageView, item: Item) -> tuple[Link, ...]:
    """Links to these albums, in their order."""
    owner = view.viewer.user_id
    chosen = albums_of(view, item)
    if owner is None or not chosen:
        return ()
    albums = view.services.albums.tree(view.eyes, owner)
    return tuple(Link(one.name, album_page(str(one.id))) for one in albums if one.id in chosen)


def _kept(view: PageView, items: Collection[Item]) -> Mapping[int, Favourite]:
    owner = view.viewer.user_id
    if owner is None or not items:
        return {}
    found = view.services.bookmarks.of_items(view.eyes, owner, [key_of(item) for item in items])
    return {item_id: favourite for (item_id, _), favourite in found.items()}
