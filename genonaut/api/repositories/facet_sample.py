"""Facets of a list that no count knows: counted among its first items, of which there are few."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    Select,
    String,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from genonaut.api.gallery.facets import FacetQuery, FacetValue
from genonaut.api.gallery.filters import Filters
from genonaut.api.gallery.item_refs import ItemRef, is_about
from genonaut.api.gallery.orders import Order
from genonaut.api.gallery.pager import Window
from genonaut.api.repositories.facet_statements import PART
from genonaut.api.repositories.gallery_forms import Form
from genonaut.api.repositories.gallery_keys import keys
from genonaut.db.driver import time_limit
from genonaut.db.schema import PARTITIONS, REGULAR, ContentItemAll, ContentTag, Tag, User
from genonaut.db.spread import is_spread

SAMPLE: Final = 2_000
"""Items."""
_NEWEST: Final = Order("created_at", descending=True)


@dataclass(frozen=True, slots=True)
class Sample:
    """The first items of a list: its filters, its user, and how they are found."""

    filters: Filters
    user_id: UUID | None
    collect: bool


def sampled(
    session: Session, sample: Sample, asked: FacetQuery, seconds: float
) -> list[FacetValue] | None:
    """The values of the first items of a list; None if that takes longer than `seconds`.

    One more of each facet than was asked for, if there is one.
    """
    window = Window(SAMPLE)
    spread = is_spread(session.connection())
    form = Form.of(sample.filters, _NEWEST, window, collect=sample.collect, spread=spread)
    given = form.parameters(window) | {"user": sample.user_id}
    given |= {"facets": list(asked.facets), "most": asked.limit + 1, PART: asked.part}
    found: list[FacetValue] = []
    known = False
    with time_limit(session, seconds):
        found += (FacetValue(*row) for row in session.execute(_largest(form), given))
        known = True
    return found if known else None


def _largest(form: Form) -> Select[Any]:
    counted = _counted(form).subquery("counted")
    number, name = counted.c.number, counted.c.name
    # Months from the newest on, sources as the switches stand, and the others from the largest.
    natural = case((counted.c.facet.in_(("month", "source")), counted.c.value))
    order = (natural.desc().nulls_last(), number.desc(), name)
    place = func.row_number().over(partition_by=counted.c.facet, order_by=order)
    ranked = select(counted, place.label("place")).where(
        counted.c.facet == func.any_(bindparam("facets", type_=ARRAY(Text))),
        func.strpos(func.lower(name), func.lower(bindparam(PART, type_=Text))) > 0,
    )
    found = ranked.subquery("ranked")
    columns = found.c.facet, found.c.value, found.c.name, found.c.number
    most = bindparam("most", type_=BigInteger)
    return select(*columns).where(found.c.place <= most).order_by(found.c.facet, found.c.place)


def _counted(form: Form) -> Select[Any]:
    """A row for each value: facet, value, name, and how many of the first items have it."""
    found = keys(form)
    item = ContentItemAll
    is_item = and_(item.id == found.c.id, item.source_type == found.c.source_type)
    values = item.creator_id, item.created_at, item.item_metadata
    sample = (
        select(item.id, item.source_type, *values)
        .select_from(found)
        .join(item, is_item)
        .cte("sample")
        .prefix_with("MATERIALIZED")
    )
    parts = union_all(
        _texts(sample), _sources(sample.c), _tags(sample), _creators(sample)
    ).subquery("parts")
    return select(parts, func.count().label("number")).group_by(*parts.c)


def _texts(sample: CTE) -> Select[Any]:
    returned = func.content_facets("", sample.c.created_at, sample.c.item_metadata)
    values = returned.table_valued(column("facet", Text), name="returned").render_derived()
    each = select(values.c.facet).distinct().correlate(sample).lateral("each_value")
    facet = func.split_part(each.c.facet, " ", 2)
    value = func.substr(each.c.facet, func.length(facet) + 3, type_=Text)
    rows = select(facet.label("facet"), value.label("value"), value.label("name"))
    return rows.select_from(sample.join(each, literal(True))).where(each.c.facet.is_not(None))


def _sources(sample: Any) -> Select[str, str, str]:  # noqa: ANN401
    is_own = sample.creator_id == bindparam("user", type_=Uuid)
    is_regular = sample.source_type == PARTITIONS[REGULAR]
    value, name = (
        case((is_own, own), else_=others).concat(case((is_regular, regular), else_=auto))
        for own, others, regular, auto in (
            ("user", "community", "-regular", "-auto"),
            ("Your", "Community", " gens", " auto-gens"),
        )
    )
    return _row("source", value, name)


def _tags(sample: CTE) -> Select[str, str, str]:
    item, tag = sample.c, ContentTag
    is_of = and_(*is_about(tag, ItemRef.of_item(item)), tag.source_type == item.source_type)
    rows = sample.join(tag, is_of).join(Tag, Tag.id == ContentTag.tag_id)
    return _row("tag", Tag.id, Tag.name).select_from(rows)


def _creators(sample: CTE) -> Select[str, str, str]:
    rows = sample.join(User, User.id == sample.c.creator_id)
    return _row("creator", User.id, User.username).select_from(rows)


def _row(facet: str, value: Any, name: Any) -> Select[str, str, str]:  # noqa: ANN401
    return select(literal(facet, String), cast(value, Text), cast(name, Text))
