"""The gallery's orders and its search.

Why: a page of the gallery is a stretch of an index for every order and choice of sources; otherwise
it would take longer the more items there are. Words are found by an index for the same reason.
"""

from genonaut.db.migrations.files import run_file

revision = "0003_gallery"
down_revision = "0002_counts"


def upgrade() -> None:
    run_file("0003_gallery.up.sql")


def downgrade() -> None:
    run_file("0003_gallery.down.sql")
