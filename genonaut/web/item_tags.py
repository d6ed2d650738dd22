"""The tags of an item on its page: links with exact numbers, and the form that changes them."""

from dataclasses import dataclass
from typing import Final

from genonaut.api.entities import Item
from genonaut.content.tag_names import MOST_TAGS
from genonaut.web.contexts import ItemTags, TagLink
from genonaut.web.page_view import PageView
from genonaut.web.state import GalleryState
from genonaut.web.views.parts import tag_value

TAGGED: Final = "tagged"
"""The parameter that the address has right after a tag was added or removed."""
_SAID: Final = {"added": "The tag has been added.", "removed": "The tag has been removed."}


@dataclass(frozen=True, slots=True)
class Typed:
    """What is in the field after a form that was not accepted, and why not."""

    name: str = ""
    problem: str = ""


NOTHING_TYPED: Final = Typed()


def item_tags(view: PageView, item: Item, typed: Typed = NOTHING_TYPED) -> ItemTags:
    """The tags of an item for the viewer, who may perhaps change them."""
    found = view.services.lists.of_item(view.eyes, item.id)
    links = []
    for tag in found:
        value = tag_value(tag.name, tag.id)
        url = GalleryState(tags=(value,)).url()
        links.append(TagLink(tag.name, tag.count, url))
    return ItemTags(
        links=tuple(links),
        most=MOST_TAGS,
        can_edit=view.eyes.sees_all or item.creator_id == view.eyes.user_id,
        said=_SAID.get(view.parameters.get(TAGGED, ""), ""),
        typed=typed.name,
        problem=typed.problem,
    )
