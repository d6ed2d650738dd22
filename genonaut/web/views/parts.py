"""Parts that several pages have."""

from uuid import UUID

from genonaut.api.entities import Item
from genonaut.config import Settings
from genonaut.web.contexts import NOBODY, Card, Choice, Tag, Viewer
from genonaut.web.page_services import PageServices
from genonaut.web.picture_urls import PictureUrls
from genonaut.web.state import GalleryState


def viewer_of(
    services: PageServices, settings: Settings, user_id: UUID | None, back: str
) -> Viewer:
    """Who looks, and the twenty largest creators to be instead; nobody if the user is gone."""
    if not settings.gallery.viewing_as:
        return NOBODY
    name = services.users.find_name(user_id) if user_id else None
    names = {one.id: one.name for one in services.growth.largest_creators()}
    if user_id and name:
        names[user_id] = name
    return Viewer(
        can_choose=True,
        user_id=user_id if name else None,
        name=name,
        choices=tuple(Choice(str(key), names[key], key == user_id) for key in names),
        back=back,
    )


def card_of(item: Item, pictures: PictureUrls, state: GalleryState) -> Card:
    """An item, with a link to its page that knows the way back."""
    return Card(
        id=item.id,
        title=item.title,
        url=state.url(f"/gallery/items/{item.id}"),
        picture=pictures.url(item, "thumb"),
        creator=item.creator_username,
        source=item.source_type,
        prompt=item.prompt,
        created_at=item.created_at,
    )


def tags_of(services: PageServices, state: GalleryState, number: int) -> tuple[Tag, ...]:
    """The chosen tags, and then those that most items carry."""
    counted = services.tags.page(number, None, None, "count").entries
    common = {tag_value(tag.name, tag.id): tag for tag in counted}
    rare = [Tag(value, value, None, True, "") for value in state.tags if value not in common]
    found = [
        Tag(tag.name, value, tag.count, value in state.tags, GalleryState(tags=(value,)).url())
        for value, tag in common.items()
    ]
    return (*rare, *sorted(found, key=lambda tag: not tag.chosen))


def tag_value(name: str, tag_id: UUID | None) -> str:
    """What stands for a tag in the URL: its name, or its id if commas would split the name."""
    return str(tag_id) if "," in name and tag_id else name
