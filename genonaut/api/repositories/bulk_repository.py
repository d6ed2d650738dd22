"""Many items at once: the statements, executed. Each is one, however many items there are."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, union_all
from sqlalchemy.orm import Session

from genonaut.api.gallery.filters import Filters
from genonaut.api.repositories import follower_statements as followers
from genonaut.api.repositories.followers import Owned, named
from genonaut.api.repositories.gallery_conditions import TABLES, all_conditions
from genonaut.api.repositories.item_creators import creators_of
from genonaut.content.viewer import Viewer
from genonaut.db.named_sql import named_sql
from genonaut.db.schema import Visibility
from genonaut.db.spread import together

_SQL = named_sql(__package__, "bulk.sql")


class BulkRepository:
    """Finds, holds and changes many items."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def connection(self) -> Connection:
        """For what else belongs to the transaction."""
        return self._session.connection()

    def take_time(self, seconds: int) -> None:
        """Let each statement of the transaction take so long: more than one of a page may."""
        self._session.execute(_SQL["take_time"], {"limit": f"{seconds}s"})

    def matching(self, filters: Filters, most: int) -> list[int]:
        """The ids of all items that match, of one moment; no more than `most`."""
        if not filters.scopes:
            return []
        parts = [
            select(TABLES[source].id).where(*all_conditions(filters, source))
            for source in filters.scopes
        ]
        found = self._session.connection().execute(union_all(*parts).limit(most))
        return sorted(found.scalars())

    def hold(
        self, ids: Sequence[int], user_id: UUID | None, *, any_item: bool, tags: Sequence[str] = ()
    ) -> Owned:
        """Those of the items that are the user's, or all of them: held until the end, with tags."""
        creators = creators_of(self._session, ids) if any_item else [user_id] if user_id else []
        given: dict[str, Any] = {"ids": ids, "creators": creators}
        carried = list(self._session.scalars(_SQL["tags_of"], given))
        self._session.execute(_SQL["hold_tags"], {"tag_ids": carried, "names": list(tags)})
        held: dict[int, UUID] = {}
        for some in together(self.connection, creators):
            held |= self._owned("hold", given | {"creators": some})
        return held

    def seen(self, ids: Sequence[int], viewer: Viewer) -> Owned:
        """Those of the items that the viewer may see."""
        given = {"ids": ids, "sees_all": viewer.sees_all, "viewer": viewer.user_id}
        return self._owned("seen", given)

    def of_others(self, ids: Sequence[int], user_id: UUID | None, viewer: Viewer) -> set[int]:
        """Those of the items that the viewer sees, and that are not this user's."""
        given = {"ids": ids, "user_id": user_id, "sees_all": viewer.sees_all}
        return set(self._session.scalars(_SQL["of_others"], given))

    def tag_ids(self, names: Collection[str]) -> list[UUID]:
        """The tags of these names, as far as there are any."""
        return list(self._session.scalars(_SQL["tag_ids"], {"names": list(names)}))

    def full(self, items: Owned, tag_ids: Sequence[UUID], most: int) -> set[int]:
        """Those that would have more than `most` tags with these."""
        given = named(items) | {"tag_ids": tag_ids, "room": most - len(tag_ids)}
        return set(self._session.scalars(_SQL["full"], given))

    def tag(self, items: Owned, tag_ids: Sequence[UUID]) -> None:
        """Give items tags that are held; those that they have already stay."""
        self._change("tag", items, tag_ids)

    def untag(self, items: Owned, tag_ids: Sequence[UUID]) -> None:
        """Take tags from items."""
        self._change("untag", items, tag_ids)

    def show(self, items: Owned, visibility: Visibility) -> None:
        """Make items public or private."""
        followers.lock(self.connection, items)
        showing = followers.show(self.connection)
        self._session.execute(showing, named(items) | {"visibility": visibility})

    def _owned(self, statement: str, given: dict[str, Any]) -> dict[int, UUID]:
        return {row.id: row.creator_id for row in self._session.execute(_SQL[statement], given)}

    def _change(self, statement: str, items: Owned, tag_ids: Sequence[UUID]) -> None:
        given = named(items) | {"tag_ids": tag_ids}
        changed = sorted(set(self._session.scalars(_SQL[statement], given)))
        self._session.execute(_SQL["touch"], given | {"ids": changed})
