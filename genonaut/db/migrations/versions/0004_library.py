"""The library: folders of pictures, their files, and what imports made of them.

Why: a page may show only files that were taken in, and has to know their sizes before it opens any.
An import of a folder that did not change is then a listing and a few queries.
"""

from genonaut.db.migrations.files import run_file

revision = "0004_library"
down_revision = "0003_gallery"


def upgrade() -> None:
    run_file("0004_library.up.sql")


def downgrade() -> None:
    run_file("0004_library.down.sql")
