"""What a stranger finds behind the secret link to an album: its pages, as contexts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from genonaut.api.bookmarks.concealing import concealed
from genonaut.api.bookmarks.entities import BookmarkQuery, SharedAlbum
from genonaut.api.entities import Item
from genonaut.api.services.album_service import AlbumService
from genonaut.api.services.sharing_service import SharingService
from genonaut.content.rules import UNTITLED
from genonaut.content.viewer import Viewer as Eyes
from genonaut.web.albums.contexts import SharedContext, SharedItemContext
from genonaut.web.albums.shared_pictures import shared_picture
from genonaut.web.contexts import Beside, Card, Ways
from genonaut.web.images import Pictures
from genonaut.web.views.settings import negative_prompt, settings_of

PER_PAGE: Final = 48
PAGE: Final = "p"
PLACE: Final = "n"
"""The parameter that says which picture of the album it is, from 1."""
_SOUGHT: Final = 100
"""So many places around that one are looked at, since pictures come and go."""


@dataclass(frozen=True, slots=True)
class SharedPage:
    """The album behind a link, and how it is read."""

    shared: SharedAlbum
    url: str
    albums: AlbumService
    sharing: SharingService

    def items(self, skip: int, limit: int) -> tuple[Sequence[Item], int]:
        """Some of its items, with all that there is of them, and how many it has."""
        query = _query(skip, limit)
        found = self.albums.items(Eyes(self.shared.album.user_id), self.shared.album.id, query)
        return [one.content for one in found.items if one.content], found.total

    def place_of(self, item_id: int, near: int) -> int:
        """Which picture of the album an item is, from 1, sought near a place; 0 if not there."""
        skip = max(near - 1 - _SOUGHT // 2, 0)
        query = _query(skip, _SOUGHT, with_items=False)
        found = self.albums.items(Eyes(self.shared.album.user_id), self.shared.album.id, query)
        ids = [one.content_id for one in found.items]
        return skip + ids.index(item_id) + 1 if item_id in ids else 0

    def title(self, item: Item, place: int) -> str:
        """An item's, if it may be told; else which one it is."""
        title = item.title if self.shared.with_prompts else concealed(item).title
        return f"Picture {place:,}" if title == UNTITLED and place else title

    def item_url(self, item: Item, place: int) -> str:
        """The page of a picture, which knows its place."""
        return f"{self.url}/items/{item.id}?{PLACE}={place}"


def _query(skip: int, limit: int, *, with_items: bool = True) -> BookmarkQuery:
    """The album's own order."""
    return BookmarkQuery(
        skip=skip, limit=limit, sort="position", descending=False, include_content=with_items
    )


def shared_context(
    page: SharedPage, pictures: Pictures, items: Sequence[Item], number: int, at: int
) -> SharedContext:
    """A page of it, from 1."""
    album = page.shared.album
    first = (at - 1) * PER_PAGE
    cards = tuple(_card(page, item, place, pictures) for place, item in enumerate(items, first + 1))
    more = number > first + PER_PAGE
    return SharedContext(
        title=album.name,
        name=album.name,
        description=album.description or "",
        number=number,
        cards=cards,
        previous=_page_url(page, at - 1) if at > 1 else None,
        next=_page_url(page, at + 1) if more else None,
    )


def _page_url(page: SharedPage, number: int) -> str:
    return f"{page.url}?{PAGE}={number}" if number > 1 else page.url


def _card(page: SharedPage, item: Item, place: int, pictures: Pictures) -> Card:
    return Card(
        id=item.id,
        title=page.title(item, place),
        url=page.item_url(item, place),
        picture=shared_picture(page.url, item, pictures),
        creator="",
        creator_url="",
        source_type=item.source_type,
        prompt="",
        created_at=item.created_at,
        is_private=False,
    )


def shared_item_context(
    page: SharedPage, item: Item, place: int, around: Sequence[Item], pictures: Pictures
) -> SharedItemContext:
    """A picture of it; `around` are those beside it in the album, and itself, in order."""
    shows = page.shared.with_prompts
    picture = shared_picture(page.url, item, pictures)
    has_file = not picture.is_drawn and not picture.is_gone
    return SharedItemContext(
        title=page.title(item, place),
        album_name=page.shared.album.name,
        picture=picture,
        ways=_ways(page, item, place, around, pictures),
        prompt=item.prompt if shows else "",
        negative_prompt=negative_prompt(item) if shows else "",
        settings=tuple(settings_of(item)) if shows else (),
        download=f"{page.url}/files/{item.id}/download" if shows and has_file else "",
    )


def _ways(
    page: SharedPage, item: Item, place: int, around: Sequence[Item], pictures: Pictures
) -> Ways:
    ids = [one.id for one in around]
    at = ids.index(item.id) if item.id in ids else -1

    def way(step: int) -> Beside | None:
        if at < 0 or not 0 <= at + step < len(around):
            return None
        other, there = around[at + step], place + step
        url, title = page.item_url(other, there), page.title(other, there)
        return Beside(url, title, shared_picture(page.url, other, pictures))

    back = _page_url(page, (max(place, 1) - 1) // PER_PAGE + 1)
    return Ways(way(-1), way(1), f"{back}#item-{item.id}")
