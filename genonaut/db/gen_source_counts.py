"""A viewer's four counts, out of a reading of `GEN_SOURCE`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from genonaut.counting.engine import Reading
from genonaut.db.schema import AUTO, REGULAR


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
        """Without a user, the two counts of a user are 0."""
        return cls(
            user_regular=reading.counts[user_id, REGULAR] if user_id else 0,
            user_auto=reading.counts[user_id, AUTO] if user_id else 0,
            community_regular=reading.counts[None, REGULAR],
            community_auto=reading.counts[None, AUTO],
            ledger_rows=reading.ledger_rows,
            as_of=reading.as_of,
            verified_at=reading.verified_at,
        )
