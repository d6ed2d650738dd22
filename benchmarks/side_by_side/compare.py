"""What a contestant tells, beside what is true."""

from typing import NamedTuple
from uuid import UUID

from benchmarks.side_by_side.contestants import Contestant
from benchmarks.side_by_side.errors import WrongAnswerError
from benchmarks.side_by_side.gallery import NOBODY, TRUTH, Connection, Counts, truth

# One statement, so one snapshot.
DIFFERENCES = """
WITH told AS (
    SELECT coalesce(user_id, %(nobody)s) AS user_id, source_type, count FROM ({told}) AS counts
    WHERE count <> 0
),
truth AS ({truth})
SELECT user_id, source_type::text, coalesce(told.count, 0), coalesce(truth.count, 0)
FROM told FULL JOIN truth USING (user_id, source_type)
WHERE told.count IS DISTINCT FROM truth.count
"""


class Difference(NamedTuple):
    """A count that is told wrong; the community's user is `NOBODY`."""

    user: UUID
    source: str
    told: int
    true: int

    @property
    def error(self) -> int:
        return abs(self.told - self.true)


def differences(contestant: Contestant, connection: Connection) -> list[Difference]:
    """All counts that are told wrong.

    Who keeps counts outside of the database is compared with a recount before and one after, and
    anything between the two is right.
    """
    if contestant.told_by is None:
        before, told, after = truth(connection), contestant.told(connection), truth(connection)
        return _outside(told, before, after)
    statement = DIFFERENCES.format(told=contestant.told_by, truth=TRUTH)
    rows = connection.execute(statement, {"nobody": NOBODY}).fetchall()
    return [Difference(*row) for row in rows]  # type: ignore[arg-type]


def _outside(told: Counts, before: Counts, after: Counts) -> list[Difference]:
    found = []
    for user, source in told.keys() | before.keys() | after.keys():
        low, high = sorted((before.get((user, source), 0), after.get((user, source), 0)))
        number = told.get((user, source), 0)
        if not low <= number <= high:
            found.append(Difference(user, source, number, low if number < low else high))
    return found


def largest_error(contestant: Contestant, connection: Connection) -> int:
    """By how much the worst count is wrong."""
    return max((each.error for each in differences(contestant, connection)), default=0)


def prove(contestant: Contestant, connection: Connection) -> None:
    """Raises WrongAnswerError unless every count is right; it names the largest difference."""
    wrong = differences(contestant, connection)
    if wrong:
        worst = max(wrong, key=lambda each: each.error)
        raise WrongAnswerError(
            f"The contestant {contestant.name!r} tells {len(wrong):,} wrong counts, the worst "
            f"being {worst.source} of {worst.user}: {worst.told:,} instead of {worst.true:,} "
            f"({worst.told - worst.true:+,}). There are no results."
        )
