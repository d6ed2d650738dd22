"""A load of requests, made by a process of its own, for benchmarks of a single thing."""

from pathlib import Path

from benchmarks.side_by_side.load import http
from benchmarks.side_by_side.load.http import Load, Outcome
from benchmarks.side_by_side.processes import Programs


def loaded(folder: Path, load: Load) -> Outcome:
    """What came back. What the process has to say goes to a file in the folder.

    Raises:
        LoadError: the process failed.
        SystemExit: a response was wrong, or missing.
    """
    outcome = Programs(folder).ask(http.__name__, load, Outcome)
    if outcome.wrong or outcome.unanswered:
        raise SystemExit(
            f"{outcome.wrong} responses were wrong ({outcome.example!r}) and {outcome.unanswered} "
            "missing: nothing is measured."
        )
    return outcome
