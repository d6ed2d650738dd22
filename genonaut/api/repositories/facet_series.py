"""Where the counts of each facet are, and what a value of it is called.

The views have the exact counts: stored plus ledger. `largest` reads stored counts, by an index.
"""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Protocol

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    String,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    select,
    table,
)

from genonaut.api.gallery.facets import FacetName
from genonaut.api.gallery.told import Term, User
from genonaut.api.repositories.exact_views import exact
from genonaut.db.counts import (
    CREATOR_TAGS,
    FACET,
    GEN_SOURCE,
    PRIVATE_FACET,
    PRIVATE_SOURCE,
    PRIVATE_TAGS,
    TAG_CARDINALITY,
)
from genonaut.db.schema import PARTITIONS, SourceType, Tag
from genonaut.db.schema import User as Creator


class Series(Protocol):
    """The counts of a facet."""

    facet: FacetName
    kind: Any
    """The type of its values."""

    def numbers(self, term: Term, *, of_parameters: bool, spread: bool) -> Select[Any]:
        """A term's counts, as `number`, by `value`: of all, or of those that a parameter has.

        Where items are spread, a value may have several, to be added up.
        """

    def wanted(self, source_type: SourceType, values: Sequence[Any]) -> list[Any]:
        """These values as the parameter that `among` names."""

    def largest(self, source_type: SourceType, limit: int) -> Select[Any]:
        """The values with the largest stored counts of all items, and these."""

    def changed(self) -> Select[Any]:
        """The values that the ledger has."""

    def named(self, values: Any) -> tuple[Any, Any]:  # noqa: ANN401
        """What `values` are joined to for their names, and the name."""


def among(facet: FacetName, source_type: SourceType) -> str:
    """The name of the parameter that has the values of a facet."""
    return f"{facet}_{source_type}"


def _counts(name: str, category: str, kind: Any) -> Any:  # noqa: ANN401
    return table(name, column("user_id", Uuid), column(category, kind), column("count", BigInteger))


def _is_of(counts: Any, user: User | None) -> ColumnElement[bool]:  # noqa: ANN401
    column: ColumnElement[Any] = counts.c.user_id
    return column.is_(None) if user is None else column == bindparam(user, type_=Uuid)


def _wanted(series: Series, term: Term, stored: ColumnElement[Any]) -> ColumnElement[bool]:
    # As an array: PostgreSQL takes it into the views, which it would not do with a join.
    values = bindparam(among(series.facet, term.source_type), type_=ARRAY(series.kind))
    return stored == any_(values)


class _OfText:
    """Models, LoRAs, samplers and months: they are counted as `items model flux-dev`."""

    kind = Text
    _COUNTS: ClassVar = {False: FACET, True: PRIVATE_FACET}
    _STORED = _counts("facet_stats", "facet", Text)
    _LEDGER = table("facet_deltas", column("facet", Text))

    def __init__(self, facet: FacetName) -> None:
        self.facet = facet

    def numbers(self, term: Term, *, of_parameters: bool, spread: bool) -> Select[Any]:
        view = exact(self._COUNTS[term.private], Uuid, Text, spread=spread)
        facet, source_type = view.c.facet, term.source_type
        found = select(self._value(facet, source_type), view.c.count.label("number"))
        found = found.where(_is_of(view, term.user), *self._begins(facet, source_type))
        return found.where(_wanted(self, term, facet)) if of_parameters else found

    def wanted(self, source_type: SourceType, values: Sequence[Any]) -> list[Any]:
        return [f"{PARTITIONS[source_type]} {self.facet} {value}" for value in values]

    def largest(self, source_type: SourceType, limit: int) -> Select[Any]:
        facet, count = self._STORED.c.facet, self._STORED.c.count
        found = select(self._value(facet, source_type), count.label("number"))
        found = found.where(_is_of(self._STORED, None), *self._begins(facet, source_type))
        return found.order_by(count.desc()).limit(limit)

    def changed(self) -> Select[Any]:
        facet = self._LEDGER.c.facet
        behind = func.length(func.split_part(facet, " ", 1)) + len(self.facet) + 3
        value = func.substr(facet, behind, type_=Text).label("value")
        return select(value).where(func.split_part(facet, " ", 2) == self.facet).distinct()

    def named(self, values: Any) -> tuple[Any, Any]:  # noqa: ANN401
        return values, values.c.value

    def _begins(
        self, facet: ColumnElement[str], source_type: SourceType
    ) -> Iterator[ColumnElement[bool]]:
        # Written out as in the index `idx_facet_largest`, so that it is found.
        for place, part in ((1, PARTITIONS[source_type]), (2, self.facet)):
            blank: ColumnElement[str] = literal_column("' '")
            found = func.split_part(facet, blank, literal_column(str(place)))
            yield found == literal_column(f"'{part}'")

    def _value(self, facet: ColumnElement[str], source_type: SourceType) -> ColumnElement[str]:
        behind = len(f"{PARTITIONS[source_type]} {self.facet} ") + 1
        return func.substr(facet, behind, type_=Text).label("value")


