"""What is sought, as conditions on items. List and total both use these: they cannot disagree.

Where items are collected, the index of words finds those that have all of them, and only what it
cannot decide is looked for in the text. On a walk each item's text is looked at, which takes less
time than to take it apart as for the index. Both say the same: what a word is, the functions of
migration 0013_search decide for the two of them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Exists,
    String,
    Text,
    all_,
    any_,
    cast,
    func,
    literal,
    not_,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from genonaut.api.gallery.item_refs import ItemRef
from genonaut.api.gallery.searching.sought import Sought
from genonaut.api.gallery.tagged import carries
from genonaut.db.schema import PRIVATE, PUBLIC


def matches(sought: Sought, item: Any, *, on_a_walk: bool) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """Whether an item is what is sought."""
    yield from _has_texts(sought, item, on_a_walk=on_a_walk)
    if sought.settings:
        settings = func.search_settings(item.item_metadata)
        yield settings.bool_op("@@")(cast(literal(sought.settings, Text), TSQUERY))
    if sought.since:
        yield item.created_at >= literal(sought.since, DateTime(timezone=True))
    if (sought.since or sought.until) and not on_a_walk:
        # True of each item; the index of times begins with it.
        yield item.visibility.in_([PUBLIC, PRIVATE])
    if sought.until:
        yield item.created_at < literal(sought.until, DateTime(timezone=True))
    if sought.visibility:
        # Written out, as the planner has to know how many these are.
        yield item.visibility == literal(sought.visibility, String, literal_execute=True)
    yield from _is_by(sought, item)
    for group in sought.carries:
        yield _carries(item, group, fence=on_a_walk)
    if sought.lacks:
        yield not_(_carries(item, sought.lacks, fence=on_a_walk))


def has_terms(item: Any, terms: str) -> ColumnElement[bool]:  # noqa: ANN401
    """Whether an item has all words of a query, as the index knows them."""
    found = func.search_terms(item.title, item.prompt)
    return found.bool_op("@@")(cast(literal(terms, Text), TSQUERY))


def _has_texts(
    sought: Sought,
    item: Any,  # noqa: ANN401
    *,
    on_a_walk: bool,
) -> Iterator[ColumnElement[bool]]:
    line = func.search_line(item.title, item.prompt)
    needed: Sequence[str] = sought.lines
    if not on_a_walk:
        if sought.terms:
            yield has_terms(item, sought.terms)
        # Each by itself, for the index of parts of words.
        yield from (line.like(part) for part in sought.parts)
        needed = sought.checked
    if needed:
        yield line.bool_op("LIKE")(all_(literal(list(needed), ARRAY(Text))))
    if sought.without:
        yield not_(line.bool_op("LIKE")(any_(literal(list(sought.without), ARRAY(Text)))))


def _is_by(sought: Sought, item: Any) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    if sought.by:
        yield item.creator_id.in_(sought.by)
    yield from (item.creator_id != creator for creator in sought.not_by)


def _carries(item: Any, tags: Sequence[Any], *, fence: bool) -> Exists:  # noqa: ANN401
    return carries(ItemRef.of_item(item), item.source_type, tags, fence=fence)
