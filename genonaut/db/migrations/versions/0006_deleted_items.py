"""Items that were deleted in the page, for as long as that can be undone.

Why: whoever deletes by mistake wants the same item back, with its number, its times and its tags.
"""

from genonaut.db.migrations.files import run_file

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_file("0006_deleted_items.up.sql")


def downgrade() -> None:
    run_file("0006_deleted_items.down.sql")
