"""The sections of `RESULTS.md`: what each says, and which tables and plots it has."""

from dataclasses import dataclass

from genonaut.bench.tables import FEWEST, MOST, Curves, Row, Table

WITH = {"users": "with content", "processes": 1}
TWO_MS = {"transaction": "2 ms", "users": "many", "client": "pgbench"}
P50_P99 = {"p50, ms": ("p50_ms", ",.2f"), "p99, ms": ("p99_ms", ",.2f")}


@dataclass(frozen=True)
class Section:
    """A heading, a few sentences, and what was measured."""

    heading: str
    text: str
    parts: tuple[Table | Row | Curves, ...]


READING = Section(
    "Reading",
    "`GET /api/v1/content/stats/unified?user_id=...`, for a thousand users in turn. *Without "
    "content* are users who have none.",
    (
        Curves(
            "read-connections",
            "Requests per second, one server process",
            "read",
            "per_second",
            "connections",
            "connections",
            "requests per second",
            {"rows": MOST, **WITH},
        ),
        Table(
            "Requests per second, one server process",
            "read",
            "per_second",
            "connections",
            where={"rows": MOST, **WITH},
        ),
        Table(
            "Requests per second, two server processes",
            "read",
            "per_second",
            "connections",
            where={"rows": MOST, "users": "with content", "processes": 2},
        ),
        Table(
            "p50 in ms, one server process",
            "read",
            "p50_ms",
            "connections",
            ",.2f",
            {"rows": MOST, **WITH},
        ),
        Table(
            "p99 in ms, one server process",
            "read",
            "p99_ms",
            "connections",
            ",.2f",
            {"rows": MOST, **WITH},
        ),
        Curves(
            "read-rows",
            "p50 of a request, 32 connections",
            "read",
            "p50_ms",
            "rows",
            "items in the gallery",
            "ms",
            {"connections": 32, **WITH},
        ),
        Table(
            "p50 in ms, 32 connections",
            "read",
            "p50_ms",
            "rows",
            ",.2f",
            {"connections": 32, **WITH},
        ),
        Table(
            "Requests per second for users without content, 32 connections",
            "read",
            "per_second",
            "rows",
            where={"connections": 32, "processes": 1, "users": "without"},
        ),
        Table("The query alone, p50 in ms, one connection", "query", "p50_ms", "rows", ",.3f"),
    ),
)

WRITING = Section(
    "Writing",
    "Items of random users (*many*), or all of one user (*one*). A transaction adds one item; *2 "
    "ms* ones stay open for that long before they commit; *bulk* ones add many items of many "
    "users.",
    (
        Curves(
            "write-writers",
            "Transactions of 2 ms per second, many users",
            "write",
            "per_second",
            "writers",
            "writers",
            "transactions per second",
            TWO_MS,
        ),
        Table(
            "2 ms transactions per second, many users",
            "write",
            "per_second",
            "writers",
            where=TWO_MS,
        ),
        Table("p99 of these in ms", "write", "p99_ms", "writers", ",.1f", TWO_MS),
        Table(
            "2 ms transactions per second, one user",
            "write",
            "per_second",
            "writers",
            where=TWO_MS | {"users": "one"},
        ),
        Table(
            "Single inserts per second, many users",
            "write",
            "per_second",
            "writers",
            where=TWO_MS | {"transaction": "single"},
        ),
        Table(
            "p99 of these in ms",
            "write",
            "p99_ms",
            "writers",
            ",.1f",
            TWO_MS | {"transaction": "single"},
        ),
        Table(
            "Single inserts per second, one user",
            "write",
            "per_second",
            "writers",
            where=TWO_MS | {"transaction": "single", "users": "one"},
        ),
        Table(
            "Written from Python, 2 ms transactions per second, many users",
            "write",
            "per_second",
            "writers",
            where=TWO_MS | {"client": "Python"},
        ),
        Table(
            "Bulk transactions per second",
            "write",
            "per_second",
            "writers",
            ",.1f",
            where=TWO_MS | {"transaction": "bulk"},
        ),
        Table(
            "Deadlocks in these",
            "write",
            "deadlocks",
            "writers",
            where=TWO_MS | {"transaction": "bulk"},
        ),
        Table(
            "Bytes of write-ahead log per item, single inserts",
            "write",
            "wal_bytes_per_row",
            "writers",
            where=TWO_MS | {"transaction": "single"},
        ),
        Curves(
            "copy",
            "COPY",
            "copy",
            "rows_per_second",
            "rows",
            "items in one COPY",
            "items per second",
        ),
        Table("COPY, items per second", "copy", "rows_per_second", "rows"),
        Table("Bytes of write-ahead log per item, COPY", "copy", "wal_bytes_per_row", "rows"),
    ),
)

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

