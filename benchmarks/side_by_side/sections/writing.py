"""What a writer pays."""

from benchmarks.side_by_side.sections.section import Section
from benchmarks.side_by_side.tables import Curves, Table

TWO_MS = {"transaction": "2 ms", "users": "many", "client": "pgbench"}

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
