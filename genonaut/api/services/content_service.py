"""Content: the decisions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self
from uuid import UUID

from sqlalchemy.orm import Session

from genonaut.api.repositories.content_repository import ContentRepository
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.api.repositories.user_repository import UserRepository
from genonaut.config import StatsSettings
from genonaut.content.rules import UNTITLED, short_title
from genonaut.db.failures import conflict_if_taken
from genonaut.db.gen_source_counts import GenSourceCounts
from genonaut.errors import ConflictError, DatabaseTimeoutError, NotFoundError

KEY_IS_TAKEN = "An item with the same import_key exists already."


class ContentService:
    """What can be done with content."""

    def __init__(
        self,
        session: Session,
        *,
        live_count_timeout_seconds: float = 5.0,
        fold_after_rows: int = 5000,
        on_long_ledger: Callable[[], None] | None = None,
    ) -> None:
        self._content = ContentRepository(session)
        self._tags = TagRepository(session)
        self._users = UserRepository(session)
        self._live_count_timeout_seconds = live_count_timeout_seconds
        self._fold_after_rows = fold_after_rows
        self._on_long_ledger = on_long_ledger

    @classmethod
    def limited_by(
        cls,
        session: Session,
        stats: StatsSettings,
        on_long_ledger: Callable[[], None] | None = None,
    ) -> Self:
        """The service with the limits of the settings."""
        return cls(
            session,
            live_count_timeout_seconds=stats.live_count_timeout_seconds,
            fold_after_rows=stats.fold_after_rows,
            on_long_ledger=on_long_ledger,
        )

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
            "stats": self.get_unified_content_stats(creator),
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
            "stats": self.get_unified_content_stats(creator),
        }

    def get_unified_content_stats(self, user_id: UUID | None = None) -> dict[str, Any]:
        """The four counts for a viewer, on one snapshot; without a user, the community's.

        From the cache, where zero is an answer. Only if the cache was never built, they are
        counted live.

        Raises:
            DatabaseTimeoutError: counting live took too long.
        """
        counts, source = self._content.read_gen_source_counts(user_id), "cache"
        if counts.verified_at is None:
            counts, source = self._count_live(user_id), "live"
        if counts.ledger_rows > self._fold_after_rows and self._on_long_ledger:
            self._on_long_ledger()
        return unified_stats(counts, source)

    def _count_live(self, user_id: UUID | None) -> GenSourceCounts:
        seconds = self._live_count_timeout_seconds
        counts = self._content.count_gen_sources_live(user_id, seconds)
        if counts is None:
            raise DatabaseTimeoutError(
                f"The counts were never built, and counting took more than {seconds:g} seconds: "
                "run `genonaut stats refresh`."
            )
        return counts

    def _creators(self, items: Sequence[dict[str, Any]]) -> dict[UUID, str]:
        wanted = {item["creator_id"] for item in items}
        found = self._users.lock_usernames(wanted)
        if unknown := sorted(wanted - found.keys()):
            raise NotFoundError(f"There is no user {unknown[0]}: nothing was added.")
        return found


def unified_stats(counts: GenSourceCounts, source: str) -> dict[str, Any]:
    """The four counts as the API gives them; `source` is `cache` or `live`."""
    return {
        "user_regular_count": counts.user_regular,
        "user_auto_count": counts.user_auto,
        "community_regular_count": counts.community_regular,
        "community_auto_count": counts.community_auto,
        "exact": True,
        "source": source,
        "as_of": counts.as_of,
        "verified_at": counts.verified_at,
    }


def _existing(item: Mapping[Any, Any] | None, item_id: int) -> Mapping[Any, Any]:
    if item is None:
        raise NotFoundError(f"There is no item {item_id}.")
    return item


def _titled(item: dict[str, Any]) -> dict[str, Any]:
    title = (item["title"] or "").strip() or short_title(item["prompt"]) or UNTITLED
    return item | {"title": title}


def _named(item: Mapping[Any, Any], usernames: Mapping[UUID, str]) -> dict[str, Any]:
    return {**item, "creator_username": usernames[item["creator_id"]]}
