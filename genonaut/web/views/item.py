"""An item's page: the viewer, which knows the list that one came from."""

from typing import Final

from genonaut.api.entities import Item
from genonaut.api.gallery.query import GalleryQuery, Neighbours
from genonaut.errors import InvalidCursorError, NotFoundError
from genonaut.hints import MEND_LIBRARY, typed
from genonaut.web.albums.stars import album_links, stars_of
from genonaut.web.contexts import Beside, Card, GoneContext, ItemContext, Link, Ways
from genonaut.web.images import Pictures
from genonaut.web.item_tags import NOTHING_TYPED, Typed, item_tags
from genonaut.web.page_view import PageView
from genonaut.web.views.duplicates import similar_link
from genonaut.web.views.parts import PLACE, card_of, item_url
from genonaut.web.views.settings import facts_of, negative_prompt, settings_of

_WITH_WORKFLOW: Final = "ComfyUI"


def item_context(view: PageView, item: Item, sent: Typed = NOTHING_TYPED) -> ItemContext:
    """Everything on the page."""
    viewer = view.viewer
    beside = view.services.gallery.neighbours(view.eyes, _query(view), item)
    pictures = view.services.pictures([item, *_items(beside)])
    is_star = stars_of(view, [item])
    card = card_of(view, item, pictures.page_picture(item), is_star(item))
    return ItemContext(
        title=item.title,
        viewer=viewer,
        card=card,
        ways=_ways(view, beside, pictures),
        negative_prompt=negative_prompt(item),
        settings=tuple(settings_of(item)),
        facts=tuple(facts_of(item)),
        tags=item_tags(view, item, sent),
        files=tuple(_files(item, card)),
        kept=tuple(view.state.parameters()),
        can_delete=viewer.is_admin or item.creator_id == viewer.user_id,
        mending=typed(MEND_LIBRARY) if view.eyes.sees_all else "",  # it names a folder of ours
        can_hide=view.eyes.sees_all or item.creator_id == view.eyes.user_id,
        similar=similar_link(item.id, view.services.duplicates),
        album=view.state.album,
        albums=album_links(view, item),
    )


def gone_context(view: PageView, item_id: int) -> GoneContext:
    """What was beside an item that is gone.

    Raises:
        NotFoundError: the address does not say where it was.
    """
    try:
        place = view.parameters.get(PLACE, "")
        beside = view.services.gallery.neighbours(view.eyes, _query(view), place)
    except InvalidCursorError as error:
        raise NotFoundError(f"There is no item {item_id}.") from error
    pictures = view.services.pictures(_items(beside))
    return GoneContext(f"Item {item_id} is gone", view.viewer, _ways(view, beside, pictures))


def _query(view: PageView) -> GalleryQuery:
    return view.state.query(view.viewer.user_id)


def _items(beside: Neighbours) -> list[Item]:
    return [item for item in (beside.previous, beside.next) if item]


def _ways(view: PageView, beside: Neighbours, pictures: Pictures) -> Ways:
    def way(item: Item | None) -> Beside | None:
        if item is None:
            return None
        return Beside(item_url(view, item), item.title, pictures.page_picture(item))

    return Ways(way(beside.previous), way(beside.next), view.state.url())


def _files(item: Item, card: Card) -> list[Link]:
    """The item's file as it is, and what made it."""
    if card.picture.is_drawn or card.picture.is_gone:
        return []
    files = [Link("Download the original", f"/gallery/files/{item.id}/download")]
    if item.item_metadata.get("program") == _WITH_WORKFLOW:
        files.append(Link("Download the workflow", f"/gallery/items/{item.id}/workflow.json"))
    return files
