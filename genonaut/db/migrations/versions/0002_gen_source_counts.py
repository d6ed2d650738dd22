"""Counts by generation source: the cache, its ledger, its triggers.

Why: counting live is slow. On a database that is full already, the triggers stand before the first
refresh recounts, and the refresh only adds what is missing: so no write can slip between them.
Until that first refresh the counts are "never built", and reads count live.
"""

from genonaut.db.migrations.files import run_file

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_file("0002_gen_source_counts.up.sql")


def downgrade() -> None:
    run_file("0002_gen_source_counts.down.sql")
