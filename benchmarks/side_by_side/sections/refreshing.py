"""What a refresh takes."""

from benchmarks.side_by_side.sections.section import Section
from benchmarks.side_by_side.tables import FEWEST, MOST, Curves, Table

NOTHING = {"change": "nothing"}
MORE_USERS, MORE_ITEMS = {"growing": "users"}, {"growing": "items"}

REFRESHING = Section(
    "Refreshing",
    "Each first builds its counts, then refreshes when nothing has changed, when one user in a "
    "hundred has an item more, and when everybody has. The bare `GROUP BY` of all items, whose "
    "groups stay in the server, is the limit. Of ours, rows written are those of the stored counts "
    "and of the ledger. From a hundred thousand users on there is one round.",
    (
        Curves(
            "refresh-nothing",
            "Refresh when nothing has changed",
            "refresh",
            "seconds",
            "users",
            "users",
            "seconds",
            NOTHING | MORE_USERS,
        ),
        Table(
            "Seconds, nothing changed",
            "refresh",
            "seconds",
            "users",
            ",.3f",
            NOTHING | MORE_USERS,
        ),
        Curves(
            "refresh-rows",
            "Refresh when nothing has changed",
            "refresh",
            "seconds",
            "rows",
            "items in the gallery",
            "seconds",
            NOTHING | MORE_ITEMS,
        ),
        Table(
            "Seconds, nothing changed",
            "refresh",
            "seconds",
            "rows",
            ",.3f",
            NOTHING | MORE_ITEMS,
        ),
        Curves(
            "refresh-first",
            "First build",
            "refresh",
            "seconds",
            "users",
            "users",
            "seconds",
            MORE_USERS | {"change": "first build"},
        ),
        Table(
            "Seconds, first build",
            "refresh",
            "seconds",
            "users",
            ",.2f",
            MORE_USERS | {"change": "first build"},
        ),
        Table("Seconds", "refresh", "seconds", "change", ",.2f", MORE_USERS | {"users": MOST}),
        Table(
            "Rows written",
            "refresh",
            "rows_written",
            "change",
            ",.0f",
            MORE_USERS | {"users": MOST},
        ),
        Table(
            "Bytes of write-ahead log",
            "refresh",
            "wal_bytes",
            "change",
            ",.0f",
            MORE_USERS | {"users": MOST},
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
