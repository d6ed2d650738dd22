"""Items by how they were made: the model and the seed that their metadata name."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column

from genonaut.api.gallery.query import LONGEST_MODEL, LONGEST_SEED


def made_with(item: Any, model: str, seed: str) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401
    """Whether an item was made with these; an empty one is not asked for.

    Written as in migration 0005_settings, so that the indexes are found. They hold beginnings only:
    an item may have a megabyte there, and an entry of an index has two kilobytes.
    """
    for key, longest, wanted in (("model", LONGEST_MODEL, model), ("seed", LONGEST_SEED, seed)):
        if wanted:
            name: ColumnElement[str] = literal_column(f"'{key}'")
            length: ColumnElement[int] = literal_column(str(longest))
            yield func.left(item.item_metadata.op("->>")(name), length) == wanted[:longest]
