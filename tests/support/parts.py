"""A count that is spread."""

from dataclasses import replace

from genonaut.db.counts import GEN_SOURCE

SPREAD = replace(
    GEN_SOURCE, name="spread_source", table="spread_source_stats", spread=GEN_SOURCE.key.column
)
"""The counts by source once more, as an engine of many parts would keep them."""
