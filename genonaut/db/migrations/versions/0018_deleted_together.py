"""Deletions of many items at once, which are undone at once.

Why: what one click deletes, one click has to bring back, with what other tables said of the items:
tags are the first of these. Each table needs no column of its own for that.
"""

from genonaut.db.migrations.files import run_file

revision = "0018_deleted_together"
down_revision = "0017_picture_hashes"


def upgrade() -> None:
    run_file("0018_deleted_together.up.sql")


def downgrade() -> None:
    run_file("0018_deleted_together.down.sql")
