"""Who may see an item, and how many are private.

Why: every number is exact for the one who looks, so what is private is counted as well.
"""

from genonaut.db.migrations.files import run_file

revision = "0006_visibility"
down_revision = "0005_settings"


def upgrade() -> None:
    run_file("0006_visibility.up.sql")
    run_file("0006_private_counts.up.sql")


def downgrade() -> None:
    run_file("0006_private_counts.down.sql")
    run_file("0006_visibility.down.sql")
