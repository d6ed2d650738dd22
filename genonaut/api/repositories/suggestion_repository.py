"""What is suggested while one types a search: tags, models and users whose names begin so."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from genonaut.api.repositories.folded_names import LAST, begins_with, folded_name
from genonaut.content.viewer import Viewer, counts_to_read, own_told
from genonaut.counting.engine import read
from genonaut.db.named_sql import named_sql
from genonaut.db.schema import AUTO, PRIVATE, PUBLIC, REGULAR, User
from genonaut.db.spread import is_spread

_SQL: Final = named_sql(__package__, "suggestions.sql")


class SuggestionRepository:
    """Reads names by their beginnings, from their indexes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def users(self, prefix: str, limit: int) -> Sequence[tuple[UUID, str]]:
        """Users, by their names."""
        statement = (
            select(User.id, User.username)
            .where(*begins_with(User.username, prefix))
            .order_by(folded_name(User.username))
            .limit(limit)
        )
        return [(row.id, row.username) for row in self._session.execute(statement)]

    def numbers_of(self, viewer: Viewer, users: Sequence[UUID]) -> Counter[UUID] | None:
        """How many items of each user the viewer is told of; None if they were never counted."""
        readings = {
            count.name: read(self._session, count, users) for count in counts_to_read(viewer)
        }
        if not all(reading.verified_at for reading in readings.values()):
            return None
        sources = (REGULAR, AUTO)
        return Counter(
            {user: sum(own_told(viewer, user, one, readings) for one in sources) for user in users}
        )

    def models(self, viewer: Viewer, prefix: str, limit: int) -> list[str]:
        """Models of public items, and of all items for a viewer who sees them."""
        given = {"first": prefix, "last": prefix + LAST, "number": limit}
        found: list[str] = []
        for visibility in (PUBLIC, PRIVATE) if viewer.sees_all else (PUBLIC,):
            these = given | {"visibility": visibility}
            if is_spread(self._session.connection()):
                found += self._models_one_by_one(these)
            else:
                found += self._session.scalars(_SQL["models"], these)
        return sorted(set(found), key=str.casefold)[:limit]

    def _models_one_by_one(self, given: Mapping[str, Any]) -> Iterator[str]:
        """The same where items are spread: there no statement can go on from what it found."""
        behind = ""
        for _ in range(given["number"]):
            step = {**given, "first": behind or given["first"], "behind": behind}
            row = self._session.execute(_SQL["next_model"], step).first()
            if row is None:
                return
            behind = row.folded
            yield row.written
