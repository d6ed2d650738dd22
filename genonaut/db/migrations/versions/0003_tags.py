"""Tags, and which item carries which.

Why: people look for a subject or a style, and not only for the newest.
"""

from genonaut.db.migrations.files import run_file

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_file("0003_tags.up.sql")


def downgrade() -> None:
    run_file("0003_tags.down.sql")
