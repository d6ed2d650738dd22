"""Whether an engine spreads the gallery over machines, and what lies together on one of them.

On one database everything does.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

from genonaut.counting.layout import LAYOUT

_PLACES: Final = text(
    "SELECT get_shard_id_for_distribution_column('public.content_items_all', creator), creator"
    " FROM unnest(CAST(:creators AS uuid[])) AS creator ORDER BY 1, 2"
)


def is_spread(connection: Connection) -> bool:
    """Whether items are spread by their creators."""
    return connection.get_execution_options().get(LAYOUT) is not None


def together(connection: Connection, creators: Collection[UUID]) -> list[list[UUID]]:
    """The creators whose items lie together, always in one order.

    A statement that locks rows can do so in one place only.
    """
    if len(creators) <= 1 or not is_spread(connection):
        return [sorted(creators)] if creators else []
    places = defaultdict[int, list[UUID]](list)
    for place, creator in connection.execute(_PLACES, {"creators": list(creators)}):
        places[place].append(creator)
    return list(places.values())
