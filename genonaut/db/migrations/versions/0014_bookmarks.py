"""Favourites, albums, their secret links, and how many there are of each.

Why: people keep pictures, arrange them and show them to others, and each of these numbers is exact.
"""

from genonaut.db.migrations.files import run_file

revision = "0014_bookmarks"
down_revision = "0013_search"


def upgrade() -> None:
    run_file("0014_bookmarks.up.sql")


def downgrade() -> None:
    run_file("0014_bookmarks.down.sql")
