"""Items by how they were made.

Why: all items with the same model or seed are found, and counted, from an index.
"""

from genonaut.db.migrations.files import run_file

revision = "0005_settings"
down_revision = "0004_library"


def upgrade() -> None:
    run_file("0005_settings.up.sql")


def downgrade() -> None:
    run_file("0005_settings.down.sql")
