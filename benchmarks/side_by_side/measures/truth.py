"""Staleness and truth: how soon a reader sees a write, and how wrong a reader ever was."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import Any

from benchmarks.side_by_side.load import mixed
from benchmarks.side_by_side.processes import Server
from benchmarks.side_by_side.proof import WrongAnswerError, prove
from benchmarks.side_by_side.report.results import Figure
from benchmarks.side_by_side.report.tables import FiguresTable, Section
from benchmarks.side_by_side.report.targets import OurFigures, at_most
from benchmarks.side_by_side.run import Participant, Run, percentiles

ERRORS = [
    Figure(measure, name)
    for measure in ("staleness", "truth")
    for name in ("largest_error_read", "largest_error_snapshot")
]
TARGETS = {"largest error that a reader ever saw, ours": at_most(0, OurFigures(ERRORS))}
SECTION = Section(
    "Staleness and truth",
    "One user is watched: a single writer adds items to it, none are removed, and a reader asks "
    "for its counts over HTTP all the time. The error of a response is its distance from the range "
    "between the writes that were acknowledged before the request and those that had begun before "
    "the response. Meanwhile others write and delete, and all counts are compared with a recount "
    "on one snapshot (those of Redis with one recount before and one after). *hourly* and the "
    "*materialized view* are refreshed every five seconds here; refreshed every hour, they would "
    "be stale for up to an hour. If a contestant promises to be exact and is not, the run fails.",
    (
        FiguresTable(
            "Time until a reader sees a write, in ms",
            {
                "p50": Figure("staleness", "p50_ms", ",.1f"),
                "p99": Figure("staleness", "p99_ms", ",.1f"),
                "longest": Figure("staleness", "longest_ms", ",.1f"),
                "writes": Figure("staleness", "writes"),
            },
        ),
        FiguresTable(
            "The largest error under mixed load, all contestants at the same time",
            {
                "in a response": Figure("truth", "largest_error_read"),
                "on a snapshot": Figure("truth", "largest_error_snapshot"),
                "responses": Figure("truth", "reads"),
                "snapshots": Figure("truth", "snapshots"),
            },
        ),
    ),
)


def measure(run: Run) -> None:
    """One contestant after the other for staleness, all at once for the largest error."""
    kinds = [kind for kind in run.contestants if not kind.answers_from_memory]
    with (
        run.participants(kinds, run.smallest) as participants,
        run.served(participants) as servers,
    ):
        for each in participants:
            run.status(f"staleness: {each.name}")
            _measure(run, "staleness", {each: _staleness_task(run, each, servers[each.name][0])})
        run.status(f"truth: {run.profile.mixed_seconds:g} seconds of mixed load for all at once")
        tasks = {each: _truth_task(run, each, servers[each.name][0]) for each in participants}
        _measure(run, "truth", tasks)


def _staleness_task(run: Run, participant: Participant, server: Server) -> mixed.Task:
    contestant, seconds = participant.contestant, run.profile.staleness_seconds
    if not contestant.refreshed_every:
        seconds /= 3  # there is no refresh to wait for
    users = run.smallest.users
    return mixed.Task(contestant.address, server.port, seconds, users=users - 1, watched=users)


def _truth_task(run: Run, participant: Participant, server: Server) -> mixed.Task:
    """With pauses that let all contestants be loaded at once."""
    return replace(
        _staleness_task(run, participant, server),
        seconds=run.profile.mixed_seconds,
        watched_pause=0.03,
        others_pause=0.1,
        reader_pause=0.03,
        snapshot_pause=min(2.0, run.profile.mixed_seconds / 3),
    )


def _measure(run: Run, measure: str, tasks: Mapping[Participant, mixed.Task]) -> None:
    with ExitStack() as stack:
        waiting = {
            each: stack.enter_context(run.stage.programs.asking(mixed.__name__, task, mixed.Seen))
            for each, task in tasks.items()
        }
        seen = {each: wait() for each, wait in waiting.items()}
    for participant, one in seen.items():
        _require_right(participant, one)
        figures: dict[str, Any] = asdict(one)
        stale = figures.pop("stale_ms")
        figures |= percentiles(stale) | {"longest_ms": max(stale, default=0.0)}
        run.record(measure, participant.name, **figures)


def _require_right(participant: Participant, seen: mixed.Seen) -> None:
    """Contestants that promise to be exact were, and all are when everything is over."""
    contestant = participant.contestant
    worst = max(seen.largest_error_read, seen.largest_error_snapshot)
    if contestant.is_exact and worst:
        wrong = f"promises exact counts, and its readers saw counts that were wrong by {worst:,}"
        raise WrongAnswerError(participant.name, wrong)
    with participant.connect() as connection:
        if contestant.refreshed_every:
            contestant.refresh(connection)
        prove(contestant, connection)
