"""Users, content, tags, and items deleted in the pages.

Why: the gallery's items, in one table partitioned by how they were made, so that each source can
be counted and listed alone, and both together with one index scan each. A deleted item is kept in a
table of its own, so that deleting by mistake can be undone: same id, same times, same tags.
"""

from genonaut.db.migrations.files import run_file

revision = "0001_content"
down_revision = None


def upgrade() -> None:
    run_file("0001_content.up.sql")


def downgrade() -> None:
    run_file("0001_content.down.sql")
