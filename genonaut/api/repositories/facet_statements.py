"""The statements about facets, put together from terms; remembered, as those of the gallery are."""

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    union_all,
)

from genonaut.api.gallery.facets import FacetName
from genonaut.api.gallery.told import Term
from genonaut.api.repositories.facet_series import SERIES, Series
from genonaut.db.schema import SourceType

PART: Final = "part"
_REMEMBERED: Final = 64


@lru_cache(_REMEMBERED)
def candidates(
    facets: tuple[FacetName, ...], source_types: tuple[SourceType, ...], limit: int
) -> CompoundSelect[Any]:
    """Values that may have the largest sums: facet, value, and the stored count with its source.

    Those that the ledger has come without them.
    """
    branches: list[Select[Any]] = []
    for facet in facets:
        series = SERIES[facet]
        for source_type in source_types:
            found = series.largest(source_type, limit).subquery()
            source: ColumnElement[Any] = literal(source_type, String)
            branches.append(_row(facet, found.c.value, source, found.c.number))
        changed = series.changed().subquery()
        nothing = cast(None, String), cast(None, BigInteger)
        branches.append(_row(facet, changed.c.value, *nothing))
    return union_all(*branches)


@lru_cache(_REMEMBERED)
def largest_sums(
    facets: tuple[FacetName, ...],
    terms: tuple[Term, ...],
    limit: int,
    *,
    of_parameters: bool,
    has_part: bool = False,
    spread: bool = False,
) -> CompoundSelect[Any]:
    """The values of each facet with the largest sums above zero: facet, value, name and number.

    Of months, it is the newest. With `of_parameters`, of the values that are parameters. With
    a part, of those whose name has it.
    """
    return union_all(
        *(
            _largest(
                SERIES[facet],
                _sums(SERIES[facet], terms, of_parameters=of_parameters, spread=spread),
                limit,
                has_part=has_part,
            )
            for facet in facets
        )
    )


@lru_cache(_REMEMBERED)
def one_sum(facet: FacetName, terms: tuple[Term, ...], *, spread: bool = False) -> Select[Any]:
    """The sum of the values that are parameters."""
    sums = _sums(SERIES[facet], terms, of_parameters=True, spread=spread)
    return select(cast(func.coalesce(func.sum(sums.c.number), 0), BigInteger))


def _row(facet: FacetName, value: ColumnElement[Any], *others: ColumnElement[Any]) -> Select[Any]:
    return select(literal(facet, String).label("facet"), cast(value, Text).label("value"), *others)


def _sums(series: Series, terms: tuple[Term, ...], *, of_parameters: bool, spread: bool) -> Any:  # noqa: ANN401
    signed = []
    for term in terms:
        found = series.numbers(term, of_parameters=of_parameters, spread=spread).subquery()
        signed.append(select(found.c.value, (term.sign * found.c.number).label("number")))
    parts = union_all(*signed).subquery()
    total = func.sum(parts.c.number)
    return (
        select(parts.c.value, cast(total, BigInteger).label("number"))
        .group_by(parts.c.value)
        .having(total > 0)
        .subquery("sums")
    )


def _largest(series: Series, sums: Any, limit: int, *, has_part: bool) -> Select[Any]:  # noqa: ANN401
    rows, name = series.named(sums)
    found = _row(series.facet, sums.c.value, cast(name, Text).label("name"), sums.c.number)
    found = found.select_from(rows)
    if has_part:
        part = func.lower(bindparam(PART, type_=Text))
        found = found.where(func.strpos(func.lower(name), part) > 0)
    by_number = (sums.c.number.desc(), name)
    found = found.order_by(*([sums.c.value.desc()] if series.facet == "month" else by_number))
    return select(found.limit(limit).subquery())
