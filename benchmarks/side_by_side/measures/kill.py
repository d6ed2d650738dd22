"""What a kill -9 leaves: of the writing process, then of both servers."""

import signal
import time
from contextlib import ExitStack

from benchmarks.side_by_side.gallery import items
from benchmarks.side_by_side.load import writers
from benchmarks.side_by_side.processes import LoadError, give
from benchmarks.side_by_side.proof import WrongAnswerError, largest_error, prove
from benchmarks.side_by_side.report.results import Figure
from benchmarks.side_by_side.report.tables import Section, Table
from benchmarks.side_by_side.report.targets import OurFigures, at_most
from benchmarks.side_by_side.run import Participant, Run

ERROR_LEFT = Figure("kill", "error_left")

TARGETS = {"largest error that a kill -9 left, ours": at_most(0, OurFigures([ERROR_LEFT]))}
SECTION = Section(
    "After a kill -9",
    "The writing process is killed in the middle of its writes, several times; then PostgreSQL and "
    "Valkey, while all contestants are written to. Nothing is refreshed before the counts are "
    "compared with a recount.",
    (Table("The largest error that was left", ERROR_LEFT, "killed"),),
)
BUSY_ITEMS = 200  # written before the kill, so that it comes in the middle
PATIENCE_SECONDS = 60.0
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def measure(run: Run) -> None:
    """Kill the writers of one contestant after the other, then the servers under writers of all."""
    kinds = [kind for kind in run.contestants if not kind.answers_from_memory]
    with run.participants(kinds, run.smallest) as participants:
        for participant in participants:
            run.status(f"kill -9 of the writing process: {participant.name}")
            _kill_writers(run, participant)
        run.status("kill -9 of PostgreSQL and Valkey, under writers of all")
        _kill_servers(run, participants)


def _kill_writers(run: Run, participant: Participant) -> None:
    for _ in range(run.profile.kills):
        with run.stage.programs.process(writers.__name__) as process:
            give(process, _task(run, participant, number=8))
            _wait_until_busy(participant)
            process.send_signal(signal.SIGKILL)
            process.wait()
        _wait_until_alone(participant)
    _record_error_left(run, participant, "writers", run.profile.kills)


def _kill_servers(run: Run, participants: list[Participant]) -> None:
    with ExitStack() as stack:
        for participant in participants:
            process = stack.enter_context(run.stage.programs.process(writers.__name__))
            give(process, _task(run, participant, number=2))
        for participant in participants:
            _wait_until_busy(participant)
        run.stage.kill_servers()
    for participant in participants:
        _wait_until_alone(participant)
        _record_error_left(run, participant, "servers", 1)


def _task(run: Run, participant: Participant, number: int) -> writers.Task:
    contestant, users = participant.contestant, run.smallest.users
    return writers.Task(contestant.address, number, PATIENCE_SECONDS, users)


def _wait_until_busy(participant: Participant) -> None:
    with participant.connect() as connection:
        enough = items(connection) + BUSY_ITEMS
        deadline = time.monotonic() + PATIENCE_SECONDS
        while items(connection) < enough:
            if time.monotonic() > deadline:
                raise LoadError(f"The writers of {participant.name!r} do not write.")
            time.sleep(0.01)


def _wait_until_alone(participant: Participant) -> None:
    """Until the server has noticed that its clients are gone, and has finished their work."""
    with participant.connect() as connection:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while connection.execute(OTHERS).fetchone() != (0,):
            if time.monotonic() > deadline:
                raise LoadError(f"Killed writers of {participant.name!r} are still connected.")
            time.sleep(0.05)


def _record_error_left(run: Run, participant: Participant, killed: str, kills: int) -> None:
    contestant = participant.contestant
    with participant.connect() as connection:
        left = largest_error(contestant, connection)
        if contestant.is_exact and left:
            wrong = (
                f"promises exact counts, and a kill -9 of the {killed} left an error of {left:,}"
            )
            raise WrongAnswerError(participant.name, wrong)
        run.record("kill", participant.name, killed=killed, kills=kills, error_left=left)
        contestant.refresh(connection)  # so that the next kill begins with right counts
        prove(contestant, connection)
