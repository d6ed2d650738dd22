"""The four counts as JSON, for the routes that send them thousands of times a second."""

from datetime import datetime
from functools import lru_cache
from typing import Final, Literal

from genonaut.api.schemas.content import StatsOut
from genonaut.db.gen_source_counts import ViewerCounts
from genonaut.db.positions import ServerKind

_OWN: Final = b'{"user_regular_count":%d,"user_auto_count":%d,'


def counts_as_json(counts: ViewerCounts) -> bytes:
    """What `StatsOut` would write."""
    rest = _community_as_json(
        counts.community_regular_count,
        counts.community_auto_count,
        counts.source,
        counts.as_of,
        counts.verified_at,
        counts.one_moment,
        counts.read_from,
        counts.position,
    )
    return _OWN % (counts.user_regular_count, counts.user_auto_count) + rest


@lru_cache(maxsize=64)
def _community_as_json(
    regular: int,
    auto: int,
    source: Literal["cache", "live"],
    as_of: datetime,
    verified_at: datetime | None,
    one_moment: bool,
    read_from: ServerKind | None,
    position: str | None,
) -> bytes:
    """What is behind a user's own counts: made once for all requests that share a query."""
    whole = StatsOut(
        user_regular_count=0,
        user_auto_count=0,
        community_regular_count=regular,
        community_auto_count=auto,
        exact=True,
        source=source,
        as_of=as_of,
        verified_at=verified_at,
        one_moment=one_moment,
        read_from=read_from,
        position=position,
    )
    return whole.model_dump_json().encode().removeprefix(_OWN % (0, 0))
