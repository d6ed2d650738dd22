"""A viewer's four counts, as the statements `read` and `read_live` give them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

READ_MANY = """
WITH entries AS MATERIALIZED (
    SELECT
        CASE WHEN user_id = ANY (%(keys)s::uuid[]) THEN user_id END AS user_id,
        source_type,
        sum(delta)::bigint AS amount,
        count(*) AS rows
    FROM gen_source_deltas
    GROUP BY 1, 2
)
SELECT exact.user_id AS key, exact.source_type AS category, exact.count AS count, snapshot.*
FROM (
    SELECT
        (SELECT coalesce(sum(rows), 0)::bigint FROM entries) AS ledger_rows,
        statement_timestamp() AS as_of,
        (SELECT started_at FROM gen_source_refreshes
          WHERE outcome <> 'failed' ORDER BY id DESC LIMIT 1) AS verified_at
) AS snapshot
LEFT JOIN (
    SELECT user_id, source_type, sum(count)::bigint AS count
    FROM (
        SELECT user_id, source_type, count FROM gen_source_stats
        WHERE user_id = ANY (%(keys)s::uuid[])
        UNION ALL
        SELECT user_id, source_type, amount FROM entries WHERE user_id IS NOT NULL
        UNION ALL
        SELECT user_id, source_type, count FROM gen_source_stats WHERE user_id IS NULL
        UNION ALL
        SELECT NULL, source_type, amount FROM entries
    ) AS stored_and_ledger
    GROUP BY user_id, source_type
) AS exact ON true
"""


@dataclass(frozen=True)
class Reading:
    counts: Counter[tuple[Any, str]]
    ledger_rows: int
    as_of: datetime
    verified_at: datetime | None


def reading(rows: Iterable[Any]) -> Reading:
    *_, last = found = list(rows)
    counts = Counter({(row.key, row.category): row.count for row in found if row.category})
    return Reading(counts, last.ledger_rows, last.as_of, last.verified_at)


@dataclass(frozen=True)
class GenSourceCounts:
    """Counts on one snapshot, taken at `as_of`.

    `ledger_rows` says how much had to be added to the stored counts; `verified_at` when they were
    last compared with the truth, and None if they were never built.
    """

    user_regular: int
    user_auto: int
    community_regular: int
    community_auto: int
    ledger_rows: int
    as_of: datetime
    verified_at: datetime | None

    @classmethod
    def of(cls, user_id: UUID | None, reading: Reading) -> "GenSourceCounts":
        return cls(
            user_regular=reading.counts[user_id, "regular"] if user_id else 0,
            user_auto=reading.counts[user_id, "auto"] if user_id else 0,
            community_regular=reading.counts[None, "regular"],
            community_auto=reading.counts[None, "auto"],
            ledger_rows=reading.ledger_rows,
            as_of=reading.as_of,
            verified_at=reading.verified_at,
        )
