"""Readers of a contestant's route: every answer is compared with what is true."""

import time
from dataclasses import asdict
from random import Random

from benchmarks.side_by_side.errors import WrongAnswerError
from benchmarks.side_by_side.gallery import STRANGERS, Counts, Four, Size, four, truth, user_id
from benchmarks.side_by_side.http_load import Load, Outcome
from benchmarks.side_by_side.run import Entrant, Run
from benchmarks.side_by_side.serving import Server
from benchmarks.side_by_side.stage import Stage

ROUTE = "/api/v1/content/stats/unified"
SAMPLE = 1000  # users who are asked for
CANCEL_OTHERS = """
SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'
"""


def true_counts(stage: Stage, size: Size) -> Counts:
    """What is true of a gallery that nobody has written to."""
    with stage.connect(stage.gallery(size)) as connection:
        return truth(connection)


def load_readers(
    run: Run,
    entrant: Entrant,
    servers: list[Server],
    size: Size,
    connections: int,
    true: Counts,
    *,
    strangers: bool = False,
) -> Outcome:
    """Have so many connections ask, and compare each answer with what is true.

    Raises:
        WrongAnswerError: one was wrong.
    """
    first = size.users if strangers else 0
    numbers = range(first + 1, first + (STRANGERS if strangers else size.users) + 1)
    ports = [server.port for server in servers]
    load = Load(ports, connections, run.profile.read_seconds, _requests(numbers, true))
    outcome = Outcome(**run.stage.programs.ask("benchmarks.side_by_side.http_load", asdict(load)))
    if outcome.wrong:
        raise WrongAnswerError(
            f"The contestant {entrant.name!r} gave {outcome.wrong:,} wrong answers, as in "
            f"{outcome.example}. There are no results."
        )
    if outcome.unanswered:
        _forget_the_rest(entrant)
    return outcome


def _requests(numbers: range, true: Counts) -> list[tuple[str, str]]:
    sample = Random(1).sample(numbers, min(SAMPLE, len(numbers)))
    users = [user_id(number) for number in sample]
    return [(f"{ROUTE}?user_id={user}", beginning(four(true, user))) for user in users]


def beginning(counts: Four) -> str:
    """How an answer with these counts begins, byte by byte."""
    regular, auto, community_regular, community_auto = counts
    return (
        f'{{"user_regular_count":{regular},"user_auto_count":{auto},'
        f'"community_regular_count":{community_regular},"community_auto_count":{community_auto},'
    )


def _forget_the_rest(entrant: Entrant) -> None:
    """Requests that nobody waits for any more must not run into the next measurement."""
    quiet = 0
    with entrant.connect() as connection:
        while quiet < 5:  # noqa: PLR2004 - looks
            cancelled = connection.execute(CANCEL_OTHERS).fetchone() != (0,)
            quiet = 0 if cancelled else quiet + 1
            time.sleep(0.01)
