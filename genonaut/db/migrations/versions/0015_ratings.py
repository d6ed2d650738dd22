"""What users think of items, and how many ratings each item has of each value.

Why: a list in the order of what is best needs to know what that is, for one user and for all.
"""

from genonaut.db.migrations.files import run_file

revision = "0015_ratings"
down_revision = "0014_bookmarks"


def upgrade() -> None:
    run_file("0015_ratings.up.sql")
    run_file("0015_rating_counts.up.sql")


def downgrade() -> None:
    run_file("0015_rating_counts.down.sql")
    run_file("0015_ratings.down.sql")
