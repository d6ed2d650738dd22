"""What a user has searched for: each search once, limited in number and age.

It is for that user's eyes alone. Administrators have no way to read it, and a user who wants none
turns it off, which also deletes it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Select, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from genonaut.db.named_sql import named_sql
from genonaut.db.schema import SearchEntry, User
from genonaut.errors import ConflictError, NotFoundError
from genonaut.people.audit import KEPT_DAYS

__all__ = ["KEPT_DAYS", "LONGEST_KEPT", "MOST_SEARCHES", "Searches"]

MOST_SEARCHES: Final = 200
"""How many are kept of one user: one more, and the oldest goes."""
LONGEST_KEPT: Final = 500
"""Characters. A longer search is not kept."""
_SQL: Final = named_sql(__package__, "searches.sql")
# Written out: where users are on many nodes, no parameter reaches an ON CONFLICT.
_RECORD: Final = _SQL["record"].bindparams(bindparam("pause", type_=Float, literal_execute=True))
Row = TypeVar("Row")


class Searches:
    """The searches of one user."""

    def __init__(self, session: Session, user_id: UUID) -> None:
        self._session = session
        self._user_id = user_id

    def are_kept(self) -> bool:
        """Whether the user keeps them.

        Raises:
            NotFoundError: there is no such user.
        """
        kept = self._session.scalar(select(User.keeps_searches).where(User.id == self._user_id))
        if kept is None:
            raise NotFoundError(f"There is no user {self._user_id}.")
        return kept

    def turn(self, *, on: bool) -> None:
        """Keep searches from now on, or none: then those that there are go as well."""
        change = update(User).where(User.id == self._user_id).values(keeps_searches=on)
        self._session.execute(change.execution_options(synchronize_session=False))
        if not on:
            self.forget_all()

    def add(self, query: str) -> SearchEntry:
        """Add a search, or count it once more.

        Raises:
            NotFoundError: there is no such user.
            ConflictError: the user keeps none.
        """
        entry = self.note(query, 0)
        if entry is None:
            self.are_kept()
            raise ConflictError("Searches are not kept: turn that on in your account.")
        return entry

    def note(self, query: str, pause_seconds: float) -> SearchEntry | None:
        """The same without a complaint; within the pause, a search is not counted again."""
        given = {"user_id": self._user_id, "query": query, "pause": pause_seconds}
        noted = select(SearchEntry).from_statement(_RECORD)
        entry = self._session.scalars(
            noted.execution_options(populate_existing=True), given
        ).one_or_none()
        if entry is not None:
            self._session.execute(_SQL["trim"], {"user_id": self._user_id, "most": MOST_SEARCHES})
        return entry

    def recent(self, limit: int, offset: int = 0) -> Sequence[SearchEntry]:
        """The last ones first."""
        newest = SearchEntry.last_searched_at.desc(), SearchEntry.id.desc()
        found = self._mine(select(SearchEntry)).order_by(*newest).limit(limit).offset(offset)
        return self._session.scalars(found).all()

    def number(self) -> int:
        """How many there are, of which there are never many."""
        return self._session.scalars(self._mine(select(func.count(SearchEntry.id)))).one()

    def forget(self, search: int | str) -> None:
        """Delete one of them, by its number or its words.

        Raises:
            NotFoundError: there is no such search of this user.
        """
        column = SearchEntry.id if isinstance(search, int) else SearchEntry.search_query
        if not self._delete(column == search):
            raise NotFoundError("There is no such search in the history.")

    def forget_all(self) -> int:
        """Delete them, and return how many that were."""
        return self._delete()

    def _mine(self, found: Select[Row]) -> Select[Row]:
        recently = SearchEntry.last_searched_at > func.now() - timedelta(days=KEPT_DAYS)
        return found.where(SearchEntry.user_id == self._user_id, recently)

    def _delete(self, *which: ColumnElement[bool]) -> int:
        those = delete(SearchEntry).where(SearchEntry.user_id == self._user_id, *which)
        gone = self._session.scalars(those.returning(SearchEntry.id))
        return len(gone.all())