NOTHING = {"change": "nothing"}
REFRESHING = Section(
    "Refreshing",
    "Each first builds its counts, then refreshes when nothing has changed, when one user in a "
    "hundred has an item more, and when everybody has. The bare `GROUP BY` of all items, whose "
    "groups stay in the server, is the limit. Of ours, rows written are those of the stored counts "
    "and of the ledger. From a million users on there is one round.",
    (
        Curves(
            "refresh-nothing",
            "Refresh when nothing has changed",
            "refresh",
            "seconds",
            "users",
            "users",
            "seconds",
            NOTHING | {"rows": FEWEST},
        ),
        Table(
            "Seconds, nothing changed",
            "refresh",
            "seconds",
            "users",
            ",.3f",
            NOTHING | {"rows": FEWEST},
        ),
        Table(
            "Seconds, nothing changed",
            "refresh",
            "seconds",
            "users",
            ",.3f",
            NOTHING | {"rows": MOST},
        ),
        Curves(
            "refresh-first",
            "First build",
            "refresh",
            "seconds",
            "users",
            "users",
            "seconds",
            {"change": "first build", "rows": FEWEST},
        ),
        Table(
            "Seconds, first build",
            "refresh",
            "seconds",
            "users",
            ",.2f",
            {"change": "first build", "rows": FEWEST},
        ),
        Table("Seconds", "refresh", "seconds", "change", ",.2f", {"rows": FEWEST, "users": MOST}),
        Table(
            "Rows written",
            "refresh",
            "rows_written",
            "change",
            ",.0f",
            {"rows": FEWEST, "users": MOST},
        ),
        Table(
            "Bytes of write-ahead log",
            "refresh",
            "wal_bytes",
            "change",
            ",.0f",
            {"rows": FEWEST, "users": MOST},
        ),
        Table(
            "What 8 readers feel: p99 in ms, while nothing or one refresh after the other runs",
            "readers",
            "p99_ms",
            "during",
            ",.1f",
            {"users": FEWEST},
        ),
        Table(
            "The same, requests per second",
            "readers",
            "per_second",
            "during",
            ",.0f",
            {"users": FEWEST},
        ),
    ),
)

PAGES = Section(
    "Gallery page",
    "`GET /api/v1/content/unified` with 50 items and the totals, one connection. *ours* gets its "
    "totals from the counts; *live* is the plain way: LIMIT and OFFSET, and a `count(*)` for the "
    "totals, as SQL without any HTTP around it.",
    (
        Curves(
            "page-rows",
            "First page with totals",
            "page",
            "p50_ms",
            "rows",
            "items in the gallery",
            "ms",
            {"page": "first"},
        ),
        Table("First page, p50 in ms", "page", "p50_ms", "rows", ",.2f", {"page": "first"}),
        Table("Any page, p50 in ms", "page", "p50_ms", "page", ",.2f", {"rows": MOST}),
    ),
)

COST = Section(
    "Cost",
    "Memory that belongs to a process alone, plus its part of what it shares, after a load of 32 "
    "connections. *test* starts with an empty gallery, *demo* makes 120,000 items first.",
    (
        Row(
            "Memory in MB",
            "memory",
            {
                "API process": ("api_mb", ",.0f"),
                "connections": ("connections", ",.0f"),
                "their server processes": ("backends_mb", ",.0f"),
            },
            {"rows": MOST},
        ),
        Table(
            "Seconds from `genonaut up` in an empty folder to the first true number",
            "start",
            "seconds",
            "environment",
            ",.1f",
        ),
    ),
)

SECTIONS = (READING, WRITING, TRUTH, REFRESHING, PAGES, COST)
