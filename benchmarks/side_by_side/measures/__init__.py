"""What is measured. Each file has a measure, how the page describes it, and its targets."""

from typing import Protocol

from benchmarks.side_by_side.measures import (
    calibrate,
    copy,
    kill,
    noise,
    page,
    pages,
    read,
    refresh,
    start,
    truth,
    write,
)
from benchmarks.side_by_side.report.tables import Section
from benchmarks.side_by_side.report.targets import Target
from benchmarks.side_by_side.run import Run


class Measure(Protocol):
    """A module of this package."""

    SECTION: Section
    TARGETS: dict[str, Target]

    def measure(self, run: Run) -> None:
        """Measure all contestants of a run that can take part, and record their figures.

        Raises:
            WrongAnswerError: a contestant gave a wrong answer.
            LoadError: a program that makes load failed.
        """


# Writing is first of the contestants' work: it uses the smallest gallery, and the largest fills the
# memory with its pages.
MEASURES: dict[str, Measure] = {
    "noise": noise,
    "write": write,
    "copy": copy,
    "truth": truth,
    "kill": kill,
    "calibrate": calibrate,
    "read": read,
    "refresh": refresh,
    "pages": pages,
    "page": page,
    "start": start,
}
