"""Pictures that look alike: the statements, executed."""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from genonaut.api.entities import Alike, FileFacts, Item
from genonaut.api.repositories.content_repository import listed_columns
from genonaut.api.repositories.rating_repository import RatingRepository
from genonaut.api.repositories.tag_repository import TagRepository
from genonaut.content.viewer import Viewer, visible_to
from genonaut.db.named_sql import named_sql
from genonaut.db.schema import ContentItemAll, User
from genonaut.db.spread import is_spread

BITS: Final = 3
"""Pictures are alike that differ in so many bits of 64. The index finds no more: four pieces."""
MOST: Final = 100
"""So many are counted exactly."""
_SQL: Final = named_sql(__package__, "duplicates.sql")
_BEFORE_ALL: Final = 2**63 - 1


class _Row(NamedTuple):
    lead: int
    id: int
    distance: int
    creator_id: UUID


class DuplicateRepository:
    """Finds items by what their pictures look like, for a viewer's eyes."""

    def __init__(self, session: Session, viewer: Viewer, asker: UUID | None) -> None:
        """What the `asker` said are no duplicates is left out."""
        self._session = session
        self._viewer = viewer
        self._asker = asker

    def alike(self, item_ids: Iterable[int]) -> Sequence[Any]:
        """For each of these items those that are alike: lead, id, distance, creator; one too many.

        An item without any has no row.
        """
        if is_spread(self._session.connection()):
            return self._alike_elsewhere(item_ids)
        given = {"item_ids": list(item_ids), "bits": BITS, "most": MOST + 1}
        return self._session.execute(_SQL["alike"], self._eyes | given).all()

    def _alike_elsewhere(self, item_ids: Iterable[int]) -> list[_Row]:
        """The same where items are on other machines than what is known of files."""
        leads = self._leads(item_ids)
        given = self._eyes | {"names": [lead.name for lead in leads], "bits": BITS}
        close = defaultdict[str, dict[str, int]](dict)
        for row in self._session.execute(_SQL["alike_files"], given):
            close[row.lead][row.name] = row.distance
        names = sorted({name for each in close.values() for name in each})
        of_files = defaultdict[str, list[Any]](list)
        for item in self._session.execute(_SQL["items_of_files"], given | {"names": names}):
            of_files[item.name].append(item)
        found: list[_Row] = []
        for lead in sorted(leads, key=lambda lead: -lead.id):
            rows = (
                _Row(lead.id, item.id, distance, item.creator_id)
                for name, distance in close[lead.name].items()
                for item in of_files[name]
                if item.id != lead.id
            )
            found += heapq.nsmallest(MOST + 1, rows, key=lambda row: (row.distance, row.id))
        return found

    def walk(self, whose: UUID | None, before: int | None, number: int) -> list[int]:
        """The numbers of items with a file, from the newest down."""
        given = {"whose": whose, "before": before or _BEFORE_ALL, "number": number}
        return list(self._session.scalars(_SQL["walk"], self._eyes | given))

    def load(self, found: Sequence[tuple[int, int]]) -> list[Alike]:
        """These items, given by number and distance, in this order; those that are there."""
        ids = [item_id for item_id, _ in found]
        items = {item.id: item for item in self._items(ids)}
        names = [item.content_data for item in items.values() if item.names_file]
        files = self._session.execute(_SQL["files"], {"names": names})
        facts = {name: FileFacts(*each) for name, *each in files}
        return [
            Alike(item, distance, facts[item.content_data])
            for item_id, distance in found
            if (item := items.get(item_id)) and item.names_file and item.content_data in facts
        ]

    def remember(self, item_ids: Iterable[int]) -> None:
        """Keep that the asker takes none of these for a duplicate of another."""
        names = [lead.name for lead in self._leads(item_ids)]
        self._session.execute(_SQL["remember"], self._eyes | {"names": names})

    def _leads(self, item_ids: Iterable[int]) -> Sequence[Any]:
        return self._session.execute(_SQL["leads"], self._eyes | {"item_ids": list(item_ids)}).all()

    @property
    def _eyes(self) -> dict[str, Any]:
        viewer = self._viewer
        return {"sees_all": viewer.sees_all, "viewer": viewer.user_id, "asker": self._asker}

    def _items(self, ids: Sequence[int]) -> list[Item]:
        item = ContentItemAll
        statement = (
            select(*listed_columns(with_metadata=True), User.username.label("creator_username"))
            .join(User, User.id == item.creator_id)
            .where(item.id.in_(ids), *visible_to(self._viewer, item))
        )
        rows = self._session.connection().execute(statement)
        items = [Item(**row._asdict()) for row in rows]
        rated = RatingRepository(self._session).with_ratings(items, self._asker)
        return TagRepository(self._session).with_tags(rated)
