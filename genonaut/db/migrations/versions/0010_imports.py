"""Imports under names, and the items that each has added.

Why: an import of the wrong folder is undone as a whole. Items alone do not say which import added
them, and a key of their metadata would be seen in the pages and exported.
"""

from genonaut.db.migrations.files import run_file

revision = "0010_imports"
down_revision = "0009_whose_files"


def upgrade() -> None:
    run_file("0010_imports.up.sql")


def downgrade() -> None:
    run_file("0010_imports.down.sql")
