"""What the gallery's counts are on Citus: the same declarations, spread by an item's creator."""

from dataclasses import replace
from functools import cache

from genonaut.counting.declaration import CachedCount, Part
from genonaut.db.counts import ALBUM, COUNTS

SPREAD_BY = "creator_id"
HERE = "__here"
"""What a table's name ends with where the shard is meant; `in_part` puts the name in its place."""


@cache
def spread(count: CachedCount) -> CachedCount:
    """A count as its readers have it.

    That of albums lies in one place: albums are few, each node has all of them, and the coordinator
    counts its own. It has no owner, since its stored counts could not be in one statement with what
    every node has; a user's albums leave with the user.
    """
    if count is ALBUM:
        return replace(count, key=replace(count.key, owner="", owner_name=""))
    return replace(count, spread=SPREAD_BY)


@cache
def in_part(count: CachedCount) -> CachedCount:
    """A spread count as a part's own functions have it."""
    here = count.tables
    key = count.key
    return replace(
        count,
        key=replace(key, owner=key.owner and f"{key.owner}{HERE}"),
        part=Part(
            counted=f"{here.counted}{HERE}",
            table=f"{here.table}{HERE}",
            ledger=f"{here.ledger}{HERE}",
            home=f"home{HERE}",
        ),
    )


SPREAD = {name: spread(count) for name, count in COUNTS.items()}
