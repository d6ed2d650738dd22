"""What pictures look like, and which of them a user has said are no duplicates.

Why: the same picture comes in several sizes and formats, and a person wants to keep one of them.
"""

from genonaut.db.migrations.files import run_file

revision = "0017_picture_hashes"
down_revision = "0016_tag_client"


def upgrade() -> None:
    run_file("0017_picture_hashes.up.sql")


def downgrade() -> None:
    run_file("0017_picture_hashes.down.sql")
