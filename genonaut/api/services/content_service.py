"""Content: the decisions."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.api.repositories.user_repository import UserRepository
from genonaut.content.rules import UNTITLED, short_title
from genonaut.db.failures import conflict_if_taken
from genonaut.db.gen_source_counts import DEFAULT_POLICY, CountsPolicy, ViewerCounts
from genonaut.errors import ConflictError, DatabaseTimeoutError, NotFoundError

KEY_IS_TAKEN = "An item with the same import_key exists already."


class ContentService:
    """What can be done with content."""

    def __init__(self, session: Session, policy: CountsPolicy = DEFAULT_POLICY) -> None:
        self._content = ContentRepository(session)
        self._tags = TagRepository(session)
        self._users = UserRepository(session)
        self._policy = policy

    def get_item(self, item_id: int) -> dict[str, Any]:
        """An item.

        Raises:
            NotFoundError: there is none.
        """
        return dict(_existing(self._content.get(item_id), item_id))

    def create_items(self, source: str, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Add items, all or none; the answer has the counts with them.

        Raises:
            NotFoundError: a creator does not exist.
            ConflictError: an import key exists.
        """
        usernames = self._creators(items)
        added = self._content.add(source, [_titled(item) for item in items])
        if len(added) < len(items):
            raise ConflictError(KEY_IS_TAKEN)
        tagged = {row["id"]: item["tags"] for row, item in zip(added, items, strict=True)}
        self._tags.attach(source, tagged)
        creator = next(iter(usernames)) if len(usernames) == 1 else None
        return {
            "items": [_named(item, usernames) | {"tags": tagged[item["id"]]} for item in added],
            "stats": self.counts(creator),
        }

    def change_item(self, item_id: int, changes: Mapping[str, Any]) -> dict[str, Any]:
        """An item with some columns, or its tags, replaced; without changes, as it is.

        Raises:
            NotFoundError: there is none.
            ConflictError: the import key of its new metadata exists.
        """
        if changes:
            columns = {name: value for name, value in changes.items() if name != "tags"}
            with conflict_if_taken(KEY_IS_TAKEN):
                source = self._content.update(item_id, columns)
            if source and "tags" in changes:
                self._tags.attach(source, {item_id: changes["tags"]})
                self._tags.remove_other_tags(item_id, changes["tags"])
        return self.get_item(item_id)

    def delete_item(self, item_id: int) -> dict[str, Any]:
        """Delete an item; the answer has it, and the counts without it.

        Raises:
            NotFoundError: there is none.
        """
        self._content.lock(item_id)  # so that nobody changes its tags before they go with it
        tags = self._tags.names_of([item_id])[item_id]
        deleted = _existing(self._content.delete(item_id), item_id)
        creator = deleted["creator_id"]
        # No lock: whoever deletes the creator holds the one, and waits for our item.
        username = self._users.get_username(creator)
        return {
            "deleted": {**deleted, "creator_username": username, "tags": tags},
            "stats": self.counts(creator),
        }

    def get_unified_content_stats(self, user_id: UUID | None = None) -> dict[str, Any]:
        """The fields of `ViewerCounts` by their names.

        Raises:
            DatabaseTimeoutError: counting live took too long.
        """
        return self.counts(user_id).as_dict()

    def counts(self, user_id: UUID | None = None) -> ViewerCounts:
        """A viewer's four counts, on one snapshot; without a user, the community's.

        From the cache, where zero is an answer. Only if the cache was never built, they are
        counted live.

        Raises:
            DatabaseTimeoutError: counting live took too long.
        """
        reading = self._content.read_gen_source_counts(user_id)
        return self._policy.settle(user_id, reading) or self._count_live(user_id)

    def _count_live(self, user_id: UUID | None) -> ViewerCounts:
        seconds = self._policy.live_timeout_seconds
        reading = self._content.count_gen_sources_live(user_id, seconds)
        if reading is None:
            raise DatabaseTimeoutError(
                f"The counts were never built, and counting took more than {seconds:g} seconds: "
                "run `genonaut stats refresh`."
            )
        return ViewerCounts.of(user_id, reading, source="live")

    def _creators(self, items: Sequence[dict[str, Any]]) -> dict[UUID, str]:
        wanted = {item["creator_id"] for item in items}
        found = self._users.lock_usernames(wanted)
        if unknown := sorted(wanted - found.keys()):
            raise NotFoundError(f"There is no user {unknown[0]}: nothing was added.")
        return found


def _existing(item: Mapping[Any, Any] | None, item_id: int) -> Mapping[Any, Any]:
    if item is None:
        raise NotFoundError(f"There is no item {item_id}.")
    return item


def _titled(item: dict[str, Any]) -> dict[str, Any]:
    title = (item["title"] or "").strip() or short_title(item["prompt"]) or UNTITLED
    return item | {"title": title}


def _named(item: Mapping[Any, Any], usernames: Mapping[UUID, str]) -> dict[str, Any]:
    return {**item, "creator_username": usernames[item["creator_id"]]}
