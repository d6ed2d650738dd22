"""How many items carry a tag, as a viewer is told: computed from the views of exact counts."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    String,
    Subquery,
    Uuid,
    any_,
    cast,
    func,
    literal,
    select,
    union_all,
)

from genonaut.api.repositories.exact_views import exact
from genonaut.content.viewer import Viewer
from genonaut.db.counts import PRIVATE_TAGS, TAG_CARDINALITY
from genonaut.db.schema import AUTO, REGULAR


def told_counts(
    viewer: Viewer, tag_ids: ColumnElement[Any] | None = None, *, spread: bool = False
) -> Subquery:
    """A row for each tag, or for each of an array of tags, that an item carries.

    A tag that only private items of others carry has a row of zeros.
    """
    of_all = exact(TAG_CARDINALITY, Uuid, String, spread=spread).c
    columns = of_all.content_source.label("source"), of_all.cardinality.label("number")
    everything = select(of_all.tag_id, *columns)
    parts = [_of(everything, of_all.tag_id, tag_ids), *_hidden(viewer, tag_ids, spread=spread)]
    found = union_all(*parts).subquery("parts")
    total = func.sum(found.c.number)
    return (
        select(
            found.c.tag_id,
            cast(total.filter(found.c.source == REGULAR), BigInteger).label("regular"),
            cast(total.filter(found.c.source == AUTO), BigInteger).label("auto"),
            cast(total, BigInteger).label("total"),
        )
        .group_by(found.c.tag_id)
        .subquery("told")
    )


def hidden_counts(
    viewer: Viewer, tags: Collection[UUID], *, spread: bool = False
) -> Select[Any] | None:
    """By tag and source, minus the number of items that the viewer may not see; to be added up.

    None if the viewer sees all.
    """
    parts = list(_hidden(viewer, literal(list(tags), ARRAY(Uuid)), spread=spread))
    return select(union_all(*parts).subquery("hidden")) if parts else None


def _hidden(
    viewer: Viewer, tag_ids: ColumnElement[Any] | None, *, spread: bool
) -> Iterator[Select[Any]]:
    """Minus the private items, and plus those of them that are the viewer's own."""
    if viewer.sees_all:
        return
    for source, count in PRIVATE_TAGS.items():
        private = exact(count, Uuid, Uuid, spread=spread)
        name: ColumnElement[str] = literal(source, String).label("source")
        number = private.c.count
        every = select(private.c.tag_id, name, (-number).label("number"))
        yield _of(every.where(private.c.user_id.is_(None)), private.c.tag_id, tag_ids)
        if viewer.user_id:
            own = select(private.c.tag_id, name, number.label("number"))
            own = own.where(private.c.user_id == viewer.user_id)
            yield _of(own, private.c.tag_id, tag_ids)


def _of(
    statement: Select[Any], tag: ColumnElement[UUID], tag_ids: ColumnElement[Any] | None
) -> Select[Any]:
    # As an array: PostgreSQL takes it into the views, which it would not do with a join.
    return statement if tag_ids is None else statement.where(tag == any_(tag_ids))
