"""Content: the decisions."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.entities import Creator, Item, ItemChanges, ItemDeleted, ItemsCreated, NewItem
from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.api.repositories.user_repository import UserRepository
from genonaut.content.viewer import EVERYTHING, Viewer
from genonaut.db.failures import conflict_if_taken
from genonaut.db.gen_source_counts import DEFAULT_POLICY, CountsPolicy, ViewerCounts
from genonaut.db.replicas import origin_of
from genonaut.db.schema import SourceType, Visibility
from genonaut.errors import ConflictError, DatabaseTimeoutError, ForbiddenError, NotFoundError

KEY_IS_TAKEN = "An item with the same import_key exists already."
Check = Callable[[Item], None]


def any_item(_item: Item) -> None:
    """Let every item through."""


class ContentService:
    """What can be done with content."""

    def __init__(self, session: Session, policy: CountsPolicy = DEFAULT_POLICY) -> None:
        self._origin = origin_of(session)
        self._content = ContentRepository(session)
        self._tags = TagRepository(session)
        self._users = UserRepository(session)
        self._policy = policy

    def get_item(self, viewer: Viewer, item_id: int, creator: UUID | None = None) -> Item:
        """An item, of that creator if it is known.

        Raises:
            NotFoundError: there is none, or it is not for the viewer's eyes.
        """
        item = self._content.get(viewer, item_id, creator)
        if item is None:
            raise NotFoundError(f"There is no item {item_id}.")
        return item

    def create_items(
        self, viewer: Viewer, source_type: SourceType, items: Sequence[NewItem]
    ) -> ItemsCreated:
        """Add items, all or none, in this order.

        Raises:
            NotFoundError: a creator does not exist.
            ConflictError: an import key exists.
        """
        creators = self._lock_creators(items)
        if not viewer.sees_all:
            # A member can write the name of another's private file: their own they upload.
            items = [replace(item, names_file=False) for item in items]
        added = self._content.add(source_type, items, creators)
        if len(added) < len(items):
            raise ConflictError(KEY_IS_TAKEN)
        tagged = [replace(item, tags=new.tags) for item, new in zip(added, items, strict=True)]
        self._tags.attach(source_type, {item.id: item.tags for item in tagged}, creators)
        creator = next(iter(creators)) if len(creators) == 1 else None
        return ItemsCreated(tagged, self.counts(viewer, creator))

    def change_item(
        self, viewer: Viewer, item_id: int, changes: ItemChanges, check: Check = any_item
    ) -> Item:
        """The item as it is then; without changes, as it was.

        `check` is given the item as it was, and raises an error to keep it so.

        Raises:
            NotFoundError: there is none.
            ConflictError: the import key of its new metadata exists.
        """
        # Who waits here for another change sees it then.
        creator = self._content.lock(item_id, with_tags=check is not any_item)
        if check is not any_item:
            check(self.get_item(viewer, item_id, creator))
        if creator and changes != ItemChanges():
            with conflict_if_taken(KEY_IS_TAKEN):
                source_type = self._content.update(viewer, item_id, creator, changes)
            if source_type and changes.tags is not None:
                self._tags.attach(source_type, {item_id: changes.tags}, [creator])
                self._tags.remove_other_tags(item_id, creator, changes.tags)
        return self.get_item(viewer, item_id, creator)

    def set_visibility(self, viewer: Viewer, item_id: int, visibility: Visibility) -> Item:
        """Make an item public, or private to its creator and admins.

        Raises:
            NotFoundError: there is none for the viewer's eyes.
            ForbiddenError: another user made it.
        """
        item = self.get_item(viewer, item_id)
        if not viewer.sees_all and item.creator_id != viewer.user_id:
            raise ForbiddenError("Only its creator can change who may see an item.")
        return self.change_item(viewer, item_id, ItemChanges(visibility=visibility))

    def delete_item(self, viewer: Viewer, item_id: int, check: Check = any_item) -> ItemDeleted:
        """Delete an item, if `check` raises no error.

        Raises:
            NotFoundError: there is none.
        """
        # So it is deleted as it was read, with the same tags. Its creator needs no lock: a
        # transaction that deletes the creator has to wait for the item.
        creator = self._content.lock(item_id)
        item = self.get_item(viewer, item_id, creator)
        check(item)
        self._content.delete(item_id, item.creator_id)
        return ItemDeleted(item, self.counts(viewer, item.creator_id))

    def get_unified_content_stats(self, user_id: UUID | None = None) -> dict[str, Any]:
        """The fields of `ViewerCounts` by their names, for scripts: of all items, private or not.

        Raises:
            DatabaseTimeoutError: counting live took too long.
        """
        return self.counts(EVERYTHING, user_id).as_dict()

    def counts(self, viewer: Viewer, user_id: UUID | None = None) -> ViewerCounts:
        """A user's counts and the community's, as the viewer is told, on one snapshot.

        From the cache, where zero means zero. Only if the cache was never built, they are
        counted live.

        Raises:
            DatabaseTimeoutError: counting live took too long.
        """
        reading = self._content.read_gen_source_counts(viewer, user_id)
        counts = self._policy.settle(user_id, reading, self._origin)
        return counts or self._count_live(viewer, user_id)

    def _count_live(self, viewer: Viewer, user_id: UUID | None) -> ViewerCounts:
        seconds = self._policy.live_timeout_seconds
        reading = self._content.count_gen_sources_live(viewer, user_id, seconds)
        if reading is None:
            raise DatabaseTimeoutError(
                f"The counts were never built, and counting took more than {seconds:g} seconds: "
                "run `genonaut stats refresh`."
            )
        return ViewerCounts.of(user_id, reading, "live", self._origin)

    def _lock_creators(self, items: Sequence[NewItem]) -> dict[UUID, Creator]:
        wanted = {item.creator_id for item in items}
        found = self._users.lock_creators(wanted)
        if unknown := sorted(wanted - found.keys()):
            raise NotFoundError(f"There is no user {unknown[0]}: nothing was added.")
        return found
