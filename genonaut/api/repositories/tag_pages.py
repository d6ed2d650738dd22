"""Tags in lists: by number of page, the most used, by the beginning of their names, of an item."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Subquery,
    Uuid,
    any_,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from genonaut.api.entities import CountedTag, PopularTag
from genonaut.api.gallery.pager import Total
from genonaut.api.numbered import PageNumber
from genonaut.api.repositories.tag_counts import told_counts
from genonaut.api.repositories.tag_statements import counted, is_known, with_part
from genonaut.content.viewer import Viewer, visible_to
from genonaut.db.driver import time_limit
from genonaut.db.schema import AUTO, REGULAR, ContentTag, SourceType, Tag, TagCardinalityStats
from genonaut.db.spread import is_spread

TagOrder = Literal[
    "name-asc", "name-desc", "count-asc", "count-desc", "created-asc", "created-desc"
]
_STORED: Final[dict[str, ColumnElement[Any]]] = {
    "name": Tag.name.expression,
    "created": Tag.created_at.expression,
}
_LAST_LETTER: Final = "\U0010ffff"
"""Behind every other, where names are sorted by code points."""


class TagPages:
    """Reads lists of tags, each with its exact counts, as a viewer is told. On a snapshot."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self, viewer: Viewer, at: PageNumber, order: TagOrder, part: str
    ) -> Sequence[CountedTag]:
        """The tags of a page whose names contain a part, and one more if there is a next page."""
        field, _, way = order.partition("-")
        if field in _STORED:
            by = _sorted_by(_STORED[field], way)
            ids = with_part(select(Tag.id), part).where(*self._known(viewer)).order_by(*by)
            # Only theirs are summed, however many tags there are.
            found = self._counted(viewer, self._session.scalars(_cut(ids, at)).all()).order_by(*by)
        else:
            everything = with_part(counted(self._told(viewer)), part).where(*self._known(viewer))
            number = everything.selected_columns["count"]
            found = _cut(everything.order_by(*_sorted_by(number, way)), at)
        return [CountedTag(*row) for row in self._session.execute(found)]

    def total(self, viewer: Viewer, part: str, seconds: float) -> Total:
        """How many tags there are for the viewer; not exact if counting takes longer."""
        tags = with_part(select(func.count(Tag.id)), part).where(*self._known(viewer))
        with time_limit(self._session, seconds):
            return Total(self._session.scalars(tags).one(), exact=True)
        return Total(0, exact=False)

    def popular(
        self, viewer: Viewer, limit: int, source: SourceType | None, least: int
    ) -> Sequence[PopularTag]:
        """The tags on most items, of both source types or one, that are on so many at least."""
        counts = self._told(viewer)
        by_source = {REGULAR: counts.c.regular, AUTO: counts.c.auto}
        number = by_source[source] if source else counts.c.total
        found = (
            select(Tag.id, Tag.name, number)
            .join(counts, counts.c.tag_id == Tag.id)
            .where(number >= least)
            .order_by(number.desc(), Tag.name)
            .limit(limit)
        )
        return [PopularTag(*row) for row in self._session.execute(found)]

    def beginning(self, viewer: Viewer, text: str, limit: int) -> list[CountedTag]:
        """The tags whose names begin so, the most used first.

        Which these are is decided by the stored counts. What is told of them is exact.
        """
        found = (_beginning_of_parts if self._is_spread else _beginning)(viewer, text)
        ids = self._session.scalars(found.limit(limit)).all()
        return sorted(self._of(viewer, ids), key=lambda tag: (-tag.count, tag.name))

    def of_item(self, viewer: Viewer, item_id: int) -> list[CountedTag]:
        """The tags of an item, by name."""
        ids = select(ContentTag.tag_id).where(ContentTag.content_id == item_id)
        # Sorted here, as the database's collation may differ from server to server.
        found = self._of(viewer, self._session.scalars(ids).all())
        return sorted(found, key=lambda tag: tag.name)

    @property
    def _is_spread(self) -> bool:
        return is_spread(self._session.connection())

    def _known(
        self, viewer: Viewer, among: ColumnElement[Any] | None = None
    ) -> Iterator[ColumnElement[bool]]:
        return is_known(viewer, among, spread=self._is_spread)

    def _told(self, viewer: Viewer, tag_ids: ColumnElement[Any] | None = None) -> Subquery:
        return told_counts(viewer, tag_ids, spread=self._is_spread)

    def _of(self, viewer: Viewer, ids: Sequence[UUID]) -> list[CountedTag]:
        return [CountedTag(*row) for row in self._session.execute(self._counted(viewer, ids))]

    def _counted(self, viewer: Viewer, ids: Sequence[UUID]) -> Select[UUID, str, int, int, int]:
        these = literal(list(ids), ARRAY(Uuid))
        return counted(self._told(viewer, these)).where(Tag.id == any_(these))


def _beginning(viewer: Viewer, text: str) -> Select[UUID]:
    stats, name = TagCardinalityStats, Tag.name.collate("C").label("name")
    number = select(func.sum(stats.cardinality)).where(stats.tag_id == Tag.id).correlate(Tag)
    rank = number.scalar_subquery().label("rank")
    ranked = (
        select(Tag.id, rank, name)
        .where(name.element >= text, name.element < text + _LAST_LETTER)
        .order_by(rank.desc().nulls_last(), name)
        .subquery("ranked")
    )
    found = select(ranked.c.id).order_by(ranked.c.rank.desc().nulls_last(), ranked.c.name)
    if viewer.sees_all:
        return found
    # Looked up for one after the other, in this order, until there are enough: no join reads all
    # items. (PostgreSQL moves no such condition into a subquery that is in order.)
    carried = select(true()).where(ContentTag.tag_id == ranked.c.id)
    return found.where(carried.where(*visible_to(viewer, ContentTag)).limit(1).scalar_subquery())


def _beginning_of_parts(viewer: Viewer, text: str) -> Select[UUID]:
    """The same where stored counts and items are on several machines: nothing is looked up there.

    What is asked of them are the tags that begin so, all at once.
    """
    stats, tag = TagCardinalityStats, aliased(Tag)
    names = Tag.name.collate("C"), tag.name.collate("C")
    of_tags, inner = ((name >= text, name < text + _LAST_LETTER) for name in names)
    these = select(tag.id).where(*inner)
    number = func.sum(stats.cardinality).label("number")
    ranked = select(stats.tag_id, number).where(stats.tag_id.in_(these)).group_by(stats.tag_id)
    ranks = ranked.subquery("ranked")
    found = select(Tag.id).outerjoin(ranks, ranks.c.tag_id == Tag.id).where(*of_tags)
    if not viewer.sees_all:
        carried = select(ContentTag.tag_id).where(*visible_to(viewer, ContentTag))
        found = found.where(Tag.id.in_(carried.where(ContentTag.tag_id.in_(these)).distinct()))
    return found.order_by(ranks.c.number.desc().nulls_last(), names[0])


def _cut(ids: Select[*tuple[Any, ...]], at: PageNumber) -> Select[*tuple[Any, ...]]:
    return ids.limit(at.page_size + 1).offset(at.offset)


def _sorted_by(key: ColumnElement[Any], way: str) -> tuple[ColumnElement[Any], ...]:
    return (key.desc() if way == "desc" else key.asc(), Tag.name.asc())
