"""The growth of the gallery: the statements. They read counts and the record of refreshes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

# The first, the last, and as many between as fit.
_TOTALS = text("""
WITH numbered AS (
    SELECT started_at, totals,
           row_number() OVER (ORDER BY id) AS number, count(*) OVER () AS of
    FROM gen_source_refreshes
    WHERE outcome <> 'failed' AND totals ?& ARRAY['regular', 'auto']
)
SELECT started_at AS at,
       (totals ->> 'regular')::bigint AS regular, (totals ->> 'auto')::bigint AS auto
FROM numbered
WHERE number IN (1, of) OR number % (of / :points + 1) = 0
ORDER BY number
""")

_REFRESHES = text("""
SELECT started_at, duration_seconds AS seconds, requested_by, outcome,
       rows_checked, rows_wrong, largest_error
FROM gen_source_refreshes
ORDER BY id DESC
LIMIT :number
""")

_LARGEST_CREATORS = text("""
WITH largest AS (
    SELECT user_id, sum(count) FILTER (WHERE source_type = 'regular') AS regular,
           sum(count) FILTER (WHERE source_type = 'auto') AS auto
    FROM gen_source_counts
    WHERE user_id IS NOT NULL
    GROUP BY user_id
    ORDER BY sum(count) DESC, user_id
    LIMIT :number
)
SELECT users.id, users.username AS name,
       coalesce(regular, 0)::bigint AS regular, coalesce(auto, 0)::bigint AS auto
FROM largest JOIN users ON users.id = largest.user_id
ORDER BY coalesce(regular, 0) + coalesce(auto, 0) DESC, users.username
""")


class GrowthRepository:
    """Reads how the gallery grew."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def totals(self, points: int) -> Sequence[Row[Any]]:
        """Community totals at about so many refreshes, the oldest first."""
        return self._session.execute(_TOTALS, {"points": points}).all()

    def refreshes(self, number: int) -> Sequence[Row[Any]]:
        """The last refreshes, the newest first."""
        return self._session.execute(_REFRESHES, {"number": number}).all()

    def largest_creators(self, number: int) -> Sequence[Row[Any]]:
        """Who made most, by the counts."""
        return self._session.execute(_LARGEST_CREATORS, {"number": number}).all()