class _OfTags:
    """Tags: how many items carry each, and how many of each creator's."""

    facet: FacetName = "tag"
    kind = Uuid
    _STORED = table(
        "tag_cardinality_stats",
        column("tag_id", Uuid),
        column("content_source", String),
        column("cardinality", BigInteger),
    )
    _LEDGER = table("tag_cardinality_deltas", column("tag_id", Uuid))
    _OF_USERS: ClassVar = {False: CREATOR_TAGS, True: PRIVATE_TAGS}

    def numbers(self, term: Term, *, of_parameters: bool, spread: bool) -> Select[Any]:
        if term.user is None and not term.private:
            view = exact(TAG_CARDINALITY, Uuid, String, spread=spread)
            tag, number = view.c.tag_id, view.c.cardinality
            is_of = view.c.content_source == term.source_type
        else:
            of_users = self._OF_USERS[term.private][term.source_type]
            view = exact(of_users, Uuid, Uuid, spread=spread)
            tag, number, is_of = view.c.tag_id, view.c.count, _is_of(view, term.user)
        found = select(tag.label("value"), number.label("number")).where(is_of)
        return found.where(_wanted(self, term, tag)) if of_parameters else found

    def wanted(self, source_type: SourceType, values: Sequence[Any]) -> list[Any]:  # noqa: ARG002
        return list(values)

    def largest(self, source_type: SourceType, limit: int) -> Select[Any]:
        stored = self._STORED.c
        found = select(stored.tag_id.label("value"), stored.cardinality.label("number"))
        found = found.where(stored.content_source == source_type)
        return found.order_by(stored.cardinality.desc()).limit(limit)

    def changed(self) -> Select[Any]:
        return select(self._LEDGER.c.tag_id.label("value")).distinct()

    def named(self, values: Any) -> tuple[Any, Any]:  # noqa: ANN401
        return values.join(Tag, Tag.id == values.c.value), Tag.name


class _OfCreators:
    """Creators: the counts by source, of each of them."""

    facet: FacetName = "creator"
    kind = Uuid
    _COUNTS: ClassVar = {False: GEN_SOURCE, True: PRIVATE_SOURCE}
    _STORED = _counts("gen_source_stats", "source_type", String)
    _LEDGER = table("gen_source_deltas", column("user_id", Uuid))

    def numbers(self, term: Term, *, of_parameters: bool, spread: bool) -> Select[Any]:
        view = exact(self._COUNTS[term.private], Uuid, String, spread=spread)
        user = view.c.user_id
        is_of = user.is_not(None) if term.user is None else _is_of(view, term.user)
        found = select(user.label("value"), view.c.count.label("number"))
        found = found.where(is_of, view.c.source_type == term.source_type)
        return found.where(_wanted(self, term, user)) if of_parameters else found

    def wanted(self, source_type: SourceType, values: Sequence[Any]) -> list[Any]:  # noqa: ARG002
        return list(values)

    def largest(self, source_type: SourceType, limit: int) -> Select[Any]:
        user, count = self._STORED.c.user_id, self._STORED.c.count
        found = select(user.label("value"), count.label("number"))
        found = found.where(user.is_not(None), self._STORED.c.source_type == source_type)
        return found.order_by(count.desc()).limit(limit)

    def changed(self) -> Select[Any]:
        user = self._LEDGER.c.user_id
        return select(user.label("value")).where(user.is_not(None)).distinct()

    def named(self, values: Any) -> tuple[Any, Any]:  # noqa: ANN401
        return values.join(Creator, Creator.id == values.c.value), Creator.username


_OF_TEXT: tuple[FacetName, ...] = ("model", "lora", "sampler", "month")
_SERIES: tuple[Series, ...] = (*map(_OfText, _OF_TEXT), _OfTags(), _OfCreators())
SERIES: dict[FacetName, Series] = {series.facet: series for series in _SERIES}
