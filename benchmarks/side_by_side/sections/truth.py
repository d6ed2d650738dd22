"""How old a count may be, and how wrong."""

from benchmarks.side_by_side.sections.section import Section
from benchmarks.side_by_side.tables import Row, Table

P50_P99 = {"p50, ms": ("p50_ms", ",.2f"), "p99, ms": ("p99_ms", ",.2f")}

TRUTH = Section(
    "Staleness and truth",
    "A user is watched: its items are only added, by one writer, and a reader asks over HTTP all "
    "the time. An answer is wrong by as much as it lies outside of what was acknowledged before "
    "the question and what had begun before the answer. Meanwhile others write and delete, and "
    "all counts are compared with a recount on one snapshot (those of Redis with a recount before "
    "and one after). *hourly* and the *materialized view* are refreshed every five seconds here; "
    "refreshed every hour, they would be stale for up to an hour. A contestant that promises to be "
    "exact and is not makes the run fail.",
    (
        Row(
            "How long until a reader sees a write, in ms",
            "staleness",
            {
                "p50": ("p50_ms", ",.1f"),
                "p99": ("p99_ms", ",.1f"),
                "longest": ("longest_ms", ",.1f"),
                "writes": ("writes", ",.0f"),
            },
        ),
        Row(
            "The largest error during mixed load, all contestants at the same time",
            "truth",
            {
                "told to a reader": ("largest_error_read", ",.0f"),
                "on a snapshot": ("largest_error_snapshot", ",.0f"),
                "answers": ("reads", ",.0f"),
                "snapshots": ("snapshots", ",.0f"),
            },
        ),
        Table(
            "The largest error that a kill -9 left, before anybody refreshed",
            "kill",
            "error_left",
            "killed",
        ),
    ),
)
