"""The benchmark measures everything, and one wrong count ends it: tiny here, whole in test_long."""

import threading
from dataclasses import replace

import psycopg
import pytest

from benchmarks.side_by_side.contestants.base import Contestant
from benchmarks.side_by_side.contestants.live import Live
from benchmarks.side_by_side.contestants.materialized_view import MaterializedView
from benchmarks.side_by_side.contestants.ours import Ours
from benchmarks.side_by_side.contestants.triggers import RowTrigger
from benchmarks.side_by_side.gallery import Connection
from benchmarks.side_by_side.measures import MEASURES
from benchmarks.side_by_side.proof import WrongAnswerError
from benchmarks.side_by_side.run import Participant, Run
from benchmarks.side_by_side.stage import Stage
from tests.benchmarks import wrong
from tests.benchmarks.tiny import TINY
from tests.support.waiting import PATIENCE_SECONDS

TINIEST = replace(
    TINY,
    promised_rounds=1,
    writers=(),
    staleness_seconds=0.6,
    mixed_seconds=0.3,
    refresh_users=(),
)
# A contestant that is cheap to measure, and the records of it.
MEASURED: dict[str, tuple[type[Contestant], set[str]]] = {
    "write": (RowTrigger, {"write"}),
    "copy": (RowTrigger, {"copy"}),
    "truth": (RowTrigger, {"staleness", "truth"}),
    "read": (RowTrigger, {"read", "query", "memory"}),
    "refresh": (MaterializedView, {"refresh"}),
    "page": (Live, {"page"}),
}
WRONG: list[tuple[str, type[Contestant]]] = [
    ("write", wrong.ForgetfulRowTrigger),
    ("copy", wrong.ForgetfulRowTrigger),
    ("refresh", wrong.BusyOurs),
]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", MEASURED)
def test_a_measure_records_figures(stage: Stage, name: str) -> None:
    kind, expected = MEASURED[name]
    run = Run(stage, TINIEST, [kind])
    MEASURES[name].measure(run)
    assert {record["measure"] for record in run.records} == expected
    assert {record["contestant"] for record in run.records} - {"bare GROUP BY"} == {kind.name}


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("name", "kind"), WRONG)
def test_a_wrong_count_ends_the_run(stage: Stage, name: str, kind: type[Contestant]) -> None:
    with pytest.raises(WrongAnswerError, match=f"^The contestant '{kind.name}' .*no results"):
        MEASURES[name].measure(Run(stage, TINY, [kind]))


@pytest.mark.parametrize("name", ["write", "copy", "refresh"])
def test_a_measure_that_is_about_none_of_the_contestants_does_nothing(
    stage: Stage, name: str
) -> None:
    run = Run(stage, TINIEST, [Live])
    MEASURES[name].measure(run)
    assert {record["contestant"] for record in run.records} <= {"bare GROUP BY"}


def test_a_failure_beside_the_measuring_ends_the_run(stage: Stage) -> None:
    participant = Participant(Ours(stage.dsn("postgres"), stage.redis_socket), "postgres")
    worked = threading.Event()

    def work(connection: Connection) -> None:
        worked.set()
        connection.execute("SELECT 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero), participant.concurrently(work):
        assert worked.wait(PATIENCE_SECONDS)
