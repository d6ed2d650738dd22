"""Readers of a contestant's route: every response is compared with a recount."""

import time
from random import Random

from benchmarks.side_by_side.gallery import (
    USERS_WITHOUT_CONTENT,
    Counts,
    Four,
    Size,
    four,
    true_counts,
    user_id,
)
from benchmarks.side_by_side.load import http
from benchmarks.side_by_side.processes import Server
from benchmarks.side_by_side.proof import WrongAnswerError
from benchmarks.side_by_side.run import Participant, Run, percentiles

ROUTE = "/api/v1/content/stats/unified"
SAMPLE = 1000  # users in turn
QUIET_LOOKS = 5
CANCEL_OTHERS = """
SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'
"""


class Readers:
    """Readers of one gallery that is not written to."""

    def __init__(self, run: Run, size: Size) -> None:
        self._run = run
        self.size = size
        with run.stage.connect(run.stage.gallery(size)) as connection:
            self.true = true_counts(connection)

    def read(
        self,
        participant: Participant,
        servers: list[Server],
        connections: int,
        *,
        with_content: bool = True,
    ) -> dict[str, float | None]:
        """Have so many connections read the counts of users with content, or of those without.

        Returns the figures of a record.

        Raises:
            WrongAnswerError: a response was wrong.
        """
        users = self.size.users
        numbers = range(1, users + 1)
        if not with_content:
            numbers = range(users + 1, users + USERS_WITHOUT_CONTENT + 1)
        requests = _requests(numbers, self.true)
        figures = self.load(participant.name, servers, connections, requests)
        if figures["unanswered"]:
            _cancel_the_rest(participant)
        return figures

    def load(
        self,
        name: str,
        servers: list[Server],
        connections: int,
        requests: list[tuple[str, str]],
    ) -> dict[str, float | None]:
        """The figures of so many connections that send these requests in turn.

        Raises:
            WrongAnswerError: a response was wrong.
        """
        ports, seconds = [server.port for server in servers], self._run.profile.read_seconds
        load = http.Load(ports, connections, seconds, requests)
        before = sum(server.processor_seconds() for server in servers)
        outcome = self._run.stage.programs.ask(http.__name__, load, http.Outcome)
        used = sum(server.processor_seconds() for server in servers) - before
        if outcome.wrong:
            wrong = f"sent {outcome.wrong:,} wrong responses, such as {outcome.example}"
            raise WrongAnswerError(name, wrong)
        return {
            "per_second": outcome.per_second,
            **percentiles(outcome.milliseconds),
            "processor_us": used / max(1, outcome.responses) * 1e6,
            "unanswered": outcome.unanswered,
        }


def _requests(numbers: range, true: Counts) -> list[tuple[str, str]]:
    sample = Random(1).sample(numbers, min(SAMPLE, len(numbers)))
    users = [user_id(number) for number in sample]
    return [(f"{ROUTE}?user_id={user}", beginning(four(true, user))) for user in users]


def beginning(counts: Four) -> str:
    """How a response with these counts begins, byte by byte."""
    regular, auto, community_regular, community_auto = counts
    return (
        f'{{"user_regular_count":{regular},"user_auto_count":{auto},'
        f'"community_regular_count":{community_regular},"community_auto_count":{community_auto},'
    )


def _cancel_the_rest(participant: Participant) -> None:
    """Cancel the requests that were given up, so that they do not burden the next measurement."""
    quiet = 0
    with participant.connect() as connection:
        while quiet < QUIET_LOOKS:
            cancelled = connection.execute(CANCEL_OTHERS).fetchone() != (0,)
            quiet = 0 if cancelled else quiet + 1
            time.sleep(0.01)
