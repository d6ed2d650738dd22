"""`make drill`: one fault after the other under load, then one table.

    python -m tests.drill --seconds 600

Ends with 1 if a count was wrong, an acknowledged write was lost, or the gallery did not come back.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from math import inf

import psycopg

from genonaut.running.output import print_table, say
from tests.drill.faults import FAULTS, Fault
from tests.drill.gallery import Gallery, running_gallery
from tests.drill.judge import Verdict, compare, judging, lost
from tests.drill.load import Notes, under_load
from tests.support.waiting import wait_until

COLUMNS = (
    "fault",
    "rounds",
    "tried",
    "compared",
    "wrong",
    "lost",
    "failed",
    "slowest s",
    "normal s",
)
CALM_ANSWERS = 5
CALM_SECONDS = 2.0


@dataclass
class Row:
    """What came of one fault, over all of its rounds; times are the worst, in seconds."""

    rounds: int = 0
    tried: int = 0
    compared: int = 0
    wrong: int = 0
    lost: int = 0
    failed: int = 0
    slowest: float = 0.0
    normal_after: float = 0.0


def drill(gallery: Gallery, faults: list[Fault], seconds: float) -> dict[str, Row]:
    """Every fault at least once, and again until the time is up."""
    rows = {fault.name: Row() for fault in faults}
    deadline = time.monotonic() + seconds
    with judging(gallery) as verdict, under_load(gallery) as notes:
        while any(not row.rounds for row in rows.values()) or time.monotonic() < deadline:
            for fault in faults:
                if rows[fault.name].rounds and time.monotonic() >= deadline:
                    break
                one_round(gallery, fault, rows[fault.name], verdict, notes)
    return rows


def one_round(gallery: Gallery, fault: Fault, row: Row, verdict: Verdict, notes: Notes) -> None:
    """Do it, wait until all is normal, and judge."""
    notes.reset()
    compared, wrong = verdict.compared, len(verdict.wrong)
    fault.happen(gallery)
    row.normal_after = max(row.normal_after, seconds_until_normal(gallery))
    compare_when_possible(gallery, verdict)
    row.rounds += 1
    row.tried += notes.tried
    row.failed += notes.failed
    row.slowest = max(row.slowest, notes.slowest)
    row.compared += verdict.compared - compared
    row.wrong += len(verdict.wrong) - wrong
    row.lost += lost(gallery, notes)
    say(f"{fault.name}: {notes.tried:,} tried, {notes.failed:,} failed")


def seconds_until_normal(gallery: Gallery) -> float:
    """How long until the API has given the counts several times in a row, each time soon.

    A gallery that does not recover on its own is restarted, so that the drill goes on.
    """
    started = time.monotonic()

    def is_calm() -> bool:
        for _ in range(CALM_ANSWERS):
            asked = time.monotonic()
            if not gallery.answers() or time.monotonic() - asked > CALM_SECONDS:
                return False
        return True

    try:
        wait_until(is_calm, "the API gives the counts, and soon")
    except AssertionError:
        gallery.restart()
        return inf
    return time.monotonic() - started


def compare_when_possible(gallery: Gallery, verdict: Verdict) -> None:
    """Compare once, for certain."""

    def compared() -> bool:
        try:
            compare(gallery, verdict)
        except (psycopg.Error, OSError):
            return False
        return True

    wait_until(compared, "the database can be compared")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--only", action="append", help="a fault's name; may be repeated")
    chosen = parser.parse_args()
    with running_gallery() as gallery:
        faults = [
            fault
            for fault in FAULTS
            if (not chosen.only or fault.name in chosen.only)
            and (gallery.room or not fault.needs_room)
        ]
        if not gallery.room:
            say("Without root there is no disk to fill, so that fault is skipped.")
        rows = drill(gallery, faults, chosen.seconds)
    return report(rows)


def report(rows: dict[str, Row]) -> int:
    """Print the table; 1 if anything was wrong or lost."""
    cells = [
        (
            *(name, row.rounds, row.tried, row.compared, row.wrong, row.lost, row.failed),
            *(f"{row.slowest:.1f}", f"{row.normal_after:.1f}"),
        )
        for name, row in rows.items()
    ]
    print_table(COLUMNS, cells)
    wrong = sum(row.wrong for row in rows.values())
    lost_writes = sum(row.lost for row in rows.values())
    compared = sum(row.compared for row in rows.values())
    say(f"{compared:,} snapshots compared: {wrong} wrong. Acknowledged writes lost: {lost_writes}.")
    never = [name for name, row in rows.items() if row.normal_after == inf]
    if never:
        say(f"It did not recover on its own after: {', '.join(never)}.")
    return int(bool(wrong or lost_writes or never))


if __name__ == "__main__":
    sys.exit(main())
