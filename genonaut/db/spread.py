"""Whether an engine spreads the gallery over machines, and what lies together on one of them.

On one database everything does.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Final
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Pool, text

_KNOWN: Final = WeakKeyDictionary[Pool, bool]()
_HAS_ENGINE: Final = text("SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL")
_IS_SPREAD: Final = text(
    "SELECT EXISTS (SELECT FROM pg_dist_partition"
    " WHERE logicalrelid = to_regclass('public.content_items_all') AND partmethod = 'h')"
)
_PLACES: Final = text(
    "SELECT get_shard_id_for_distribution_column('public.content_items_all', creator), creator"
    " FROM unnest(CAST(:creators AS uuid[])) AS creator ORDER BY 1, 2"
)


def is_spread(connection: Connection) -> bool:
    """Whether items are spread by their creators; asked once for each pool of connections."""
    pool = connection.engine.pool
    if pool not in _KNOWN:
        has_engine = connection.execute(_HAS_ENGINE).scalar_one()
        _KNOWN[pool] = bool(has_engine and connection.execute(_IS_SPREAD).scalar_one())
    return _KNOWN[pool]


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
