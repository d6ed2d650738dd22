"""The tags of one item, added and removed one at a time: the decisions."""

from sqlalchemy.orm import Session

from genonaut.api.entities import Item, ItemChanges
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.content.tag_names import MOST_TAGS
from genonaut.content.viewer import Viewer
from genonaut.errors import ForbiddenError, InvalidRequestError, NotFoundError


class ItemTagService:
    """Adds and removes tags. Two requests that do so at once both have their effect."""

    def __init__(self, session: Session) -> None:
        self._content = ContentRepository(session)
        self._tags = TagRepository(session)

    def add(self, viewer: Viewer, item_id: int, name: str) -> None:
        """Give an item a tag, which is added if there is none of that name.

        Raises:
            NotFoundError: there is no such item for the viewer's eyes.
            ForbiddenError: another user made it.
            InvalidRequestError: it has as many tags as an item may have.
        """
        item = self._held(viewer, item_id)
        if name in item.tags:
            return
        if len(item.tags) >= MOST_TAGS:
            raise InvalidRequestError(
                f"A picture carries at most {MOST_TAGS} tags: remove one first."
            )
        creator = item.creator_id
        self._content.update(viewer, item_id, creator, ItemChanges())
        self._tags.attach(item.source_type, {item_id: [name]}, [creator])

    def remove(self, viewer: Viewer, item_id: int, name: str) -> None:
        """Take a tag from an item, if it carries it; the tag itself stays.

        Raises:
            NotFoundError: there is no such item for the viewer's eyes.
            ForbiddenError: another user made it.
        """
        item = self._held(viewer, item_id)
        if name in item.tags:
            kept = [tag for tag in item.tags if tag != name]
            self._content.update(viewer, item_id, item.creator_id, ItemChanges())
            self._tags.remove_other_tags(item_id, item.creator_id, kept)

    def _held(self, viewer: Viewer, item_id: int) -> Item:
        """The item, which no other request changes meanwhile."""
        item = self._content.get(viewer, item_id, self._content.lock(item_id))
        if item is None:
            raise NotFoundError(f"There is no item {item_id}.")
        if not viewer.sees_all and item.creator_id != viewer.user_id:
            raise ForbiddenError("Only its creator can change the tags of an item.")
        return item
