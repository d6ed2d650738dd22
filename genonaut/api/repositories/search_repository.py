"""What a search names, looked up: words as the database spells them, users, tags."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Text,
    column,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute as Column
from sqlalchemy.orm import Session

from genonaut.api.gallery.searching import language
from genonaut.api.gallery.searching.patterns import Spelled
from genonaut.api.repositories.folded_names import folded_name
from genonaut.content.ids import as_uuid
from genonaut.db.schema import Tag, User

MOST_OF_A_NAME = 50
"""Users or tags that one name can mean, if only accents and case tell them apart."""
_HAS_PARTS = text(
    "SELECT EXISTS (SELECT FROM pg_index WHERE indisvalid"
    " AND indexrelid = to_regclass('public.idx_content_search_line'))"
)


class SearchRepository:
    """Reads what a search names."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def spelled(self, texts: Sequence[language.Text]) -> list[Spelled]:
        """Texts with their words, in the one form that the database compares."""
        line = func.search_spaced(column("written", Text))
        rows = self._of_each([each.written for each in texts], line, func.search_tokens(line))
        return [Spelled(each, *row) for each, row in zip(texts, rows, strict=True)]

    def names(self, written: Sequence[str]) -> list[str]:
        """Names in the one form that the database compares."""
        rows = self._of_each(written, func.search_name(column("written", Text)))
        return [name for (name,) in rows]

    def users(self, name: str) -> list[UUID]:
        """The users of a name, or the one of an id."""
        return self._named(User.id, User.username, name)

    def tags(self, name: str) -> list[UUID]:
        """The tags of a name, or the one of an id."""
        return self._named(Tag.id, Tag.name, name)

    def has_index_of_parts(self) -> bool:
        """Whether parts of words are found by index."""
        return bool(self._session.execute(_HAS_PARTS).scalar_one())

    def _of_each(
        self, written: Collection[str], *columns: ColumnElement[Any]
    ) -> Iterator[tuple[Any, ...]]:
        if not written:
            return
        each = func.unnest(literal(list(written), ARRAY(Text))).table_valued(
            column("written", Text), with_ordinality="place"
        )
        place = column("place", Integer)
        for row in self._session.execute(
            select(*columns).select_from(each.render_derived()).order_by(place)
        ):
            yield tuple(row)

    def _named(self, its_id: Column[UUID], its_name: Column[str], name: str) -> list[UUID]:
        [folded] = self.names([name])
        same: ColumnElement[bool] = folded_name(its_name) == folded
        if known := as_uuid(name):
            same = or_(same, its_id == known)
        exact = its_name == name
        found = select(its_id).where(same).order_by(exact.desc(), its_id).limit(MOST_OF_A_NAME)
        return list(self._session.scalars(found))
