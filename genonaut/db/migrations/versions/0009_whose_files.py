"""Which items may show the files that they name, and import keys of each creator's own.

Why: the name of a file proves no right to it, and a key that is taken says that an item is there,
also if that is private.
"""

from genonaut.db.migrations.files import run_file

revision = "0009_whose_files"
down_revision = "0008_sign_in_starts"


def upgrade() -> None:
    run_file("0009_whose_files.up.sql")


def downgrade() -> None:
    run_file("0009_whose_files.down.sql")
