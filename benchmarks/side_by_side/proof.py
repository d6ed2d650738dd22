"""What a contestant reports, compared with a recount."""

from typing import NamedTuple
from uuid import UUID

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.gallery import COMMUNITY, RECOUNT, Connection, Counts, true_counts
from genonaut.errors import GenonautError

# One statement, so one snapshot.
DIFFERENCES = f"""
WITH reported AS (
    SELECT coalesce(user_id, '{COMMUNITY}') AS user_id, source_type, count FROM (%s) AS counts
    WHERE count <> 0
),
recount AS ({RECOUNT})
SELECT user_id, source_type::text, coalesce(reported.count, 0), coalesce(recount.count, 0)
FROM reported FULL JOIN recount USING (user_id, source_type)
WHERE reported.count IS DISTINCT FROM recount.count
"""


class WrongAnswerError(GenonautError):
    """A contestant gave a wrong answer, so the whole run has no results."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"The contestant {name!r} {what}. There are no results.")


class Difference(NamedTuple):
    """A wrong count; the community's user is `COMMUNITY`."""

    user: UUID
    source: str
    reported: int
    true: int

    @property
    def error(self) -> int:
        return abs(self.reported - self.true)


def differences(contestant: Contestant, connection: Connection) -> list[Difference]:
    """All wrong counts.

    Counts outside the database are compared with one recount before and one after, and anything
    between the two is right.
    """
    if contestant.reported_by is None:
        before = true_counts(connection)
        reported = contestant.reported(connection)
        return _outside(reported, before, true_counts(connection))
    rows = connection.execute(DIFFERENCES % contestant.reported_by).fetchall()
    return [Difference(*row) for row in rows]  # type: ignore[arg-type]


def _outside(reported: Counts, before: Counts, after: Counts) -> list[Difference]:
    wrong = []
    for key in reported.keys() | before.keys() | after.keys():
        low, high = sorted((before.get(key, 0), after.get(key, 0)))
        number = reported.get(key, 0)
        if not low <= number <= high:
            wrong.append(Difference(*key, number, low if number < low else high))
    return wrong


def largest_error(contestant: Contestant, connection: Connection) -> int:
    """The error of the worst count."""
    return max((each.error for each in differences(contestant, connection)), default=0)


def prove(contestant: Contestant, connection: Connection) -> None:
    """Raises WrongAnswerError, which names the largest error, unless every count is right."""
    wrong = differences(contestant, connection)
    if wrong:
        worst = max(wrong, key=lambda each: each.error)
        raise WrongAnswerError(
            contestant.name,
            f"reports {len(wrong):,} wrong counts, the worst being {worst.source} of "
            f"{worst.user}: {worst.reported:,} instead of {worst.true:,} "
            f"({worst.reported - worst.true:+,})",
        )


def prove_written(
    contestant: Contestant, connection: Connection, found: int, acknowledged: int
) -> None:
    """Raises WrongAnswerError unless all rows that were acknowledged are there, and counted."""
    if found != acknowledged:
        wrong = f"has {found:,} new rows, where {acknowledged:,} were acknowledged"
        raise WrongAnswerError(contestant.name, wrong)
    if not contestant.answers_from_memory:
        prove(contestant, connection)
