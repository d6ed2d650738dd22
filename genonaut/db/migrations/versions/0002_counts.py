"""The counts by generation source and by tag: caches, ledgers, triggers.

Why: counting live is slow. On a database that has content already, the triggers are in place before
the first refresh recounts, and the refresh only adds what is missing: so no write is missed. Until
that first refresh, which `genonaut db upgrade` runs, the counts are "never built".
"""

from genonaut.db.migrations.files import run_file

revision = "0002_counts"
down_revision = "0001_content"


def upgrade() -> None:
    run_file("0002_counts.up.sql")


def downgrade() -> None:
    run_file("0002_counts.down.sql")
