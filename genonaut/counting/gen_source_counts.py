"""A viewer's four counts, as the statements `read` and `read_live` give them."""

from dataclasses import dataclass
from datetime import datetime


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
