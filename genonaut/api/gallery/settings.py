"""Items by how they were made: what their metadata name, and when it was.

Written as in the migrations 0005_settings and 0012_facets, so that the indexes are found. They hold
beginnings only: an item may have a megabyte there, and an entry of an index has two kilobytes.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, func, literal, literal_column

from genonaut.api.gallery.query import (
    LONGEST_MODEL,
    LONGEST_SAMPLER,
    LONGEST_SEED,
)

MONTH: Final = r"[1-8][0-9]{3}-(0[1-9]|1[0-2])"
"""What a month is like. Others are of no facet: neither Python nor the function has them."""


def made_with(item: Any, model: str, seed: str) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """Whether an item was made with these; an empty one is not asked for."""
    yield from _named(item, "model", LONGEST_MODEL, model)
    yield from _named(item, "seed", LONGEST_SEED, seed)


def with_sampler(item: Any, sampler: str) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """Whether an item was made with this sampler, if one is asked for."""
    yield from _named(item, "sampler", LONGEST_SAMPLER, sampler)


def with_lora(item: Any, lora: str) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """Whether an item was made with this LoRA, if one is asked for."""
    if lora:
        key: ColumnElement[str] = literal_column("'loras'")
        yield item.item_metadata.bool_op("?")(key)
        yield func.content_loras(item.item_metadata).bool_op("?")(literal(lora, Text))


def in_month(item: Any, month: str) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """Whether an item was created in this month in UTC, given as `2026-11`, if one is asked for."""
    if month:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        yield item.created_at >= first
        yield item.created_at < _next(first)


def _next(first: datetime) -> datetime:
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def _named(item: Any, key: str, longest: int, wanted: str) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    if wanted:
        name: ColumnElement[str] = literal_column(f"'{key}'")
        length: ColumnElement[int] = literal_column(str(longest))
        yield func.left(item.item_metadata.op("->>")(name), length) == wanted[:longest]
