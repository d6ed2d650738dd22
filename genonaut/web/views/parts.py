"""Parts that several pages have."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from genonaut.api.entities import Item
from genonaut.api.gallery.pagination import write_place
from genonaut.db.schema import PRIVATE
from genonaut.web.albums.stars import stars_of
from genonaut.web.bulk.selection import bulk_notice
from genonaut.web.contexts import Card, Notice, PagePicture, TagLink
from genonaut.web.page_view import PageView
from genonaut.web.rated import rated
from genonaut.web.state import GalleryState, read_number

PLACE: Final = "at"
"""The parameter that tells where in its list an item is, or was."""
DELETED: Final = "deleted"
RESTORED: Final = "restored"
"""Parameters that the URL has right after an item was deleted or restored: its number."""


def cards_of(view: PageView, items: Sequence[Item]) -> tuple[Card, ...]:
    """Items, each with a link to its page that knows the way back."""
    pictures, is_star = view.services.pictures(items), stars_of(view, items)
    return tuple(card_of(view, item, pictures.page_picture(item), is_star(item)) for item in items)


def card_of(
    view: PageView, item: Item, picture: PagePicture, is_favourite: bool | None = None
) -> Card:
    """An item with its picture, and a link to its page that knows the way back."""
    return Card(
        id=item.id,
        title=item.title,
        url=item_url(view, item),
        picture=picture,
        creator=item.creator_username,
        creator_url=view.state.all_with(creator=str(item.creator_id)).url(),
        source_type=item.source_type,
        prompt=item.prompt,
        created_at=item.created_at,
        is_private=item.visibility == PRIVATE,
        rated=rated(item),
        is_favourite=is_favourite,
    )


def item_url(view: PageView, item: Item) -> str:
    """The page of an item in the list that is viewed, which knows its place there."""
    place = write_place(item, view.state.query(view.viewer.user_id))
    return view.state.url(f"/gallery/items/{item.id}", more=[(PLACE, place)])


def tag_links(view: PageView, number: int) -> tuple[TagLink, ...]:
    """The `number` tags with most items."""
    counted = view.services.tags.page(view.eyes, number, None, None, "count").entries
    return tuple(
        TagLink(tag.name, tag.count, GalleryState(tags=(tag_value(tag.name, tag.id),)).url())
        for tag in counted
    )


def tag_value(name: str, tag_id: UUID | None) -> str:
    """What stands for a tag in the URL: its name, or its id if commas would split the name."""
    return str(tag_id) if "," in name and tag_id else name


def notice_of(view: PageView) -> Notice | None:
    """The notice about what was just done, if it is still true."""
    if done := bulk_notice(view):
        return done
    if deleted := read_number(view.parameters.get(DELETED, "")):
        title = view.services.deletions.undoable(deleted, view.viewer.user_id)
        undo = f"/gallery/items/{deleted}/undo"
        return Notice(f"“{title}” is deleted.", undo, None) if title is not None else None
    if restored := read_number(view.parameters.get(RESTORED, "")):
        return Notice("Restored.", None, view.state.url(f"/gallery/items/{restored}"))
    return None
