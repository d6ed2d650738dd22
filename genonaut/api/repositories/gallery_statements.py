"""The gallery's statements, put together from filters and an order.

They are remembered by their form: the pages of a list differ in their parameters alone.
"""

from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    and_,
    func,
    literal_column,
    select,
    union_all,
)

from genonaut.api.gallery.filters import Filters, Scope
from genonaut.api.repositories.content_repository import (
    LONGEST_CONTENT_LISTED,
    MOST_METADATA_LISTED,
    listed_columns,
)
from genonaut.api.repositories.gallery_conditions import TABLES, all_conditions, tagged_refs
from genonaut.api.repositories.gallery_forms import Form
from genonaut.api.repositories.gallery_keys import keys
from genonaut.db.schema import ContentItemAll, SourceType, User

_REMEMBERED: Final = 64  # some 50 kB each


@lru_cache(_REMEMBERED)
def items(form: Form, *, with_metadata: bool) -> Select[Any]:
    """The items of a window, with their creators' names, in order."""
    found = keys(form)
    return (
        select(
            *listed_columns(with_metadata=with_metadata), User.username.label("creator_username")
        )
        .select_from(found)
        .join(ContentItemAll, _is_key(found))
        .join(User, User.id == ContentItemAll.creator_id)
        .order_by(*form.order.by(found.c.value, found.c.id))
    )


@lru_cache(_REMEMBERED)
def ids(form: Form) -> Select[Any]:
    """The ids of a window's items."""
    return select(keys(form).c.id)


def size(form: Form) -> Select[Any]:
    """How many bytes the texts of a window's items have, without reading them."""
    found = keys(form)
    content = func.least(func.octet_length(ContentItemAll.content_data), LONGEST_CONTENT_LISTED)
    metadata = func.least(func.pg_column_size(ContentItemAll.item_metadata), MOST_METADATA_LISTED)
    texts = func.octet_length(ContentItemAll.prompt) + content + metadata
    return (
        select(func.coalesce(func.sum(texts), 0))
        .select_from(found)
        .join(ContentItemAll, _is_key(found))
    )


def _is_key(keys: Subquery) -> ColumnElement[bool]:
    return and_(ContentItemAll.id == keys.c.id, ContentItemAll.source_type == keys.c.source_type)


def all_matches(filters: Filters) -> CompoundSelect[Any]:
    """A row for every item that matches, for counting."""
    return union_all(*(_match(filters, source_type) for source_type in filters.scopes))


def number(filters: Filters) -> Select[Any]:
    """How many items match. Where items are spread, each part counts its own."""
    matches = (_match(filters, source_type).subquery() for source_type in filters.scopes)
    counts = [select(func.count()).select_from(each).scalar_subquery() for each in matches]
    return select(sum(counts[1:], counts[0]))


def _match(filters: Filters, source_type: SourceType) -> Select[Any]:
    others = filters.sought or filters.has_settings or filters.shelves
    only_tags = filters.tags and not others
    if only_tags and filters.scopes[source_type] is Scope.ALL:
        # The tags know it alone: an item that carries one is there.
        carrying = tagged_refs(filters, source_type).subquery()
        return select(literal_column("1")).select_from(carrying)
    conditions = all_conditions(filters, source_type)
    return select(literal_column("1")).select_from(TABLES[source_type]).where(*conditions)
