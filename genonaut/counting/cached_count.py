"""What is counted. The machinery around it does not know."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CachedCount:
    """A count that is cached: its name, its tables, and the file with its statements."""

    name: str
    statements: str
    stored: str
    ledger: str
    triggers: frozenset[tuple[str, str]]  # (table, trigger)
    trigger_source: str  # the file in db/migrations/sql that made the triggers' functions


_CONTENT = ("content_items_all", "content_items", "content_items_auto")

GEN_SOURCE = CachedCount(
    name="gen_source",
    statements="gen_source.sql",
    stored="gen_source_stats",
    ledger="gen_source_deltas",
    triggers=frozenset(
        [
            *(
                (table, f"gen_source_{event}")
                for table in _CONTENT
                for event in ("insert", "update", "delete")
            ),
            *((table, "gen_source_truncate") for table in _CONTENT[1:]),
            ("users", "gen_source_delete"),
            ("users", "gen_source_truncate"),
        ]
    ),
    trigger_source="0002_gen_source_counts.up.sql",
)
